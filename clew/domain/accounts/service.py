"""Verbs on agencies, officers and sessions."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from clew.access.roles import rights_of
from clew.access.verb import event, verb
from clew.domain.accounts.invitations import demand_tries, enrolment_code, set_enrolment
from clew.domain.accounts.model import Agency, Invitation, Me, Officer, Session
from clew.domain.accounts.rules import check_login, check_roles, demand_grant
from clew.kernel import clock, ids
from clew.kernel.errors import BadInput, Conflict, NotFound, NotYourRole, Taken
from clew.kernel.ids import AgencyId, OfficerId, SessionId
from clew.kernel.viewer import Viewer
from clew.store.db import Work
from clew.store.vault import vault

KINDS = ("unit", "bureau", "coordination")
LANGUAGES = ("en", "fr", "es", "ar")
MODES = ("none", "safe", "full")
_INVITED = timedelta(days=7)

_OFFICERS = """
    SELECT o.id, o.agency_id, a.code, o.login, o.full_name, o.roles, o.suspended_at, o.enrolment_ends
    FROM clew.officers o JOIN clew.agencies a ON a.id = o.agency_id"""


def audited(work: Work, table: str, of: uuid.UUID) -> dict[str, str]:
    """Return the hash of a row as its event binds it."""
    return {f"{table}:{of}": work.value("SELECT clew.row_hash(:table, :id)", {"table": table, "id": of})}


def _agency(row: Row[Any]) -> Agency:
    return Agency(AgencyId(row.id), row.code, row.name, row.country, row.kind, row.contact, row.cut_off_at is not None)


def _officer(row: Row[Any]) -> Officer:
    return Officer(OfficerId(row.id), AgencyId(row.agency_id), row.code, row.login, row.full_name,
                   tuple(sorted(row.roles)), row.suspended_at is not None, row.enrolment_ends is None)


@verb("get_me", right="account")
def get_me(work: Work, viewer: Viewer) -> Me:
    """Show who one is logged in as."""
    row = work.first("SELECT o.full_name, a.name FROM clew.officers o JOIN clew.agencies a ON a.id = o.agency_id "
                     "WHERE o.id = :me", {"me": viewer.officer_id})
    if row is None:
        raise NotFound
    return Me(viewer.officer_id, viewer.name, row.full_name, viewer.agency_id, viewer.agency_code, row.name,
              viewer.country, tuple(sorted(viewer.roles)), tuple(sorted(rights_of(viewer.roles))), viewer.language,
              viewer.mode, viewer.session_id)


@verb("list_agencies", right="account")
def list_agencies(work: Work, viewer: Viewer) -> list[Agency]:
    """List the agencies of the network: code, name, country and contact."""
    return [_agency(row) for row in work.rows("SELECT * FROM (SELECT id, code, name, country, kind, contact, "
                                              "cut_off_at FROM clew.agencies) a ORDER BY country, code")]


@verb("add_agency", right="manage_agencies")
def add_agency(work: Work, viewer: Viewer, code: str, *, name: str, country: str, kind: str = "unit",
               contact: str = "") -> Agency:
    """Add an agency to this node."""
    if kind not in KINDS:
        raise BadInput(f"The kind of an agency is one of: {', '.join(KINDS)}.")
    if len(country) != 2 or not country.isalpha() or not country.isascii():
        raise BadInput("A country is two letters (ISO 3166, or a user-assigned code).")
    if work.first("SELECT 1 FROM clew.agencies WHERE code = :code", {"code": code.upper()}):
        raise Conflict("An agency with this code is there already. Choose another code.")
    agency = AgencyId(ids.ordered())
    add_agency_row(work, agency, code, name, country, kind, contact)
    work.record(event(viewer, "add_agency", subject=f"agency:{agency}", detail={"code": code.upper()},
                      row_hashes=audited(work, "agencies", agency)))
    return Agency(agency, code.upper(), name, country.upper(), kind, contact)


def add_agency_row(work: Work, agency: AgencyId, code: str, name: str, country: str, kind: str, contact: str) -> None:
    """Write the row of a new agency with its sealed key (also used when a node is made)."""
    work.write("INSERT INTO clew.agencies (id, code, name, country, kind, contact, wrapped_key) VALUES "
               "(:id, :code, :name, :country, :kind, :contact, :key)",
               {"id": agency, "code": code.upper(), "name": name, "country": country.upper(), "kind": kind,
                "contact": contact, "key": vault().keyring.new_agency_key(agency)})


@verb("cut_off_agency", right="manage_agencies")
def cut_off_agency(work: Work, viewer: Viewer, agency_id: AgencyId, *, off: bool) -> None:
    """Cut an agency off the node at once, or let it in again; its sessions stop at their next request."""
    if not work.changed("UPDATE clew.agencies SET cut_off_at = CASE WHEN :off THEN now() END WHERE id = :id",
                        {"off": off, "id": agency_id}):
        raise NotFound
    work.record(event(viewer, "cut_off_agency", subject=f"agency:{agency_id}", detail={"off": off},
                      row_hashes=audited(work, "agencies", agency_id)))


@verb("list_officers", right="manage_officers")
def list_officers(work: Work, viewer: Viewer) -> list[Officer]:
    """List the officers of one's own agency."""
    return [_officer(row) for row in work.rows(f"{_OFFICERS} WHERE o.agency_id = :agency ORDER BY o.login",
                                               {"agency": viewer.agency_id})]


