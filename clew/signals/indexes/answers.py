"""From rows that were hit to the ids behind them: in order, without the erased, in pages when there are many."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.build import Ids
from clew.signals.indexes.compiled import compiled
from clew.signals.indexes.search import DISTANCE_AT, QUERY_AT, ROW_MASK, Hits
from clew.signals.indexes.snapshot import Snapshot
from clew.signals.indexes.tail import TailState

Part = tuple[NDArray[np.int32], Ids, NDArray[np.int16]]


class Answers:
    """All entries that were found, by reference: a row of one degenerate hash may stand for 10^5 of them."""

    def __init__(self, snapshot: Snapshot, state: TailState, hits: Hits, newer: Hits) -> None:
        """Take the hits of the snapshot's rows and of the tail's, and bring them in order: query, distance, row."""
        self._snapshot, self._state = snapshot, state
        both = np.concatenate((hits, newer + len(snapshot.rows))) if len(newer) else hits
        self._hits = np.sort(both) if len(both) > 1 else both
        self.count: int = _counted(self._hits, snapshot.starts)  # entries, erased ones included

    def part(self, skip: int, take: int) -> Part:
        """Return (which query, ids, distances) of entries skip..skip+take, less the erased."""
        snapshot, state = self._snapshot, self._state
        take = min(take, self.count - skip)
        which, ids, distance = _expanded(self._hits, snapshot.starts, snapshot.ids, state.ids, skip, take)
        if not len(state.erased) or not take:
            return which, ids, distance
        nearest = np.minimum(np.searchsorted(state.erased, ids), len(state.erased) - 1)
        kept = state.erased[nearest] != ids
        return which[kept], ids[kept], distance[kept]


@compiled
def _counted(hits: Any, starts: Any) -> Any:
    total: Any = 0
    for hit in hits:
        row = hit & ROW_MASK
        total += np.int64(starts[row + 1]) - np.int64(starts[row]) if row + 1 < len(starts) else 1
    return total


@compiled
def _expanded(hits: Any, starts: Any, held: Any, newer: Any, skip: int, take: int) -> Part:
    """Return a run of entries: rows past the snapshot's are the tail's, each with one id."""
    which, ids, distances = np.empty(take, np.int32), np.empty(take, held.dtype), np.empty(take, np.int16)
    rows = len(starts) - 1
    passed: Any = 0
    filled: int = 0
    for hit in hits:
        if filled == take:
            break
        row, first = hit & ROW_MASK, np.int64(0)
        count: Any = np.int64(1)
        if row < rows:
            first = np.int64(starts[row])
            count = np.int64(starts[row + 1]) - first
        begin = max(0, skip - passed)
        for i in range(begin, min(count, begin + take - filled)):
            ids[filled] = held[first + i] if row < rows else newer[row - rows]
            which[filled], distances[filled] = hit >> QUERY_AT, (hit >> DISTANCE_AT) & 63
            filled += 1
        passed += count
    return which, ids, distances
