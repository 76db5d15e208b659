"""From rows that were hit to the ids behind them: in order, without the erased, in pages when there are many."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.build import Ids
from clew.signals.indexes.compiled import compiled
from clew.signals.indexes.search import Answer
from clew.signals.indexes.snapshot import Snapshot
from clew.signals.indexes.tail import TailState


def sorted_hits(hits: Answer, newer: Answer | None, rows: int) -> Answer:
    """Return hits of the snapshot's `rows` and of the tail (numbered on from there) by query, distance and row."""
    which, row, distance = hits
    if newer is not None:
        which, row = np.concatenate((which, newer[0])), np.concatenate((row, newer[1] + rows))
        distance = np.concatenate((distance, newer[2]))
    if len(row) < 2:
        return which, row, distance
    order = np.lexsort((row, distance, which))
    return which[order], row[order], distance[order]


class Answers:
    """All entries that were found, by reference: a row of one degenerate hash may stand for 10^5 of them."""

    def __init__(self, snapshot: Snapshot, state: TailState, hits: Answer) -> None:
        self._snapshot, self._state, self._hits = snapshot, state, hits
        self.count: int = _counted(hits[1], snapshot.starts)  # entries, erased ones included

    def part(self, skip: int, take: int) -> tuple[NDArray[np.int64], Ids, NDArray[np.int64]]:
        """Return (which query, ids, distances) of entries skip..skip+take, less the erased."""
        take = min(take, self.count - skip)
        which, place, distance = _expanded(*self._hits, self._snapshot.starts, skip, take)
        ids = self._ids_at(place)
        erased = self._state.erased
        if len(erased) and len(ids):
            kept = erased[np.minimum(np.searchsorted(erased, ids), len(erased) - 1)] != ids
            return which[kept], ids[kept], distance[kept]
        return which, ids, distance

    def _ids_at(self, place: NDArray[np.int64]) -> Ids:
        held = len(self._snapshot.ids)
        newer = place >= held
        if not newer.any():
            return np.asarray(self._snapshot.ids[place])
        ids = np.empty(len(place), self._snapshot.ids.dtype)
        ids[newer] = self._state.ids[place[newer] - held]
        ids[~newer] = self._snapshot.ids[place[~newer]]
        return ids


@compiled
def _counted(row: Any, starts: Any) -> Any:
    total: Any = 0
    for i in row:
        total += np.int64(starts[i + 1]) - np.int64(starts[i]) if i + 1 < len(starts) else 1
    return total


@compiled
def _expanded(which: Any, row: Any, distance: Any, starts: Any, skip: int, take: int) -> Answer:
    """Return (which query, place among snapshot ids and then tail ids, distance) of a run of entries."""
    out = np.empty((3, take), np.int64)
    rows, held = len(starts) - 1, np.int64(starts[len(starts) - 1])
    passed = filled = 0
    for i in range(len(row)):
        first, last = held + row[i] - rows, held + row[i] - rows + 1
        if row[i] < rows:
            first, last = np.int64(starts[row[i]]), np.int64(starts[row[i] + 1])
        begin = first + max(0, skip - passed)
        for place in range(begin, min(last, begin + take - filled)):
            out[0, filled], out[1, filled], out[2, filled] = which[i], place, distance[i]
            filled += 1
        passed += last - first
        if filled == take:
            break
    return out[0], out[1], out[2]
