"""The grid of safe thumbnails and one exhibit. A thumbnail is a data address of a few hundred bytes, or empty."""

from dataclasses import dataclass
from datetime import datetime

from clew.web.views.links import LinkRow
from clew.web.views.shell import Agency, Choice
from clew.web.views.stages import StageView


@dataclass(frozen=True, slots=True)
class TileView:
    """One exhibit in the grid. status: imported, refused, waiting."""

    id: str
    name: str
    kind: str
    status: str
    links: int = 0
    stack: int = 1
    thumbnail: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GridView:
    """One page of a case's exhibits. shown: all, linked, refused. total is over the filter, in sight only,
    and None on the pages after the first.

    `refused`: how many files the case has besides, where that is known.
    """

    case_id: str
    reference: str
    shown: str
    tiles: tuple[TileView, ...]
    total: int | None
    following: str = ""
    first: bool = True
    refused: int = 0


@dataclass(frozen=True, slots=True)
class SignalRow:
    """What one matcher derived: how many signals and the best quality (0..100)."""

    matcher: str
    version: int
    count: int
    quality: int | None


@dataclass(frozen=True, slots=True)
class SharingView:
    """How an exhibit is set apart from its case: kept to the team, granted alone to agencies; and to whom it could be."""

    narrowed: bool
    granted: tuple[Choice, ...] = ()
    others: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of an exhibit's category; an empty `said`: it was taken back."""

    at: datetime
    agency: str
    officer: str
    profile: str
    said: str


@dataclass(frozen=True, slots=True)
class ExhibitView:
    """One exhibit. `facts` are (label id of words.FACTS, value) pairs; sizes in bytes, duration in seconds.

    `part`: its picture, to mark a part on that is searched for; none where that is not offered.
    """

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
    hashes: tuple[tuple[str, str], ...] = ()
    width: int = 0
    height: int = 0
    duration: float = 0.0
    facts: tuple[tuple[str, str], ...] = ()
    signals: tuple[SignalRow, ...] = ()
    links: tuple[LinkRow, ...] = ()
    stack: int = 1
    thumbnail: str = ""
    may_reveal: bool = False
    conditions: str = ""
    sharing: SharingView | None = None
    part: StageView | None = None
    changes: tuple[ChangeRow, ...] = ()
