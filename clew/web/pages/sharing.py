"""One exhibit set apart from its case: kept to the team, or shown alone to an agency."""

import uuid

from fastapi.responses import Response

from clew.domain.accounts import service as accounts
from clew.domain.exhibits import sharing
from clew.domain.exhibits.model import Exhibit
from clew.kernel.ids import ExhibitId
from clew.web.pages.forms import OwnForm
from clew.web.pages.frame import Visit, go
from clew.web.views import Choice, SharingView


def sharing_view(v: Visit, found: Exhibit) -> SharingView | None:
    """Return how an exhibit is set apart, for those who may change it."""
    if not (found.own and v.may("set_policy")):
        return None
    granted = sharing.list_grants.within(v.work, v.viewer, found.id)
    names = {a.code: f"{a.name} ({a.code})" for a in accounts.list_agencies.within(v.work, v.viewer)}
    others = [code for code in names if code not in (*granted, v.viewer.agency_code, "NODE")]
    return SharingView(found.narrowed, tuple(Choice(code, names.get(code, code)) for code in granted),
                       tuple(Choice(code, names[code]) for code in others))


def narrow(form: OwnForm, exhibit_id: uuid.UUID) -> Response:
    """Keep an exhibit to the team, or open it to the case's audience again."""
    sharing.narrow(form.viewer, ExhibitId(exhibit_id), narrowed=form["narrowed"] == "yes")
    return go(f"/exhibits/{exhibit_id}")


def grant(form: OwnForm, exhibit_id: uuid.UUID) -> Response:
    """Show an exhibit alone to an agency."""
    sharing.grant(form.viewer, ExhibitId(exhibit_id), agency_code=form["agency"])
    return go(f"/exhibits/{exhibit_id}")


def take_back(form: OwnForm, exhibit_id: uuid.UUID) -> Response:
    """Take back what was shown alone."""
    sharing.take_back_grant(form.viewer, ExhibitId(exhibit_id), agency_code=form["agency"])
    return go(f"/exhibits/{exhibit_id}")
