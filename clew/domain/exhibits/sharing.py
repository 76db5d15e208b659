"""Verbs that set one exhibit apart from its case: narrow it to the team, or grant it alone to an agency."""

import uuid

from clew.access.verb import event, verb
from clew.domain.exhibits.service import exhibit_in_sight
from clew.kernel.errors import BadInput, NotFound
from clew.kernel.ids import ExhibitId
from clew.kernel.viewer import Viewer
from clew.store.db import Work


def _own_exhibit(work: Work, viewer: Viewer, exhibit_id: ExhibitId) -> uuid.UUID:
    """Return the case of an exhibit the viewer works on. Raises NotFound."""
    row = exhibit_in_sight(work, viewer, exhibit_id)
    if not row.own:
        raise NotFound
    case_id: uuid.UUID = row.case_id
    return case_id


@verb("narrow", right="set_policy")
def narrow(work: Work, viewer: Viewer, exhibit_id: ExhibitId, *, narrowed: bool) -> None:
    """Keep one exhibit to the team (the audience then learns of it as an outsider does), or open it again."""
    case_id = _own_exhibit(work, viewer, exhibit_id)
    work.write("UPDATE clew.exhibits SET narrowed = :narrowed WHERE id = :id", {"narrowed": narrowed, "id": exhibit_id})
    work.record(event(viewer, "narrow", case_id=case_id, owner_agency_id=viewer.agency_id,
                      subject=f"exhibit:{exhibit_id}", detail={"narrowed": narrowed}))


def _agency(work: Work, code: str) -> uuid.UUID:
    found: uuid.UUID | None = work.value("SELECT id FROM clew.agencies WHERE code = :code", {"code": code.strip().upper()})
    if found is None:
        raise BadInput("No agency has this code. The list of agencies shows them.")
    return found


@verb("grant", right="set_policy")
def grant(work: Work, viewer: Viewer, exhibit_id: ExhibitId, *, agency_code: str) -> None:
    """Show one exhibit alone to an agency outside the audience; the case's deny list still beats it."""
    case_id, agency_id = _own_exhibit(work, viewer, exhibit_id), _agency(work, agency_code)
    if agency_id == viewer.agency_id:
        raise BadInput("Your own agency's team is set in the case's policy. Grant to another agency.")
    work.write("INSERT INTO clew.exhibit_grants (exhibit_id, agency_id) VALUES (:id, :agency) ON CONFLICT DO NOTHING",
               {"id": exhibit_id, "agency": agency_id})
    work.record(event(viewer, "grant", case_id=case_id, owner_agency_id=viewer.agency_id,
                      subject=f"exhibit:{exhibit_id}", detail={"agency": agency_id}))


@verb("take_back_grant", right="set_policy")
def take_back_grant(work: Work, viewer: Viewer, exhibit_id: ExhibitId, *, agency_code: str) -> None:
    """Take back what was granted alone; acts at the other agency's next request."""
    case_id, agency_id = _own_exhibit(work, viewer, exhibit_id), _agency(work, agency_code)
    work.write("DELETE FROM clew.exhibit_grants WHERE exhibit_id = :id AND agency_id = :agency",
               {"id": exhibit_id, "agency": agency_id})
    work.record(event(viewer, "take_back_grant", case_id=case_id, owner_agency_id=viewer.agency_id,
                      subject=f"exhibit:{exhibit_id}", detail={"agency": agency_id}))


@verb("list_grants", right="set_policy")
def list_grants(work: Work, viewer: Viewer, exhibit_id: ExhibitId) -> list[str]:
    """List the codes of the agencies an exhibit is granted to alone."""
    case_id = _own_exhibit(work, viewer, exhibit_id)
    work.record(event(viewer, "list_grants", case_id=case_id, subject=f"exhibit:{exhibit_id}"))
    return [row.code for row in work.rows(
        "SELECT a.code FROM clew.exhibit_grants g JOIN clew.agencies a ON a.id = g.agency_id "
        "WHERE g.exhibit_id = :id ORDER BY a.code", {"id": exhibit_id})]
