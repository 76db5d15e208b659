"""Login, enrolment, the officer's own account, and the administration of officers and agencies."""

from dataclasses import dataclass
from datetime import datetime

from clew.web.views.shell import Agency, Choice


@dataclass(frozen=True, slots=True)
class LoginView:
    """The login form after a failed try: the name typed, where to go afterwards, and the language chosen, if any."""

    name: str = ""
    next: str = ""
    enrolled: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class EnrolmentView:
    """First step: name, one-time code, password. Second step, when `ticket` is set: confirm the secret.

    `uri` is the otpauth:// address drawn as a QR code on this server; it is shown once. `language`: chosen, if any.
    """

    name: str = ""
    code: str = ""
    ticket: str = ""
    secret: str = ""
    uri: str = ""
    minimum_length: int = 12
    language: str = ""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One live login of the officer."""

    id: str
    where: str
    kind: str
    started: datetime
    seen: datetime
    current: bool = False


@dataclass(frozen=True, slots=True)
class ExposureView:
    """Reveals and seconds of today and of seven days; the agency's daily limit, 0 for none."""

    today: int
    week: int
    seconds_today: float
    seconds_week: float
    limit: int


@dataclass(frozen=True, slots=True)
class AccountView:
    """The officer's own account."""

    name: str
    login: str
    agency: Agency
    roles: tuple[str, ...]
    language: str
    mode: str
    sessions: tuple[SessionRow, ...]
    exposure: ExposureView


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A one-time enrolment code, shown exactly once to the administrator who made it."""

    officer: str
    code: str
    ends: datetime


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """One officer of the administrator's agency; `editable` is false for his own account."""

    id: str
    name: str
    full_name: str
    roles: tuple[str, ...]
    state: str
    editable: bool = True


@dataclass(frozen=True, slots=True)
class OfficersView:
    """The officers of one agency, the roles that may be granted, and a code just issued."""

    agency: Agency
    officers: tuple[OfficerRow, ...]
    roles: tuple[Choice, ...]
    issued: IssuedCode | None = None


@dataclass(frozen=True, slots=True)
class AppointedRow:
    """An administrator or auditor of an agency."""

    id: str
    name: str
    full_name: str
    roles: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One agency of this node as the system administrator sees it: never its content."""

    id: str
    agency: Agency
    kind: str
    contact: str
    cut_off: bool = False
    appointed: tuple[AppointedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class AgenciesView:
    """All agencies of this node, whom to appoint, and the code of somebody just appointed."""

    agencies: tuple[AgencyRow, ...]
    roles: tuple[Choice, ...] = ()
    issued: IssuedCode | None = None
