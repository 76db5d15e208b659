"""The index of hashes on disk and the newer rows behind it: no signal may slip between the two.

Ids and times are given before a commit, so "newer than the last" would skip a late committer. The tail is cut
by transactions instead: a snapshot holds what was committed when it was read, and its mark is the oldest
transaction that was still running then (xmin); every signal of that transaction or a later one is read again.
"""

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from clew.kernel.errors import Conflict, Unavailable
from clew.signals.indexes.hamming import HammingIndex, build
from clew.store.db import Work

HASHED = ("pdq", "frames")  # one index for pictures and films, so that a still is found in a film
QUALITY = 50
LONGEST_TAIL = 20_000
WAIT = 0.2  # seconds between looks at another process's first build
_HORIZON = "SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)"
_ROWS = f"""
    SELECT id, substring(value FROM 1 FOR 32) AS hash FROM clew.signals
    WHERE matcher = ANY (:matchers) AND quality >= {QUALITY} AND xid >= CAST(:since AS xid8)"""  # noqa: S608


class SignalIndex:
    """The process's view of the shared snapshot with its tail, brought up to date on demand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._index: HammingIndex | None = None
        self._since = "0"

    def fresh(self, work: Work) -> HammingIndex:
        """Return the index with every signal committed before this call. Reads only what is new."""
        with self._lock:
            index = self._opened(work)
            horizon = work.value(_HORIZON)  # before the rows: a commit in between is read now and again
            rows = work.rows(_ROWS, {"matchers": list(HASHED), "since": self._since})
            if rows:
                index.tail.append(_hashes(rows), np.array([row.id for row in rows], np.int64))
            self._since = horizon
            if len(index.tail) > max(LONGEST_TAIL, len(index) // 5):
                index = self._rebuilt(index)
            return index

    def built_anew(self, work: Work) -> HammingIndex:
        """Build from the table and forget what was erased there. Raises Conflict while another process builds."""
        with self._lock:
            horizon = work.value(_HORIZON)
            rows = work.rows(_ROWS, {"matchers": list(HASHED), "since": "0"})
            self._index = build(self.folder, _hashes(rows), np.array([row.id for row in rows], np.int64),
                                mark={"since": horizon})
            self._since = horizon
            return self._index

    def _opened(self, work: Work) -> HammingIndex:
        if self._index is None or not _is_current(self._index):
            self._index = self._usable(work) or self._built(work)
            self._since = str(self._index.mark["since"])
        return self._index

    def _usable(self, work: Work) -> HammingIndex | None:
        """Return the snapshot on disk; None when there is none, it is damaged, or it is of another database."""
        try:
            found = HammingIndex.open(self.folder)
        except Unavailable:
            return None
        # A mark ahead of the database's own clock comes from another one: its rows would never reach the tail.
        return found if int(found.mark["since"]) <= int(work.value(_HORIZON)) else None

    def _built(self, work: Work) -> HammingIndex:
        """Build from the table: the first start, or a snapshot of no use. Another process may be faster."""
        while True:
            horizon = work.value(_HORIZON)
            rows = work.rows(_ROWS, {"matchers": list(HASHED), "since": "0"})
            try:
                return build(self.folder, _hashes(rows), np.array([row.id for row in rows], np.int64),
                             mark={"since": horizon})
            except Conflict:  # wait for it, however long it takes: a job that fails here would lose its pairs
                time.sleep(WAIT)
                if (found := self._usable(work)) is not None:
                    return found

    def _rebuilt(self, index: HammingIndex) -> HammingIndex:
        """Fold the tail into a new snapshot, unless another process is at it."""
        try:
            self._index = index.rebuild({"since": self._since})
        except Conflict:
            return index
        return self._index


def _is_current(index: HammingIndex) -> bool:
    try:
        return index.is_current()
    except Unavailable:  # the folder was emptied: it is derived, so it is built again
        return False


def _hashes(rows: list[Row[Any]]) -> NDArray[np.uint8]:
    joined = b"".join(bytes(row.hash) for row in rows)
    return np.frombuffer(joined, np.uint8).reshape(-1, 32)
