"""The truth: how strongly one picture answers a query, every point of one against every point of the other, in numpy.

What it says for a picture is what the index says, if the index names the picture at all.
"""

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.words.plan import (
    COSINES,
    GAINS,
    GUESSES,
    LEAST_POINTS,
    ONE,
    PLACE_NEAR,
    PLACE_SHARE,
    SCALE_NEAR,
    SCALES,
    SINES,
    TURN_NEAR,
)
from clew.signals.indexes.words.points import Asked, Places, Points

Numbers = NDArray[np.int64]


def strength_of(asked: Asked, points: Points, weights: NDArray[np.uint8]) -> int:
    """Return the strength of one picture (0: it is not worth naming)."""
    which, weight, spots = agreements_of(asked, points, weights)
    if len(which) < LEAST_POINTS:
        return 0
    order = np.lexsort((spots, -weight, which))
    which, weight, spots = which[order], weight[order], spots[order]
    own, their = _parts(asked.places[which]), _parts(spots)
    guesses = min(len(which), GUESSES)
    chosen = [guess * len(which) // guesses for guess in range(guesses)]
    return max(_sum(_fitting(own, their, one), weight, asked.places[which], spots) for one in chosen)


def agreements_of(asked: Asked, points: Points, weights: NDArray[np.uint8]) -> tuple[Numbers, Numbers, Places]:
    """Return (point of the query, weight, place in the picture) of every near pair in one word."""
    same = asked.words[:, :, None] == points.words[None, None, :]
    bits = np.bitwise_count(asked.signatures[:, :, None] ^ points.signatures[None, None, :])
    weight = np.where(same, GAINS[bits] * weights[points.words].astype(np.int64), 0)
    which, _, there = np.nonzero(weight)
    return which, weight[weight > 0], points.places[there]


def _parts(places: Places) -> Numbers:
    """Return (4, n) turn, scale, x, y."""
    return np.stack([places >> shift & 255 for shift in (0, 8, 16, 24)]).astype(np.int64)


def _fitting(own: Numbers, their: Numbers, one: int) -> NDArray[np.bool_]:
    """Return which pairs lie where the turn, scale and shift of pair `one` would have them."""
    turn, scale = (own[0, one] - their[0, one]) & 255, own[1, one] - their[1, one]
    off = (own[0] - their[0] - turn) & 255
    dx, dy = their[2] - their[2, one], their[3] - their[3, one]
    x = SCALES[scale + 255] * (COSINES[turn] * dx - SINES[turn] * dy) >> 2 * ONE
    y = SCALES[scale + 255] * (SINES[turn] * dx + COSINES[turn] * dy) >> 2 * ONE
    wrong = (x - own[2] + own[2, one]) ** 2 + (y - own[3] + own[3, one]) ** 2
    alike = (np.minimum(off, 256 - off) <= TURN_NEAR) & (np.abs(own[1] - their[1] - scale) <= SCALE_NEAR)
    fits: NDArray[np.bool_] = alike & (wrong <= PLACE_NEAR + (x * x + y * y) // PLACE_SHARE)
    return fits


def _sum(fits: NDArray[np.bool_], weight: Numbers, own: Places, their: Places) -> int:
    """Return what the distinct places of either side add up to, the smaller sum."""
    sums = []
    for places in (own[fits] >> 16, their[fits] >> 16):
        best = np.zeros(1 << 16, np.int64)
        np.maximum.at(best, places, weight[fits])
        if np.count_nonzero(best) < LEAST_POINTS:
            return 0
        sums.append(int(best.sum()))
    return min(sums)
