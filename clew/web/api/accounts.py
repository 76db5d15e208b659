"""Logging in, one's own account, agencies and officers."""

import uuid
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from clew.domain.accounts import door, service
from clew.domain.accounts.model import Agency, Invitation, LoggedIn, Me, Officer, Session
from clew.domain.exhibits import exposure
from clew.domain.exhibits.exposure import Exposure
from clew.kernel.ids import AgencyId, OfficerId, SessionId
from clew.web.session import Asking, Key

router = APIRouter(tags=["accounts"])
Text = Field(max_length=1000)


class LogIn(BaseModel):
    """Login, password and one-time code."""

    login: str = Text
    password: str = Text
    code: str = Text
    kind: Literal["web", "command-line"] = "command-line"


@router.post("/login")
def log_in(request: Request, body: LogIn) -> LoggedIn:
    """Open a session; the token in the answer is told once."""
    address = request.client.host if request.client else ""
    return door.log_in(body.login, body.password, body.code, kind=body.kind, address=address)


class Login(BaseModel):
    """A login."""

    login: str = Text


@router.post("/enrol/secret")
def new_secret(body: Login) -> door.NewSecret:
    """Get a fresh one-time-code secret to enrol with; nothing is stored yet."""
    return door.new_secret(body.login)


class Enrol(BaseModel):
    """An enrolment code and the new password and one-time-code secret with a code of it."""

    login: str = Text
    enrolment: str = Text
    password: str = Text
    secret: str = Field(pattern=r"^[A-Z2-7]{16,128}$")
    code: str = Text


@router.post("/enrol", status_code=204)
def enrol(request: Request, body: Enrol) -> None:
    """Set password and one-time codes with an enrolment code."""
    address = request.client.host if request.client else ""
    door.enrol(body.login, body.enrolment, body.password, body.secret, body.code, address=address)


@router.get("/me/exposure")
def my_exposure(viewer: Asking) -> Exposure:
    """Show how much clear material one has looked at; nobody else is shown it."""
    return exposure.my_exposure(viewer)


@router.get("/me")
def get_me(viewer: Asking) -> Me:
    """Show who one is logged in as."""
    return service.get_me(viewer)


class Preferences(BaseModel):
    """Language and screen mode."""

    language: Literal["en", "fr", "es", "ar"]
    mode: Literal["none", "safe", "full"]


@router.put("/me/preferences", status_code=204)
def set_preferences(viewer: Asking, body: Preferences, key: Key) -> None:
    """Choose one's language and screen mode."""
    service.set_preferences.once(key, viewer, language=body.language, mode=body.mode)


@router.get("/sessions")
def list_sessions(viewer: Asking) -> list[Session]:
    """List one's own live sessions."""
    return service.list_sessions(viewer)


@router.delete("/sessions/{session_id}", status_code=204)
def revoke_session(viewer: Asking, session_id: uuid.UUID, key: Key) -> None:
    """End one of one's own sessions."""
    service.revoke_session.once(key, viewer, SessionId(session_id))


@router.post("/logout", status_code=204)
def log_out(viewer: Asking) -> None:
    """End the session this request comes with."""
    service.revoke_session(viewer, service.get_me(viewer).session_id)


@router.get("/agencies")
def list_agencies(viewer: Asking) -> list[Agency]:
    """List the agencies of the network."""
    return service.list_agencies(viewer)


class NewAgency(BaseModel):
    """A new agency."""

    code: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{1,30}$")
    name: str = Field(min_length=1, max_length=200)
    country: str = Field(pattern=r"^[A-Za-z]{2}$")
    kind: Literal["unit", "bureau", "coordination"] = "unit"
    contact: str = Field("", max_length=300)


@router.post("/agencies", status_code=201)
def add_agency(viewer: Asking, body: NewAgency, key: Key) -> Agency:
    """Add an agency."""
    return service.add_agency.once(key, viewer, body.code, name=body.name, country=body.country, kind=body.kind,
                                   contact=body.contact)


class NewOfficer(BaseModel):
    """A new officer."""

    login: str = Text
    full_name: str = Field(min_length=1, max_length=200)
    roles: list[str] = Field(max_length=10)


@router.post("/agencies/{agency_id}/officers", status_code=201)
def appoint_officer(viewer: Asking, agency_id: uuid.UUID, body: NewOfficer, key: Key) -> Invitation:
    """Appoint an agency's first administrator, or an auditor."""
    return service.appoint_officer.once(key, viewer, AgencyId(agency_id), login=body.login,
                                        full_name=body.full_name, roles=body.roles)


class CutOff(BaseModel):
    """Whether an agency is cut off."""

    off: bool


@router.put("/agencies/{agency_id}/cut-off", status_code=204)
def cut_off_agency(viewer: Asking, agency_id: uuid.UUID, body: CutOff, key: Key) -> None:
    """Cut an agency off at once, or let it in again."""
    service.cut_off_agency.once(key, viewer, AgencyId(agency_id), off=body.off)


@router.get("/appointed")
def list_appointed(viewer: Asking) -> list[Officer]:
    """List administrators and auditors."""
    return service.list_appointed(viewer)


@router.post("/appointed/{officer_id}/reset")
def reset_administrator(viewer: Asking, officer_id: uuid.UUID, key: Key) -> Invitation:
    """Give an administrator or auditor a new enrolment code."""
    return service.reset_administrator.once(key, viewer, OfficerId(officer_id))


@router.get("/officers")
def list_officers(viewer: Asking) -> list[Officer]:
    """List the officers of one's own agency."""
    return service.list_officers(viewer)


@router.get("/colleagues")
def list_colleagues(viewer: Asking) -> list[Officer]:
    """List the colleagues a team can be made of."""
    return service.list_colleagues(viewer)


@router.post("/officers", status_code=201)
def add_officer(viewer: Asking, body: NewOfficer, key: Key) -> Invitation:
    """Add an officer to one's own agency."""
    return service.add_officer.once(key, viewer, body.login, full_name=body.full_name, roles=body.roles)


class Roles(BaseModel):
    """A set of roles."""

    roles: list[str] = Field(max_length=10)


@router.put("/officers/{officer_id}/roles", status_code=204)
def set_roles(viewer: Asking, officer_id: uuid.UUID, body: Roles, key: Key) -> None:
    """Set an officer's roles."""
    service.set_roles.once(key, viewer, OfficerId(officer_id), roles=body.roles)


class Suspended(BaseModel):
    """Whether an officer is suspended."""

    suspended: bool


@router.put("/officers/{officer_id}/suspended", status_code=204)
def suspend_officer(viewer: Asking, officer_id: uuid.UUID, body: Suspended, key: Key) -> None:
    """Suspend an officer or let him in again."""
    service.suspend_officer.once(key, viewer, OfficerId(officer_id), suspended=body.suspended)


@router.post("/officers/{officer_id}/reset")
def reset_login(viewer: Asking, officer_id: uuid.UUID, key: Key) -> Invitation:
    """Give an officer a new enrolment code."""
    return service.reset_login.once(key, viewer, OfficerId(officer_id))
