"""The exact 256-bit Hamming index up to radius 31: every entry within the radius is answered, none is ever left out.

Knows no database: it is given hashes and opaque ids, and keeps the caller's mark, from which the tail is to be read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import BadInput
from clew.signals.indexes import snapshot as snapshots
from clew.signals.indexes.answers import Answers, Part
from clew.signals.indexes.build import Ids, as_ids
from clew.signals.indexes.plan import RADIUS, SCAN_SHARE, probes
from clew.signals.indexes.proof import prove
from clew.signals.indexes.rows import Words, as_hashes, as_rows, as_words
from clew.signals.indexes.search import MOST_QUERIES, find, scan
from clew.signals.indexes.snapshot import Mark, Snapshot
from clew.signals.indexes.tail import Tail, TailState

Found = tuple[Ids, NDArray[np.int16]]


class HammingIndex:
    """One snapshot, mapped and shared between processes, with this process's tail. Safe to use from many threads."""

    def __init__(self, folder: Path, snapshot: Snapshot) -> None:
        self.folder, self.snapshot = folder, snapshot
        self.tail = Tail(snapshot)

    @classmethod
    def open(cls, folder: Path) -> "HammingIndex":
        """Open the current snapshot of `folder`; raise Unavailable when there is none or it is damaged."""
        return cls(folder, snapshots.read_current(folder))

    @property
    def mark(self) -> Mark:
        """Return the mark the snapshot was built with: the tail begins there."""
        return self.snapshot.mark

    def is_current(self) -> bool:
        """Tell whether no newer snapshot has been published; when one has, open it and fill its tail."""
        return snapshots.current_name(self.folder) == self.snapshot.name

    def __len__(self) -> int:
        """Return the number of entries, erased ones included until the next build."""
        return len(self.snapshot.ids) + len(self.tail)

    def lookup(self, hash256: bytes | NDArray[Any], radius: int = RADIUS) -> Found:
        """Return (ids, distances) of all entries within `radius` of one hash, nearest first."""
        answers = self._answers(_one(hash256), radius)
        _, ids, distances = answers.part(0, answers.count)
        return ids, distances

    def lookup_many(self, hashes: NDArray[Any], radius: int = RADIUS) -> Part:
        """Return (which hash, ids, distances) for (n, 32) or (n, 4) hashes, by hash and then nearest first."""
        answers = self._answers(as_words(hashes), radius)
        return answers.part(0, answers.count)

    def pages(self, hash256: bytes | NDArray[Any], radius: int = RADIUS, *, size: int = 10_000) -> Iterator[Found]:
        """Yield the answer of `lookup` in pages of at most `size` entries: a flat picture may have 10^5 of them."""
        answers = self._answers(_one(hash256), radius)
        for start in range(0, answers.count, size):
            _, ids, distances = answers.part(start, size)
            if len(ids):
                yield ids, distances

    def rebuild(self, mark: Mark) -> "HammingIndex":
        """Build and publish a snapshot of this one with its tail and without the erased, and return it opened.

        `mark` is where the tail began to be read when it was last filled. What the tail gains while this
        runs is carried over to the new index. Raise Conflict when another process is building.
        """
        state = self.tail.state
        hashes, ids = _entries(self.snapshot, state)
        fresh = build(self.folder, hashes, ids, mark=mark)
        later = self.tail.state
        if later is not state:
            fresh.tail.append(as_hashes(later.rows[len(state.rows):]), later.ids[len(state.rows):])
            fresh.tail.erase(later.erased)
        return fresh

    def _answers(self, words: Words, radius: int) -> Answers:
        if not 0 <= radius <= RADIUS:
            raise BadInput(f"Give a radius from 0 to {RADIUS}: beyond it this index would have to guess.")
        if len(words) >= MOST_QUERIES:
            raise BadInput(f"Give fewer than {MOST_QUERIES} hashes at once.")
        snapshot, state, queries = self.snapshot, self.tail.state, as_rows(words)
        if snapshot.bands:
            plan = probes(radius)
            hits = find(queries, snapshot.rows, plan.bands, plan.masks, snapshot.offsets, snapshot.postings,
                        snapshot.checks, radius, len(snapshot.rows) // SCAN_SHARE)
        else:
            hits = scan(queries, snapshot.rows, radius)
        newer = scan(queries, state.rows, radius) if len(state.rows) else hits[:0]
        return Answers(snapshot, state, hits, newer)


def build(folder: Path, hashes: NDArray[Any], ids: Any, *, mark: Mark) -> HammingIndex:
    """Build, prove and publish a snapshot of the entries (hashes (n, 32) uint8 or (n, 4) uint64; n 64-bit ids).

    Before it becomes current, samples of its entries and planted near copies are looked up both by it and by
    brute force; when one is missing, Unavailable is raised and the former snapshot stays current.
    """
    words = as_words(hashes) if len(hashes) else np.empty((0, 4), np.uint64)
    numbers = as_ids(ids, len(words))
    with snapshots.building(folder):
        place = snapshots.write(folder, words, numbers, mark)
        try:
            index = HammingIndex(folder, snapshots.read(place))
            prove(index, words, numbers)
        except BaseException:
            snapshots.remove(place)
            raise
        snapshots.publish(folder, place.name)
    return index


def _one(hash256: bytes | NDArray[Any]) -> Words:
    words = as_words(hash256)
    if len(words) != 1:
        raise BadInput("Give one hash here; several go to lookup_many.")
    return words


def _entries(snapshot: Snapshot, state: TailState) -> tuple[Words, Ids]:
    """Return all entries of a snapshot and its tail but the erased."""
    counts = (snapshot.starts[1:] - snapshot.starts[:-1]).astype(np.int64)
    rows = np.repeat(snapshot.rows, counts, axis=0)
    rows, ids = np.concatenate((rows, state.rows)), np.concatenate((snapshot.ids, state.ids))
    if len(state.erased):
        kept = ~np.isin(ids, state.erased)
        rows, ids = rows[kept], ids[kept]
    return as_hashes(rows), ids
