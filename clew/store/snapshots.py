"""An index on disk and the newer rows behind it: no signal may slip between the two.

Ids and times are given before a commit, so "newer than the last" would skip a late committer. The tail is cut
by transactions instead: a snapshot holds what was committed when it was read, and its mark is the oldest
transaction that was still running then (xmin); every signal of that transaction or a later one is read again.
"""

import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Row

from clew.kernel.errors import Conflict, Unavailable
from clew.store.db import Work

WAIT = 0.2  # seconds between looks at another process's first build
_HORIZON = "SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)"
_SINCE = "clew.signals WHERE xid >= CAST(:since AS xid8) AND"


class Snapshot(Protocol):
    """What every open index knows of itself (see clew/signals/indexes/contract.py)."""

    @property
    def mark(self) -> Any:
        """Return what the snapshot was marked with when it was built."""
        ...

    def __len__(self) -> int:
        """Return the number of entries."""
        ...

    def is_current(self) -> bool:
        """Tell whether no newer snapshot has been published."""
        ...


T = TypeVar("T", bound=Snapshot)


class Kind(Protocol[T]):
    """How rows of signals become one kind of index: which rows, which columns of them, and what is done with them."""

    @property
    def columns(self) -> str:
        """Return the columns that the other functions read."""
        ...

    @property
    def where(self) -> str:
        """Return which rows lie in the index, by the versions that can be compared now."""
        ...

    def longest_tail(self, held: int) -> int:
        """Return how many newer entries an index of `held` may keep in memory before they are folded in."""
        ...

    def open(self, folder: Path) -> T:
        """Open the current snapshot. Raises Unavailable."""
        ...

    def build(self, folder: Path, rows: Iterable[Row[Any]], mark: dict[str, Any]) -> T:
        """Build a snapshot of these rows. Raises Conflict while another process builds."""
        ...

    def add(self, index: T, rows: Iterable[Row[Any]]) -> int:
        """Add newer rows, some of which may be there; return how many entries are newer than the snapshot."""
        ...

    def rebuild(self, index: T, mark: dict[str, Any]) -> T:
        """Fold what is newer into a new snapshot. Raises Conflict while another process builds."""
        ...


class SignalIndex(Generic[T]):
    """The process's view of one shared snapshot with its tail, brought up to date on demand."""

    def __init__(self, folder: Path, kind: Kind[T]) -> None:
        self.folder, self.kind = folder, kind
        self._lock = threading.Lock()
        self._index: T | None = None
        self._since = "0"

    def fresh(self, work: Work) -> T:
        """Return the index with every signal committed before this call. Reads only what is new."""
        with self._lock:
            index = self._opened(work)
            horizon = work.value(_HORIZON)  # before the rows: a commit in between is read now and again
            newer = self.kind.add(index, self._read(work, self._since, often=self._since != index.mark["since"]))
            self._since = horizon
            if newer > self.kind.longest_tail(len(index)):
                index = self._rebuilt(index)
            return index

    def built_anew(self, work: Work) -> T:
        """Build from the table and forget what was erased there. Raises Conflict while another process builds."""
        with self._lock:
            self._index = self._build(work)
            self._since = str(self._index.mark["since"])
            return self._index

    def _build(self, work: Work) -> T:
        horizon = work.value(_HORIZON)
        return self.kind.build(self.folder, self._read(work, "0"), {"since": horizon, "rows": self.kind.where})

    def _read(self, work: Work, since: str, *, often: bool = False) -> Iterable[Row[Any]]:
        """Return rows a few thousand at a time; what is asked for often is little, and comes in one journey."""
        rows = f"SELECT {self.kind.columns} FROM {_SINCE} {self.kind.where}"  # noqa: S608 - a kind's own text
        return (work.rows if often else work.stream)(rows, {"since": since})

    def _opened(self, work: Work) -> T:
        if self._index is None or not _is_current(self._index):
            self._index = self._usable(work) or self._built(work)
            self._since = str(self._index.mark["since"])
        return self._index

    def _usable(self, work: Work) -> T | None:
        """Return the snapshot on disk; None when there is none, it is damaged, or it is of another database."""
        try:
            found = self.kind.open(self.folder)
        except Unavailable:
            return None
        # A mark ahead of the database's own clock comes from another one: its rows would never reach the tail.
        # One of other versions holds what cannot be compared, and lacks what can.
        ours = found.mark.get("rows") == self.kind.where and int(found.mark["since"]) <= int(work.value(_HORIZON))
        return found if ours else None

    def _built(self, work: Work) -> T:
        """Build from the table: the first start, or a snapshot of no use. Another process may be faster."""
        while True:
            try:
                return self._build(work)
            except Conflict:  # wait for it, however long it takes: a job that fails here would lose its pairs
                time.sleep(WAIT)
                if (found := self._usable(work)) is not None:
                    return found

    def _rebuilt(self, index: T) -> T:
        """Fold the tail into a new snapshot, unless another process is at it."""
        try:
            self._index = self.kind.rebuild(index, {"since": self._since, "rows": self.kind.where})
        except Conflict:
            return index
        return self._index


def _is_current(index: Snapshot) -> bool:
    try:
        return index.is_current()
    except Unavailable:  # the folder was emptied: it is derived, so it is built again
        return False
