"""Two exhibits side by side: what every matcher says, where, and what officers judged; and the list of links."""

from dataclasses import dataclass
from datetime import date, datetime

from clew.web.views.shell import Agency


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link of an exhibit, as far as the other owner lets one know; `why` is a sentence in the officer's language.

    level: audience or contact. `id` is empty for the same bytes and for a contact; score is None for a contact.
    """

    id: str
    level: str
    exhibit_id: str
    exhibit: str
    other_id: str
    other: str
    other_case_id: str
    reference: str
    agency: Agency
    contact: str
    since: date | None
    matcher: str
    verdict: str
    band: str
    score: float | None
    why: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class LinksView:
    """The links of a case, strongest first. shown: all or unjudged; `following` asks for the next page."""

    case_id: str
    reference: str
    shown: str
    links: tuple[LinkRow, ...]
    following: str = ""


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of a comparison; it is in the viewer's sight. duration in seconds; `thumbnail` is a data address."""

    case_id: str
    case_reference: str
    exhibit_id: str
    name: str
    owner: Agency
    kind: str
    duration: float = 0.0
    thumbnail: str = ""
    may_reveal: bool = False
    conditions: str = ""
    at: float | None = None


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One matcher's answer: calibrated score 0..1, verdict match or possible, and why in words."""

    matcher: str
    score: float
    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch shared by two films, in seconds on each side."""

    left_start: float
    left_end: float
    right_start: float
    right_end: float


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """One judgement, newest first in lists. Officers of other agencies are named by their agency's code only."""

    value: str
    officer: str
    agency: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class CompareView:
    """One link. `next_link` is the next unjudged one in the same case, or empty."""

    link_id: str
    left: SideView
    right: SideView
    scores: tuple[ScoreRow, ...]
    segments: tuple[Segment, ...] = ()
    judgements: tuple[JudgementRow, ...] = ()
    may_judge: bool = False
    next_link: str = ""
    remaining: int = 0
