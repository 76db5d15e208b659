"""What every index of candidates can do, whatever it holds: an index proposes, compare() decides.

An index knows no database. It is given entries (an opaque id and the stored signal), keeps the caller's mark, and is
derived: it may be thrown away and built again from the same rows at any time. Snapshot folders, the tail and erased
entries follow docs/decisions/011: plain mapped arrays with checksums, a manifest, one atomic `current`, nothing pickled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from clew.signals.contract import Signal


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored signal under the id of its row."""

    id: int
    signal: Signal


@dataclass(frozen=True, slots=True)
class Proposal:
    """One entry worth comparing; `strength` orders the proposals of one query and means nothing else."""

    id: int
    strength: float


class Index(Protocol):
    """One open snapshot with the newer entries this process has added. Safe to use from many threads."""

    @property
    def mark(self) -> dict[str, Any]:
        """Return the caller's mark of the snapshot: newer rows are to be added from there."""
        ...

    def __len__(self) -> int:
        """Return the number of entries, erased ones included until the next build."""
        ...

    @property
    def newer(self) -> int:
        """Return how many entries were added since the snapshot."""
        ...

    def add(self, entries: Iterable[Entry]) -> None:
        """Add newer entries; one that is there already counts once. Found by the next `propose`."""
        ...

    def erase(self, ids: Iterable[int]) -> None:
        """Propose these no more, from now on."""
        ...

    def propose(self, signals: Sequence[Signal], most: int) -> list[Proposal]:
        """Return the entries worth comparing with media of these signals, the strongest first, at most `most`."""
        ...

    def is_current(self) -> bool:
        """Tell whether no newer snapshot has been published beside this one."""
        ...

    def rebuild(self, mark: dict[str, Any]) -> "Index":
        """Publish a snapshot of everything but the erased and return it opened. Raises Conflict while another builds."""
        ...


class IndexKind(Protocol):
    """A module or object that makes indexes of one kind."""

    def build(self, folder: Path, entries: Iterable[Entry], mark: dict[str, Any]) -> Index:
        """Build, prove and publish a snapshot. Raises Conflict while another process builds."""
        ...

    def open(self, folder: Path) -> Index:
        """Open the current snapshot. Raises Unavailable when there is none or it is damaged."""
        ...
