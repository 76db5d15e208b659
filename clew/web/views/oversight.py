"""Events, the health of this node, and error pages."""

from dataclasses import dataclass
from datetime import datetime

from clew.web.views.shell import Choice


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event: who did what, where and for what purpose; never content. seq is its place in the tree."""

    id: str
    at: datetime
    verb: str
    officer: str
    agency: str
    case_id: str = ""
    subject: str = ""
    purpose: str = ""
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class EventsView:
    """One page of events. `all_agencies` is true for an auditor; filters are the values asked for."""

    events: tuple[EventRow, ...]
    all_agencies: bool
    verbs: tuple[Choice, ...] = ()
    verb: str = ""
    officer: str = ""
    until: str = ""
    following: str = ""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One part of this node. state: ok, off, broken; `finding` and `remedy` are sentences or commands."""

    name: str
    state: str
    finding: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class JobRow:
    """One kind of job; `oldest_seconds` is how long the first has waited."""

    name: str
    waiting: int
    running: int
    failed: int
    oldest_seconds: int = 0


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A job that was given up, and why."""

    name: str
    at: datetime
    tries: int
    reason: str


@dataclass(frozen=True, slots=True)
class HealthView:
    """What this node's parts say, the queue, and the jobs given up last."""

    checks: tuple[CheckRow, ...]
    jobs: tuple[JobRow, ...]
    at: datetime
    version: str
    failed: tuple[FailedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorView:
    """An error page; depends on nothing but the error's code and message, so that not found is always alike."""

    code: str
    message: str
