"""Hits, links and judgements as one viewer sees them."""

import datetime
from dataclasses import dataclass, field
from typing import Any, Literal

from clew.kernel.ids import CaseId, ExhibitId, JudgementId, LinkId

Level = Literal["audience", "contact", "asked"]
Answer = Literal["POSITIVE", "NEGATIVE", "UNSURE"]


@dataclass(frozen=True, slots=True)
class Overlap:
    """One other case that knows some of this material, as far as its owner lets this viewer know.

    `level` asked: an agency has an undisclosed hit; everything but `handle` is empty. `exhibits` counts the
    viewer's own exhibits that are known there.
    """

    level: Level
    handle: str
    may_disclose: bool
    agency_code: str
    agency_name: str
    country: str
    reference: str
    contact: str
    since: datetime.date | None
    matchers: tuple[str, ...]
    band: str
    exhibits: int
    other_case_id: CaseId | None


@dataclass(frozen=True, slots=True)
class Link:
    """A connection between one of the case's exhibits and another, or what its owner lets one know of it.

    `link_id` is None for the same bytes. `flipped`: `where` speaks of the other exhibit first. `place`: where it
    stands in its list, for asking on after it.
    """

    link_id: LinkId | None
    level: Level
    exhibit_id: ExhibitId
    path: str
    other_exhibit_id: ExhibitId | None
    other_path: str
    other_case_id: CaseId | None
    agency_code: str
    agency_name: str
    country: str
    reference: str
    contact: str
    since: datetime.date | None
    matcher: str
    value: float | None
    band: str
    verdict: str
    why: str
    parameters: dict[str, Any] = field(default_factory=dict)
    where: dict[str, Any] = field(default_factory=dict)
    flipped: bool = False
    answer: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an officer said of a link; officers of other agencies are named by their agency only."""

    id: JudgementId
    answer: Answer
    reason: str
    made_at: datetime.datetime
    agency_code: str
    officer: str


@dataclass(frozen=True, slots=True)
class LinkView:
    """One link with both exhibits in sight and its last judgements, newest first.

    `beside`: what other matchers say of the same two exhibits, the strongest first.
    """

    link: Link
    judgements: tuple[Judgement, ...]
    beside: tuple[Link, ...] = ()
