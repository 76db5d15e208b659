"""From entries (hash, id) to the arrays of a snapshot: each distinct hash once, its ids, and the bands' buckets."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import BadInput
from clew.signals.indexes.compiled import compiled
from clew.signals.indexes.plan import BANDS, KEYS, MOST_ROWS
from clew.signals.indexes.rows import Words
from clew.signals.indexes.search import band_key

Ids = NDArray[Any]  # int64 or uint64, opaque
Band = tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]]
SHORT_RUN = 64


def as_ids(ids: Any, count: int) -> Ids:
    """Return `count` opaque ids as int64, or uint64 when they were given so; raise BadInput on anything else."""
    given = np.asarray(ids)
    given = given.astype(np.int64) if given.size == 0 and given.dtype != np.uint64 else given
    if given.shape != (count,) or given.dtype not in (np.int64, np.uint64):
        raise BadInput("Give one 64-bit whole number as id for each hash.")
    if count > MOST_ROWS:
        raise BadInput(f"One index holds at most {MOST_ROWS} entries; cut it in two.")
    return np.ascontiguousarray(given)


def grouped(rows: Words, ids: Ids) -> tuple[Words, NDArray[np.int64], Ids]:
    """Return (distinct rows in order, where each one's ids start and the end, ids); entries given twice count once."""
    order = _order(rows, ids)
    ordered, ordered_ids = rows[order], ids[order]
    del rows, order  # 40 bytes an entry that a caller may have let go of
    starts = np.empty(len(ordered) + 1, np.int64)
    distinct, kept = _folded(ordered, ordered_ids, starts)
    return ordered[:distinct], starts[:distinct + 1], ordered_ids[:kept]


@compiled
def _folded(rows: Any, ids: Any, starts: Any) -> tuple[int, int]:
    """Move each distinct row, and each row's distinct ids, to the front in place; return how many of both."""
    distinct = kept = 0
    for i in range(len(rows)):
        if distinct == 0 or (rows[i] != rows[distinct - 1]).any():
            for word in range(4):
                rows[distinct, word] = rows[i, word]
            starts[distinct] = kept
            distinct += 1
        elif ids[i] == ids[kept - 1]:
            continue
        ids[kept] = ids[i]
        kept += 1
    starts[distinct] = kept
    return distinct, kept


def _order(rows: Words, ids: Ids) -> NDArray[np.int64]:
    """Return the order by (row, id): sort by the first word, then settle the runs that share it."""
    first = np.ascontiguousarray(rows[:, 0])
    order = np.argsort(first)
    long_runs = np.zeros(len(rows), bool)
    if _settle_short_runs(rows, ids, order, long_runs):
        places = np.flatnonzero(long_runs)
        inside = order[places]
        order[places] = inside[np.lexsort((ids[inside], *(rows[inside, word] for word in (3, 2, 1, 0))))]
    return order


@compiled
def _before(rows: Any, ids: Any, a: int, b: int) -> bool:
    for word in range(1, 4):
        if rows[a, word] != rows[b, word]:
            return bool(rows[a, word] < rows[b, word])
    return bool(ids[a] < ids[b])


@compiled
def _settle_short_runs(rows: Any, ids: Any, order: Any, long_runs: Any) -> int:
    """Sort by insertion each short run of equal first words; mark the long ones and return how many there are."""
    start = marked = 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and rows[order[stop], 0] == rows[order[start], 0]:
            stop += 1
        if stop - start > SHORT_RUN:
            long_runs[start:stop] = True
            marked += 1
        else:
            for i in range(start + 1, stop):
                moving, j = order[i], i
                while j > start and _before(rows, ids, moving, order[j - 1]):
                    order[j] = order[j - 1]
                    j -= 1
                order[j] = moving
        start = stop
    return marked


def buckets(rows: Words, bands: int) -> Iterator[Band]:
    """Yield each band's (offsets (KEYS + 1,), postings (n,), checks (n,)): bucket k is offsets[k]:offsets[k + 1].

    A posting is a row's number, its check the row's next band.
    """
    for band in range(bands):
        offsets = np.zeros(KEYS + 2, np.uint32)
        postings, checks = np.empty(len(rows), np.uint32), np.empty(len(rows), np.uint16)
        _fill(rows, band, offsets, postings, checks)
        yield offsets[:-1], postings, checks


@compiled
def _fill(rows: Any, band: int, offsets: Any, postings: Any, checks: Any) -> None:
    """Sort by counting: ends are counted two places up, so that filling leaves every start in its own place."""
    for i in range(len(rows)):
        offsets[band_key(rows[i], band) + 2] += 1
    for k in range(2, len(offsets)):
        offsets[k] += offsets[k - 1]
    for i in range(len(rows)):
        key = band_key(rows[i], band)
        postings[offsets[key + 1]] = i
        checks[offsets[key + 1]] = band_key(rows[i], (band + 1) % BANDS)
        offsets[key + 1] += 1
