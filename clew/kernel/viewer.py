"""Viewer: who asks. Made only from a session token the database itself has checked."""

from dataclasses import dataclass, field

from clew.kernel.ids import AgencyId, OfficerId, SessionId


@dataclass(frozen=True, slots=True)
class Viewer:
    """One officer in one live session. `token` opens database transactions; it is never shown."""

    officer_id: OfficerId
    agency_id: AgencyId
    agency_code: str
    country: str
    name: str
    roles: frozenset[str]
    session_id: SessionId
    token: str = field(repr=False)
    language: str = "en"
    mode: str = "safe"
