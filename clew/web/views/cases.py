"""My cases, and one case with its contributions, policy, overlap and open questions."""

from dataclasses import dataclass
from datetime import date, datetime

from clew.web.views.shell import Agency, Choice


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case in the list; `hits` counts links nobody has judged yet."""

    id: str
    reference: str
    title: str
    owner: Agency
    own: bool
    exhibits: int
    hits: int
    questions: int
    changed: datetime
    expires: date
    running: bool = False


@dataclass(frozen=True, slots=True)
class CasesView:
    """One page of cases; `following` is the cursor of the next page or empty."""

    cases: tuple[CaseRow, ...]
    may_create: bool = False
    following: str = ""
    reference: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ContributionRow:
    """One delivery of files. state: receiving, running, done, withdrawn. rate is files per second."""

    id: str
    source: str
    by: str
    started: datetime
    state: str
    total: int
    imported: int
    duplicate: int
    refused: int
    rate: float = 0.0
    eta_seconds: int | None = None
    reasons: tuple[tuple[str, int], ...] = ()
    may_withdraw: bool = False

    @property
    def settled(self) -> int:
        """Files that have an end: imported, duplicate or refused."""
        return self.imported + self.duplicate + self.refused


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A case's policy. team: agency or officers; audience: own, listed, network; hits: contact, owner-first.

    The choices fill the edit form; a choice that is chosen is part of the policy.
    """

    owner: Agency
    team: str
    audience: str
    hits: str
    expires: date
    officers: tuple[Choice, ...] = ()
    shared: tuple[Choice, ...] = ()
    denied: tuple[Choice, ...] = ()
    conditions: str = ""
    handling: str = ""
    may_edit: bool = False
    latest: date | None = None


@dataclass(frozen=True, slots=True)
class OverlapRow:
    """What is known elsewhere. level: shared (the link itself) or contact (reference and contact only)."""

    level: str
    agency: Agency
    reference: str
    contact: str
    since: datetime
    matcher: str
    band: str
    exhibits: int
    own_exhibit_id: str = ""
    own_exhibit: str = ""
    link_id: str = ""


@dataclass(frozen=True, slots=True)
class DisclosureRow:
    """An undisclosed hit on our reference: we are asked whether to disclose ours. The asker stays unnamed."""

    id: str
    since: datetime
    matcher: str
    band: str
    exhibits: int


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case as the viewer may know it."""

    id: str
    reference: str
    title: str
    owner: Agency
    own: bool
    created: datetime
    exhibits: int
    linked: int
    unjudged: int
    contributions: tuple[ContributionRow, ...]
    policy: PolicyView
    overlap: tuple[OverlapRow, ...]
    overlap_following: str = ""
    questions: tuple[DisclosureRow, ...] = ()
    may_contribute: bool = False
    next_link: str = ""
