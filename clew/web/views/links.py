"""Two exhibits side by side: what every matcher says, where, and what officers judged; and the list of links."""

from dataclasses import dataclass
from datetime import date, datetime

from clew.web.views.shell import Agency
from clew.web.views.stages import StageView


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
    """One side of a comparison; it is in the viewer's sight. duration in seconds.

    `at`: the second of a film that is spoken of; its safe thumbnail is of another moment.
    """

    case_id: str
    case_reference: str
    exhibit_id: str
    name: str
    owner: Agency
    stage: StageView
    duration: float = 0.0
    may_reveal: bool = False
    conditions: str = ""
    at: float | None = None


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One matcher's answer: calibrated score 0..1, verdict match or possible, and why in words.

    `link_id` leads to what this matcher found; empty for the one that is shown.
    """

    matcher: str
    score: float
    verdict: str
    why: str
    link_id: str = ""


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part that both sides share, under one label and colour: where it lies on each, in words."""

    label: str
    tone: int
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch shared by two films, in seconds on each side; `tone`: which of six colours."""

    left_start: float
    left_end: float
    right_start: float
    right_end: float
    number: int = 1
    tone: int = 0


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
    """One link. `next_link` is the next unjudged one in the same case, or empty. `points`: how many places are marked.

    `chosen`: the number of the shared stretch whose middle is spoken of, 0 for none.
    """

    link_id: str
    left: SideView
    right: SideView
    scores: tuple[ScoreRow, ...]
    segments: tuple[Segment, ...] = ()
    parts: tuple[PartRow, ...] = ()
    points: int = 0
    chosen: int = 0
    judgements: tuple[JudgementRow, ...] = ()
    may_judge: bool = False
    next_link: str = ""
    remaining: int = 0
