"""Agencies for the system administrator, officers and cases to review for an agency's administrator."""

import uuid

from fastapi import Request
from fastapi.responses import Response

from clew.access.roles import GRANTS
from clew.domain.accounts import service
from clew.domain.accounts.model import Invitation, Officer
from clew.domain.cases import review
from clew.domain.cases import service as cases
from clew.kernel import clock
from clew.kernel.ids import AgencyId, CaseId, OfficerId
from clew.store.vault import vault
from clew.web.pages.forms import OwnForm
from clew.web.pages.frame import Visit, go, visit
from clew.web.pages.parts import place
from clew.web.views import (
    AgenciesView,
    Agency,
    AgencyRow,
    AppointedRow,
    Choice,
    IssuedCode,
    OfficerRow,
    OfficersView,
    ReviewRow,
    ReviewView,
)

PAGE = 200  # cases to review


def _issued(invitation: Invitation | None) -> IssuedCode | None:
    return None if invitation is None else IssuedCode(invitation.login, invitation.code, invitation.ends_at)


def _state(officer: Officer) -> str:
    if officer.suspended:
        return "suspended"
    return "active" if officer.enrolled else "invited"


# Officers of one's own agency.


def officers_page(request: Request) -> Response:
    """Show the officers of one's own agency."""
    return _officers(request, None)


def _officers(request: Request, invitation: Invitation | None) -> Response:
    with visit(request, "officers", "manage_officers") as v:
        me = service.get_me.within(v.work, v.viewer)
        rows = tuple(OfficerRow(str(o.id), o.login, o.full_name, o.roles, _state(o), o.id != me.id)
                     for o in service.list_officers.within(v.work, v.viewer))
        roles = tuple(Choice(role, v.words.named("role", role), role == "investigator")
                      for role in ("investigator", "analyst", "agency_administrator"))
        agency = Agency(me.agency_code, me.country, me.agency_name)
        return v.page("accounts/officers.html", OfficersView(agency, rows, roles, _issued(invitation)))


def add_officer(request: Request, form: OwnForm) -> Response:
    """Add an officer and show his enrolment code, once."""
    return _officers(request, service.add_officer(
        form.viewer, form["name"], full_name=form["full_name"].strip() or form["name"], roles=form.all("roles")))


def set_roles(form: OwnForm, officer_id: uuid.UUID) -> Response:
    """Set the roles of an officer."""
    service.set_roles(form.viewer, OfficerId(officer_id), roles=form.all("roles"))
    return go("/officers")


def suspend(form: OwnForm, officer_id: uuid.UUID) -> Response:
    """Suspend an officer."""
    service.suspend_officer(form.viewer, OfficerId(officer_id), suspended=True)
    return go("/officers")


def restore(form: OwnForm, officer_id: uuid.UUID) -> Response:
    """Let a suspended officer in again."""
    service.suspend_officer(form.viewer, OfficerId(officer_id), suspended=False)
    return go("/officers")


def new_code(request: Request, form: OwnForm, officer_id: uuid.UUID) -> Response:
    """Give an officer a new enrolment code and show it, once."""
    return _officers(request, service.reset_login(form.viewer, OfficerId(officer_id)))


# Agencies of the node.


def agencies_page(request: Request) -> Response:
    """Show the agencies of this node and whom the system administrator appointed."""
    return _agencies(request, None)


def _agencies(request: Request, invitation: Invitation | None) -> Response:
    with visit(request, "agencies", "manage_agencies") as v:
        return v.page("accounts/agencies.html", _agencies_view(v, invitation))


def _agencies_view(v: Visit, invitation: Invitation | None) -> AgenciesView:
    appointed = service.list_appointed.within(v.work, v.viewer)
    rows = tuple(AgencyRow(str(a.id), Agency(a.code, a.country, a.name), a.kind, a.contact, a.cut_off, tuple(
        AppointedRow(str(o.id), o.login, o.full_name, o.roles, _state(o)) for o in appointed if o.agency_id == a.id))
        for a in service.list_agencies.within(v.work, v.viewer))
    roles = tuple(Choice(role, v.words.named("role", role)) for role in sorted(GRANTS["system_administrator"]))
    return AgenciesView(rows, roles, _issued(invitation))


def add_agency(form: OwnForm) -> Response:
    """Add an agency."""
    service.add_agency(form.viewer, form["code"].strip(), name=form["name"].strip(), country=form["country"].strip(),
                       kind=form["kind"], contact=form["contact"].strip())
    return go("/agencies")


def appoint(request: Request, form: OwnForm, agency_id: uuid.UUID) -> Response:
    """Appoint an agency's administrator, or an auditor, and show the enrolment code, once."""
    return _agencies(request, service.appoint_officer(
        form.viewer, AgencyId(agency_id), login=form["name"], full_name=form["full_name"].strip() or form["name"],
        roles=form.all("role")))


def reset_appointed(request: Request, form: OwnForm, officer_id: uuid.UUID) -> Response:
    """Give an administrator or auditor a new enrolment code and show it, once."""
    return _agencies(request, service.reset_administrator(form.viewer, OfficerId(officer_id)))


def cut_off(form: OwnForm, agency_id: uuid.UUID) -> Response:
    """Cut an agency off at once."""
    service.cut_off_agency(form.viewer, AgencyId(agency_id), off=True)
    return go("/agencies")


def let_in(form: OwnForm, agency_id: uuid.UUID) -> Response:
    """Let an agency in again."""
    service.cut_off_agency(form.viewer, AgencyId(agency_id), off=False)
    return go("/agencies")


# Cases whose policy the administrator keeps.


def erase_case(form: OwnForm, case_id: uuid.UUID) -> Response:
    """Erase an expired case for good, with every object nobody else holds."""
    for name in review.erase_case(form.viewer, CaseId(case_id)):
        vault().blobs.drop(name)
    return go("/reviews")


def reviews_page(request: Request, after: str = "") -> Response:
    """Show a page of the cases whose policy one may set, the next to expire first."""
    last = place(after)
    with visit(request, "reviews", "set_policy") as v:
        today = clock.now().date()
        found = cases.list_managed_cases.within(v.work, v.viewer, after=None if last is None else CaseId(last), limit=PAGE)
        rows = tuple(ReviewRow(str(c.case_id), c.reference, c.policy.audience_kind, c.policy.hits, c.policy.expires,
                               c.policy.expires <= today)
                     for c in found if c.policy.expires)
        return v.page("cases/reviews.html", ReviewView(rows, str(found[-1].case_id) if len(found) == PAGE else ""))
