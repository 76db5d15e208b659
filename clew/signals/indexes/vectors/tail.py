"""Vectors newer than the snapshot, in memory, and ids that must be proposed no more."""

from collections.abc import Iterable
from threading import Lock

import numpy as np

from clew.kernel.errors import BadInput
from clew.signals.embedding import tag_of
from clew.signals.indexes.contract import Entry
from clew.signals.indexes.vectors.scan import Ids, Part, padded, quantised
from clew.signals.indexes.vectors.snapshot import Snapshot, checked

FIRST = 1024


class _Growing:
    """The newer entries of one tag, in arrays that are doubled: views given out keep the former ones."""

    def __init__(self, size: int) -> None:
        self.count, self.error = 0, 0.0
        self.ids, self.scales = np.empty(FIRST, np.int64), np.empty(FIRST, np.float32)
        self.vectors, self.coarse = np.empty((FIRST, size), np.float16), np.empty((FIRST, padded(size)), np.int8)

    def put(self, number: int, value: bytes) -> None:
        vector = np.frombuffer(value, "<f2")
        if vector.shape != self.vectors.shape[1:]:
            raise BadInput("The vectors of one model must all be of one length; describe the media again.")
        if self.count == len(self.ids):
            self.ids, self.scales, self.vectors, self.coarse = (
                np.concatenate([held, np.empty_like(held)]) for held in (self.ids, self.scales, self.vectors, self.coarse))
        coarse, scale, error = quantised(vector[None])
        self.ids[self.count], self.vectors[self.count] = number, vector
        self.coarse[self.count], self.scales[self.count] = coarse[0], scale[0]
        self.count, self.error = self.count + 1, max(self.error, error)

    def part(self) -> Part:
        n = self.count
        return Part(self.ids[:n], self.vectors[:n], self.coarse[:n], self.scales[:n], self.error, ordered=False)


class Tail:
    """Entries and erasures since a snapshot. Giving one twice changes nothing.

    `parts` and `erased` are replaced, never changed: a reader that took them keeps a whole view.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._growing: dict[bytes, _Growing] = {}
        self._seen: set[tuple[bytes, int]] = set()
        self._lock = Lock()
        self.parts: dict[bytes, Part] = {}
        self.erased: Ids = np.empty(0, np.int64)

    def __len__(self) -> int:
        return sum(len(part.ids) for part in self.parts.values())

    def add(self, entries: Iterable[Entry]) -> None:
        """Add newer entries; those the snapshot or the tail has already count once."""
        with self._lock:
            for entry in entries:
                tag, value = tag_of(entry.signal.value), checked(entry.signal.value)
                if (tag, entry.id) in self._seen or (tag, entry.id) in self._snapshot:
                    continue
                self._growing.setdefault(tag, _Growing(len(value) // 2)).put(entry.id, value)
                self._seen.add((tag, entry.id))
            self.parts = {tag: growing.part() for tag, growing in self._growing.items()}

    def erase(self, ids: Iterable[int]) -> None:
        """Let these be proposed no more, wherever they are and whenever they come."""
        with self._lock:
            self.erased = np.union1d(self.erased, np.fromiter(ids, np.int64))
