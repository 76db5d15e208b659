"""Scoring of vectors: a scan over bytes that is certain within a known error, then the exact products of what is left.

A vector is kept as 16-bit floats, and as bytes times a scale, half as long. The bytes are off by a known length at
most, so whatever lies more than twice that below the last place cannot be among the first: the answer is exact.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.compiled import summing
from clew.signals.indexes.rows import read_only

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]
Ids = NDArray[np.int64]
MANY = 16  # queries from which the matrix product is faster than the scan
AT_ONCE = 16_384  # rows that are widened at once
ROUNDING = 1e-4  # more than sums of 32-bit floats in another order differ


@dataclass(frozen=True)
class Part:
    """Some entries of one tag. `error`: no vector is further than this from its bytes times their scale."""

    ids: Ids  # (n,), in order unless they came in any
    vectors: Halves  # (n, size)
    coarse: NDArray[np.int8]  # (n, size)
    scales: Floats  # (n,)
    error: float
    ordered: bool = True

    def gone(self, erased: Ids) -> NDArray[np.bool_]:
        """Tell which entries are erased."""
        if not self.ordered:
            return np.isin(self.ids, erased)
        gone = np.zeros(len(self.ids), bool)
        places = np.searchsorted(self.ids, erased)
        gone[places[self.ids[np.minimum(places, len(self.ids) - 1)] == erased]] = True
        return gone


def quantised(vectors: Halves) -> tuple[NDArray[np.int8], Floats, float]:
    """Return (n, size) vectors as bytes, the scale of each, and the greatest distance between the two."""
    wide = vectors.astype(np.float32)
    scales = np.maximum(np.abs(wide).max(axis=1, initial=0.0) / 127, np.float32(1e-20)).astype(np.float32)
    coarse = np.rint(wide / scales[:, None]).astype(np.int8)
    apart = np.linalg.norm(wide - coarse * scales[:, None], axis=1).max(initial=0.0)
    return coarse, scales, float(apart)


def products(vectors: Halves, queries: Floats) -> Floats:
    """Return for each of (n, size) vectors the highest inner product with one of (m, size) queries, exactly."""
    best = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), AT_ONCE):
        part = vectors[start:start + AT_ONCE].astype(np.float32) @ queries.T
        best[start:start + AT_ONCE] = part.max(axis=1)
    return best


def first(part: Part, queries: Floats, most: int, erased: Ids) -> tuple[Ids, Floats]:
    """Return (ids, products) of the `most` entries with the highest product with any query, in no order."""
    if not len(part.ids) or most < 1:
        return part.ids[:0], np.empty(0, np.float32)
    about = _coarsely(part, queries)
    gone = part.gone(erased)
    about[gone] = -np.inf
    if len(about) > most:
        slack = 2 * (part.error * float(np.linalg.norm(queries, axis=1).max()) + ROUNDING)
        places = np.flatnonzero((about >= np.partition(about, len(about) - most)[len(about) - most] - slack) & ~gone)
    else:
        places = np.flatnonzero(~gone)
    exact = np.concatenate([products(part.vectors[places[start:start + AT_ONCE]], queries)
                            for start in range(0, len(places), AT_ONCE)] or [np.empty(0, np.float32)])
    if len(places) > most:
        kept = np.argpartition(exact, len(exact) - most)[len(exact) - most:]
        places, exact = places[kept], exact[kept]
    return np.asarray(part.ids[places]), exact


def _coarsely(part: Part, queries: Floats) -> Floats:
    """Return the highest product of each entry's bytes with a query."""
    best = np.empty(len(part.ids), np.float32)
    if len(queries) < MANY:
        _scan(read_only(part.coarse), read_only(part.scales), read_only(np.ascontiguousarray(queries)), best)
        return best
    for start in range(0, len(best), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        best[some] = (part.coarse[some].astype(np.float32) @ queries.T).max(axis=1) * part.scales[some]
    return best


@summing
def _scan(coarse: Any, scales: Any, queries: Any, best: Any) -> None:
    """Widen each row once, near the processor, and write its highest product with a query into `best`."""
    size = coarse.shape[1]
    wide = np.empty(size, np.float32)
    for row in range(len(coarse)):
        for place in range(size):
            wide[place] = np.float32(coarse[row, place])
        highest = np.float32(-np.inf)
        for query in range(len(queries)):
            total = np.float32(0)
            for place in range(size):
                total += wide[place] * queries[query, place]
            highest = max(highest, total)
        best[row] = highest * scales[row]
