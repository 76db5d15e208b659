"""The review of expired cases by the owner's administrator: keep with a new date (set_policy), or erase."""

from clew.access import sight
from clew.access.verb import event, verb
from clew.kernel import clock
from clew.kernel.errors import NotFound, NotYourRole, Refused
from clew.kernel.ids import CaseId
from clew.kernel.viewer import Viewer
from clew.store.audit.canonical import DELETED
from clew.store.db import Work
from clew.store.jobs import enqueue


@verb("erase_case", right="set_policy")
def erase_case(work: Work, viewer: Viewer, case_id: CaseId) -> list[str]:
    """Erase an expired case for good: exhibits, keys, signals and links; its events stay, without content.

    Returns the names of sealed objects nobody holds a key to any more, for the caller to drop.
    """
    if "agency_administrator" not in viewer.roles:
        raise NotYourRole("Only the agency's administrator erases a case.")
    row = work.first(f"SELECT c.expires FROM clew.cases c WHERE c.id = :case AND {sight.of_managed_case()}",
                     {"case": case_id})
    if row is None:
        raise NotFound
    if row.expires > clock.now().date():
        raise Refused("Only an expired case is erased. Set its expiry to an earlier date first, with its team's agreement.")
    judged = work.rows("SELECT clew.judgements_of_case(:case) AS id", {"case": case_id})
    objects = [found.object_name for found in work.write("SELECT object_name FROM clew.erase_case(:case)",
                                                         {"case": case_id})]
    enqueue(work.conn, "rebuild", {})
    hashes = {f"cases:{case_id}": DELETED} | {f"judgements:{one.id}": DELETED for one in judged}
    work.record(event(viewer, "erase_case", case_id=case_id, owner_agency_id=viewer.agency_id,
                      subject=f"case:{case_id}", detail={"objects": len(objects)}, row_hashes=hashes))
    return objects
