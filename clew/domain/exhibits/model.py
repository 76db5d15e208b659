"""Contributions, files and exhibits as their viewers see them. No media id ever appears here."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from clew.kernel.ids import CaseId, ContributionId, ExhibitId

FileStatus = Literal["waiting", "imported", "duplicate", "refused"]


@dataclass(frozen=True, slots=True)
class Contribution:
    """One delivery of files into a case."""

    id: ContributionId
    case_id: CaseId
    source: str
    made_at: datetime
    closed_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a contribution is: counts of files, bytes, and the times its rate is told from.

    `stopped`: imported, but their comparison was given up; the operator can run it again. `in_depth`: imported files
    that were looked at in depth as well (details, likeness, sound), which goes on when nothing else waits.
    """

    contribution: Contribution
    files: int
    waiting: int
    imported: int
    duplicate: int
    refused: int
    matched: int
    size: int
    first_at: datetime | None
    last_at: datetime | None
    stopped: int = 0
    in_depth: int = 0

    @property
    def finished(self) -> bool:
        """Say whether every file has ended and everything imported is searchable."""
        return self.waiting == 0 and self.matched + self.stopped >= self.imported


@dataclass(frozen=True, slots=True)
class File:
    """One delivered file and how it ended; `reason` says why it was refused."""

    path: str
    status: FileStatus
    reason: str
    exhibit_id: ExhibitId | None
    sha256: str
    size: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A file as found in one case, without its picture."""

    id: ExhibitId
    case_id: CaseId
    case_reference: str
    agency_code: str
    path: str
    kind: str
    media_type: str
    width: int
    height: int
    duration: float
    size: int
    sha256: str
    sha1: str
    md5: str
    made_at: datetime
    narrowed: bool
    own: bool
    state: str
    facts: dict[str, Any] = field(default_factory=dict)
    links: int = 0
    stack: int = 1
    reason: str = ""
    conditions: str = ""  # of the owner, with his handling code: shown wherever the exhibit is
    handling: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One square of the grid: a safe thumbnail (a few hundred bytes of WebP or JPEG, or none) and its marks."""

    id: ExhibitId
    path: str
    kind: str
    thumbnail: bytes | None
    links: int
    stack: int
    state: str = "imported"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An exhibit as a list shows it: its size in pixels, its length in seconds, and a safe thumbnail or none."""

    path: str
    kind: str
    width: int
    height: int
    duration: float
    thumbnail: bytes | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the grid; `after` is the cursor of the next page, empty at the end. `total` is told by the first page."""

    tiles: tuple[Tile, ...]
    total: int | None
    after: str = ""
