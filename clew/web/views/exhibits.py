"""The grid of safe thumbnails and one exhibit."""

from dataclasses import dataclass
from datetime import datetime

from clew.web.views.shell import Agency


@dataclass(frozen=True, slots=True)
class TileView:
    """One exhibit in the grid. status: imported, refused, waiting. `thumbnail` is false while there is none."""

    id: str
    name: str
    kind: str
    status: str
    links: int = 0
    stack: int = 1
    judged: bool = False
    thumbnail: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GridView:
    """One page of a case's exhibits. shown: all, linked, refused. total is over the filter, in sight only."""

    case_id: str
    reference: str
    shown: str
    tiles: tuple[TileView, ...]
    total: int
    following: str = ""
    former: str = ""


@dataclass(frozen=True, slots=True)
class SignalRow:
    """What one matcher derived: how many signals and the best quality (0..100)."""

    matcher: str
    version: int
    count: int
    quality: int


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link of this exhibit with one in sight; `why` is a sentence in the officer's language."""

    id: str
    other_case_id: str
    other_case: str
    other_id: str
    other: str
    agency: Agency
    matcher: str
    verdict: str
    score: float
    why: str
    judgement: str = ""


@dataclass(frozen=True, slots=True)
class ExhibitView:
    """One exhibit. `facts` are (label id of words.FACTS, value) pairs; sizes in bytes, duration in seconds."""

    id: str
    case_id: str
    case_reference: str
    owner: Agency
    name: str
    path: str
    kind: str
    media_type: str
    status: str
    reason: str
    size: int
    added: datetime
    source: str
    hashes: tuple[tuple[str, str], ...] = ()
    width: int = 0
    height: int = 0
    duration: float = 0.0
    facts: tuple[tuple[str, str], ...] = ()
    signals: tuple[SignalRow, ...] = ()
    links: tuple[LinkRow, ...] = ()
    stack: int = 1
    thumbnail: bool = True
    may_reveal: bool = False
    conditions: str = ""
    former: str = ""
    following: str = ""