@verb("list_colleagues", right="set_policy")
def list_colleagues(work: Work, viewer: Viewer) -> list[Officer]:
    """List the officers of one's own agency who can work on a case, to choose a team from."""
    return [_officer(row) for row in work.rows(
        f"{_OFFICERS} WHERE o.agency_id = :agency AND o.suspended_at IS NULL "
        "AND o.roles && ARRAY['investigator', 'analyst'] ORDER BY o.login", {"agency": viewer.agency_id})]


@verb("add_officer", right="manage_officers", secret=True)
def add_officer(work: Work, viewer: Viewer, login: str, *, full_name: str, roles: Iterable[str]) -> Invitation:
    """Add an officer to one's own agency; the code returned lets him enrol once within seven days."""
    return _add(work, viewer, viewer.agency_id, login, full_name, check_roles(roles))


@verb("appoint_officer", right="manage_agencies", secret=True)
def appoint_officer(work: Work, viewer: Viewer, agency_id: AgencyId, *, login: str, full_name: str,
                    roles: Iterable[str]) -> Invitation:
    """Appoint an agency's first administrator, or an auditor."""
    asked = check_roles(roles)
    if "agency_administrator" in asked and work.first(
            "SELECT 1 FROM clew.officers WHERE agency_id = :agency AND 'agency_administrator' = ANY (roles)",
            {"agency": agency_id}):
        raise NotYourRole("This agency has an administrator, who appoints further ones. You may reset his login.")
    return _add(work, viewer, agency_id, login, full_name, asked)


def _add(work: Work, viewer: Viewer, agency: AgencyId, login: str, full_name: str,
         roles: frozenset[str]) -> Invitation:
    name = check_login(login)
    if not roles:
        raise BadInput("Give the officer at least one role.")
    demand_grant(viewer, agency, frozenset(), roles)
    if not work.first("SELECT 1 FROM clew.agencies WHERE id = :id", {"id": agency}):
        raise NotFound
    demand_tries(work)
    officer = OfficerId(ids.random())
    added = work.changed(
        "INSERT INTO clew.officers (id, agency_id, login, full_name, roles) "
        "VALUES (:id, :agency, :login, :name, :roles) ON CONFLICT DO NOTHING",
        {"id": officer, "agency": agency, "login": name, "name": full_name, "roles": sorted(roles)})
    if not added:
        raise Taken("This login is taken on this node. Choose another one.")
    return invite(work, viewer, officer, name, "add_officer")


def invite(work: Work, viewer: Viewer, officer: OfficerId, login: str, name: str) -> Invitation:
    """Give an officer a fresh enrolment code and record it under the verb `name`; what opened before opens nothing now."""
    work.write("UPDATE clew.officers SET password_hash = NULL, totp_sealed = NULL WHERE id = :id", {"id": officer})
    _end_sessions(work, officer)
    code = enrolment_code()
    ends = clock.now() + _INVITED
    set_enrolment(work, officer, code, ends)
    work.record(event(viewer, name, subject=f"officer:{officer}", row_hashes=audited(work, "officers", officer)))
    return Invitation(officer, login, code, ends)


def _end_sessions(work: Work, officer: OfficerId) -> None:
    work.write("UPDATE clew.sessions SET revoked_at = now() WHERE officer_id = :id AND revoked_at IS NULL", {"id": officer})


