"""Two exhibits side by side: what every matcher says, where, and what officers judged."""

from dataclasses import dataclass
from datetime import datetime

from clew.web.views.shell import Agency


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of a comparison; it is in the viewer's sight. duration in seconds, 0 for pictures."""

    case_id: str
    case_reference: str
    exhibit_id: str
    name: str
    owner: Agency
    kind: str
    duration: float = 0.0
    thumbnail: bool = True
    may_reveal: bool = False
    conditions: str = ""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One matcher's answer: calibrated score 0..1, verdict match, possible or none, and why in words."""

    matcher: str
    version: int
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
    """One judgement, newest first in lists: POSITIVE, NEGATIVE or UNSURE with its reason."""

    value: str
    officer: str
    agency: Agency
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
