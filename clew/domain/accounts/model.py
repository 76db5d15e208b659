"""What the world sees of agencies, officers and sessions."""

from dataclasses import dataclass
from datetime import datetime

from clew.kernel.ids import AgencyId, OfficerId, SessionId


@dataclass(frozen=True, slots=True)
class Agency:
    """A unit, bureau or coordination office of a country (two letters) or organisation."""

    id: AgencyId
    code: str
    name: str
    country: str
    kind: str
    contact: str = ""
    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class Officer:
    """A person with a login."""

    id: OfficerId
    agency_id: AgencyId
    agency_code: str
    login: str
    full_name: str
    roles: tuple[str, ...]
    suspended: bool
    enrolled: bool


@dataclass(frozen=True, slots=True)
class Session:
    """One live or ended session of an officer."""

    id: SessionId
    kind: str
    address: str
    made_at: datetime
    seen_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time enrolment code, shown once; the officer sets password and one-time codes with it."""

    officer_id: OfficerId
    login: str
    code: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A fresh session: `token` opens it and is told once."""

    token: str
    officer_id: OfficerId
    login: str
    language: str


@dataclass(frozen=True, slots=True)
class Me:
    """Who is logged in, what he may do, and how he wants the screen."""

    id: OfficerId
    login: str
    full_name: str
    agency_id: AgencyId
    agency_code: str
    agency_name: str
    country: str
    roles: tuple[str, ...]
    rights: tuple[str, ...]
    language: str
    mode: str
    session_id: SessionId
