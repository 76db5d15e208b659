"""Scoring of vectors: a scan over bytes that is certain within a known error, then the exact products of what is left.

A vector is kept as 16-bit floats, and as bytes times a scale, half as long. The bytes are off by a known length at
most, so whatever lies more than twice that below the last place cannot be among the first: the answer is exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.rows import read_only
from clew.signals.indexes.vectors.dot import LANES, highest

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]
Ids = NDArray[np.int64]
TINY = np.float32(1e-20)
AT_ONCE = 16_384  # rows that are widened at once
ROUNDING = 1e-4  # more than sums of 32-bit floats in another order differ
_BYTE, _WORD, _SUM = 127, 32_767, (1 << 31) - 1


@dataclass(frozen=True)
class Part:
    """Some entries of one tag. `error`: no vector is further than this from its bytes times their scale."""

    ids: Ids  # (n,), in order unless they came in any
    vectors: Halves  # (n, size)
    coarse: NDArray[np.int8]  # (n, padded(size))
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
    """Return (n, size) vectors as bytes, the scale of each, and the greatest distance between the two.

    Rows of bytes are filled up with zeros to a multiple of LANES.
    """
    wide = vectors.astype(np.float32)
    scales = np.maximum(np.abs(wide).max(axis=1, initial=0.0) / _BYTE, TINY).astype(np.float32)
    coarse = np.zeros((len(wide), padded(wide.shape[1])), np.int8)
    coarse[:, :wide.shape[1]] = np.rint(wide / scales[:, None])
    apart = np.linalg.norm(wide - coarse[:, :wide.shape[1]] * scales[:, None], axis=1).max(initial=0.0)
    return coarse, scales, float(apart)


def padded(size: int) -> int:
    """Return how many bytes a vector of this size takes in the scan."""
    return size + -size % LANES


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
    about, error = _coarsely(part, queries)
    gone = part.gone(erased)
    about[gone] = -np.inf
    if len(about) > most:
        last = np.partition(about, len(about) - most)[len(about) - most]
        places = np.flatnonzero((about >= last - 2 * error) & ~gone)
    else:
        places = np.flatnonzero(~gone)
    exact = np.concatenate([products(part.vectors[places[start:start + AT_ONCE]], queries)
                            for start in range(0, len(places), AT_ONCE)] or [np.empty(0, np.float32)])
    if len(places) > most:
        kept = np.argpartition(exact, len(exact) - most)[len(exact) - most:]
        places, exact = places[kept], exact[kept]
    return np.asarray(part.ids[places]), exact


def _coarsely(part: Part, queries: Floats) -> tuple[Floats, float]:
    """Return the highest product of each entry's bytes with a query, and how far it may be from the exact one."""
    size, width = queries.shape[1], part.coarse.shape[1]
    level = min(_WORD, _SUM // (_BYTE * width))
    steps = np.maximum(np.abs(queries).max(axis=1) / level, TINY).astype(np.float32)
    rounded = np.zeros((len(queries), width), np.int16)
    rounded[:, :size] = np.rint(queries / steps[:, None])
    best = np.empty(len(part.ids), np.float32)
    highest(read_only(part.coarse), read_only(part.scales), rounded, steps, best)
    longest = float(np.linalg.norm(queries, axis=1).max())
    rounding = 0.5 * float(steps.max()) * size**0.5 * float(part.scales.max()) * _BYTE * size**0.5
    return best, part.error * longest + rounding + ROUNDING