def _administer(work: Work, viewer: Viewer, officer_id: OfficerId) -> Officer:
    """Return an officer the viewer administers. Raises NotFound, or NotYourRole for himself and his betters."""
    row = work.first(f"{_OFFICERS} WHERE o.id = :id", {"id": officer_id})
    if row is None or ("system_administrator" not in viewer.roles and row.agency_id != viewer.agency_id):
        raise NotFound
    if officer_id == viewer.officer_id:
        raise NotYourRole("Nobody administers himself. Ask another administrator.")
    officer = _officer(row)
    demand_grant(viewer, officer.agency_id, frozenset(officer.roles), frozenset(officer.roles))
    return officer


@verb("set_roles", right="manage_officers")
def set_roles(work: Work, viewer: Viewer, officer_id: OfficerId, *, roles: Iterable[str]) -> None:
    """Set the roles of an officer of one's own agency; acts at his next request."""
    officer, asked = _administer(work, viewer, officer_id), check_roles(roles)
    demand_grant(viewer, officer.agency_id, frozenset(officer.roles), asked)
    work.write("UPDATE clew.officers SET roles = :roles WHERE id = :id", {"roles": sorted(asked), "id": officer_id})
    work.record(event(viewer, "set_roles", subject=f"officer:{officer_id}", detail={"roles": sorted(asked)},
                      row_hashes=audited(work, "officers", officer_id)))


@verb("suspend_officer", right="manage_officers")
def suspend_officer(work: Work, viewer: Viewer, officer_id: OfficerId, *, suspended: bool = True) -> None:
    """Suspend an officer, or let him in again; his sessions stop at their next request."""
    _administer(work, viewer, officer_id)
    work.write("UPDATE clew.officers SET suspended_at = CASE WHEN :on THEN now() END WHERE id = :id",
               {"on": suspended, "id": officer_id})
    _end_sessions(work, officer_id)
    work.record(event(viewer, "suspend_officer", subject=f"officer:{officer_id}", detail={"suspended": suspended},
                      row_hashes=audited(work, "officers", officer_id)))


@verb("reset_login", right="manage_officers", secret=True)
def reset_login(work: Work, viewer: Viewer, officer_id: OfficerId) -> Invitation:
    """Give an officer who lost password or authenticator a new enrolment code."""
    officer = _administer(work, viewer, officer_id)
    return invite(work, viewer, officer_id, officer.login, "reset_login")


@verb("reset_administrator", right="manage_agencies", secret=True)
def reset_administrator(work: Work, viewer: Viewer, officer_id: OfficerId) -> Invitation:
    """Give an agency's administrator or an auditor a new enrolment code."""
    officer = _administer(work, viewer, officer_id)
    return invite(work, viewer, officer_id, officer.login, "reset_administrator")


@verb("list_appointed", right="manage_agencies")
def list_appointed(work: Work, viewer: Viewer) -> list[Officer]:
    """List the administrators and auditors the system administrator appointed."""
    return [_officer(row) for row in work.rows(
        f"{_OFFICERS} WHERE o.roles && ARRAY['agency_administrator', 'auditor'] ORDER BY a.code, o.login")]


@verb("list_sessions", right="account")
def list_sessions(work: Work, viewer: Viewer) -> list[Session]:
    """List one's own live sessions."""
    rows = work.rows("SELECT id, kind, address, made_at, seen_at FROM clew.sessions WHERE officer_id = :me "
                     "AND revoked_at IS NULL AND ends_at > now() ORDER BY made_at DESC", {"me": viewer.officer_id})
    return [Session(SessionId(row.id), row.kind, row.address, row.made_at, row.seen_at, row.id == viewer.session_id)
            for row in rows]


@verb("revoke_session", right="account")
def revoke_session(work: Work, viewer: Viewer, session_id: SessionId) -> None:
    """End one of one's own sessions at once, this one included (logging out)."""
    if not work.changed("UPDATE clew.sessions SET revoked_at = now() WHERE id = :id AND officer_id = :me "
                        "AND revoked_at IS NULL", {"id": session_id, "me": viewer.officer_id}):
        raise NotFound
    work.record(event(viewer, "revoke_session", subject=f"session:{session_id}"))


@verb("set_preferences", right="account")
def set_preferences(work: Work, viewer: Viewer, *, language: str, mode: str) -> None:
    """Choose one's language and how much the screen shows: no media, safe pictures, or full."""
    if language not in LANGUAGES or mode not in MODES:
        raise BadInput(f"Languages: {', '.join(LANGUAGES)}; modes: {', '.join(MODES)}.")
    work.write("UPDATE clew.officers SET language = :language, mode = :mode WHERE id = :me",
               {"language": language, "mode": mode, "me": viewer.officer_id})
    work.record(event(viewer, "set_preferences", detail={"language": language, "mode": mode}))
