"""Which points of two pictures look alike, one to one, and which of those pairs agree about how one was laid on the other.

Compiled loops and plain arrays only; what a placement means is decided in `geometry` and `overlay`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.compiled import compiled
from clew.signals.local.codec import Stored
from clew.signals.local.compact import expanded, product
from clew.signals.local.features import Floats

Ints = NDArray[np.int64]
RATIO: Final = 0.88
"""Of the distances to the nearest and the next other point: above it a point looks like many."""
_SAME_PLACE: Final = 4.0
"""Pixels: a point found twice, with two angles, is not its own rival."""
_MOST: Final = 700
"""Pairs that are looked at, the surest first: bounds the time of one comparison."""


def alike(a: Stored, b: Stored) -> tuple[Ints, Ints]:
    """Return the places in `a` and in `b` of points that are each other's nearest and clearly so, the surest first."""
    if not len(a) or not len(b):
        none = np.zeros(0, np.int64)
        return none, none
    first, second = expanded(a.descriptors), expanded(b.descriptors)
    likeness = product(first, second)
    nearest, ratio = _nearest(
        likeness, (first**2).sum(axis=1), (second**2).sum(axis=1), np.ascontiguousarray(b.xy), _SAME_PLACE
    )
    mine = np.flatnonzero(ratio < RATIO)
    mine = mine[np.argsort(ratio[mine], kind="stable")][:_MOST]
    return mine, nearest[mine]


@compiled
def _two_nearest(far: Floats, xy: Floats, apart: float) -> tuple[int, float, float]:
    """Return the nearest column, how far it is, and how far the next one in another place is."""
    best, rival, at, other = np.float32(1e9), np.float32(1e9), 0, 0
    for j in range(len(far)):
        if far[j] < best:
            rival, other = best, at
            best, at = far[j], j
        elif far[j] < rival:
            rival, other = far[j], j
    if max(abs(xy[other, 0] - xy[at, 0]), abs(xy[other, 1] - xy[at, 1])) <= apart:
        rival = np.float32(1e9)
        for j in range(len(far)):
            if far[j] < rival and max(abs(xy[j, 0] - xy[at, 0]), abs(xy[j, 1] - xy[at, 1])) > apart:
                rival = far[j]
    return at, float(best), float(rival)


@compiled
def _nearest(likeness: Floats, a_length: Floats, b_length: Floats, xy: Floats, apart: float) -> tuple[Ints, Floats]:
    """Return each row's nearest column and distance over that of the next column elsewhere; 9 where not mutual."""
    rows, columns = likeness.shape
    nearest, ratio = np.zeros(rows, np.int64), np.full(rows, np.float32(9.0), np.float32)
    theirs, their_best = np.full(columns, -1, np.int64), np.full(columns, np.float32(1e9), np.float32)
    far = np.empty(columns, np.float32)
    for i in range(rows):
        for j in range(columns):
            far[j] = max(a_length[i] + b_length[j] - np.float32(2.0) * likeness[i, j], np.float32(1e-9))
            if far[j] < their_best[j]:
                their_best[j] = far[j]
                theirs[j] = i
        nearest[i], best, rival = _two_nearest(far, xy, apart)
        ratio[i] = np.sqrt(best / rival)
    for i in range(rows):
        if theirs[nearest[i]] != i:
            ratio[i] = np.float32(9.0)
    return nearest, ratio


def supports(a: Stored, b: Stored, mine: Ints, theirs: Ints) -> NDArray[np.bool_]:
    """Return (pairs, pairs): whether each pair lies where another pair's scale and angle say it should.

    One pair of points already says how one picture lies on the other (turned, larger, moved): nothing is drawn by chance.
    """
    grown = np.log(b.scale[theirs] / a.scale[mine]).astype(np.float32)
    turned = (b.angle[theirs] - a.angle[mine]).astype(np.float32)
    return _supports(np.ascontiguousarray(a.xy[mine]), np.ascontiguousarray(b.xy[theirs]), grown, turned)


@compiled
def _supports(a: Floats, b: Floats, grown: Floats, turned: Floats) -> NDArray[np.bool_]:
    count = len(a)
    agree = np.zeros((count, count), np.bool_)
    for k in range(count):
        across = np.exp(grown[k]) * np.cos(turned[k])
        along = np.exp(grown[k]) * np.sin(turned[k])
        for m in range(count):
            if abs(grown[m] - grown[k]) > 0.6 or np.cos(turned[m] - turned[k]) < 0.85:
                continue
            dx, dy = a[m, 0] - a[k, 0], a[m, 1] - a[k, 1]
            x = b[k, 0] + across * dx - along * dy
            y = b[k, 1] + along * dx + across * dy
            reach = np.hypot(b[m, 0] - b[k, 0], b[m, 1] - b[k, 1])
            agree[k, m] = np.hypot(x - b[m, 0], y - b[m, 1]) < 8.0 + 0.18 * reach
    return agree
