"""My cases, and one case with its contributions, policy, overlap, links and open questions."""

from dataclasses import dataclass
from datetime import date, datetime

from clew.web.views.shell import Agency, Choice


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case in the list."""

    id: str
    reference: str
    title: str
    owner: Agency
    own: bool
    exhibits: int
    opened: datetime
    expires: date


@dataclass(frozen=True, slots=True)
class CasesView:
    """A page of the cases in sight; reference, title and contact keep what was typed into the form."""

    cases: tuple[CaseRow, ...]
    may_create: bool = False
    reference: str = ""
    title: str = ""
    contact: str = ""
    following: str = ""


@dataclass(frozen=True, slots=True)
class ContributionRow:
    """One delivery of files. state: receiving, running, done, withdrawn. rate is files per second.

    `moving`: worth asking again soon. `matched` files are compared with everything, `in_depth` ones looked at in depth too;
    `deepening`: that goes on, and is worth asking for now and then.
    """

    id: str
    source: str
    started: datetime
    state: str
    total: int
    imported: int
    matched: int
    duplicate: int
    refused: int
    size: int = 0
    rate: float = 0.0
    eta_seconds: int | None = None
    reasons: tuple[tuple[str, int], ...] = ()
    may_withdraw: bool = False
    moving: bool = False
    in_depth: int = 0
    deepening: bool = False

    @property
    def settled(self) -> int:
        """Files that have an end: compared, already there, or refused."""
        return self.matched + self.duplicate + self.refused


@dataclass(frozen=True, slots=True)
class FileRow:
    """One delivered file and how it ended."""

    path: str
    status: str
    reason: str
    size: int
    exhibit_id: str


@dataclass(frozen=True, slots=True)
class FilesView:
    """The files of one contribution. shown: empty for all, or a status; `following` asks for the next page."""

    case_id: str
    reference: str
    contribution: ContributionRow
    shown: str
    files: tuple[FileRow, ...]
    following: str = ""


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A case's policy. team: agency or listed; audience: own, listed, network; hits: contact, owner-first.

    The choices fill the edit form; a choice that is chosen is part of the policy.
    """

    case_id: str
    reference: str
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
    latest: date | None = None
    may_read: bool = True


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A case whose policy one may set: reference and policy only."""

    case_id: str
    reference: str
    audience: str
    hits: str
    expires: date
    expired: bool


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A page of the cases whose policy one may set, the next to expire first."""

    cases: tuple[ReviewRow, ...]
    following: str = ""


@dataclass(frozen=True, slots=True)
class OverlapRow:
    """What is known elsewhere. level: audience (the material itself) or contact (reference and contact only).

    `handle` is set where one's own case may be disclosed to that side.
    """

    level: str
    agency: Agency
    reference: str
    contact: str
    since: date
    matchers: tuple[str, ...]
    band: str
    exhibits: int
    other_case_id: str = ""
    link_id: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case as the viewer may know it. `questions` are handles of undisclosed hits that ask for one's own disclosure,
    `undisclosed` of those that wait for the other side; neither side is named.
    """

    id: str
    reference: str
    title: str
    owner: Agency
    own: bool
    created: datetime
    exhibits: int
    unjudged: int
    contributions: tuple[ContributionRow, ...]
    overlap: tuple[OverlapRow, ...]
    questions: tuple[str, ...] = ()
    policy: PolicyView | None = None
    conditions: str = ""
    handling: str = ""
    may_contribute: bool = False
    next_link: str = ""
    after: str = ""
    following: str = ""
    undisclosed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgressView:
    """The part of a case's page that is asked for again while files come in: one page of its contributions."""

    id: str
    contributions: tuple[ContributionRow, ...]
    after: str = ""
    following: str = ""
