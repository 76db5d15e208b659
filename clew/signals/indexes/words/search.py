"""The compiled loops: which postings answer a query, which pictures agree in turn and scale, which in place too.

All weights are whole numbers, so a sum does not depend on its order and brute force finds exactly the same.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.compiled import compiled, popcount, prefetch
from clew.signals.indexes.words.plan import (
    COSINES,
    GAINS,
    GUESSES,
    LEAST_POINTS,
    NEAR,
    ONE,
    PLACE_NEAR,
    PLACE_SHARE,
    SCALE_NEAR,
    SCALES,
    SINES,
    TURN_NEAR,
)

Numbers = NDArray[np.int64]
PICTURE_AT, POINT_AT = 32, 16  # an agreement: picture, point of the query, weight
LOW = (1 << 16) - 1
TURN_BIN, SCALE_BIN = 16, 12
TURN_BINS, SCALE_BINS = 256 // TURN_BIN, 512 // SCALE_BIN + 2


@compiled
def agreements(
    asked: Any, marks: Any, weights: Any, dead: Any, offsets: Any, pictures: Any, signatures: Any, places: Any
) -> tuple[Any, Any]:
    """Return (packed picture, point and weight; place) of every posting near a point of the query (n, probes)."""
    found, spots, count = np.empty(4096, np.int64), np.empty(4096, np.uint32), 0
    for point in range(asked.shape[0]):
        if point + 1 < asked.shape[0]:
            for probe in range(asked.shape[1]):  # where the next point's postings begin is fetched while this one's are read
                prefetch(signatures, np.int64(offsets[asked[point + 1, probe]]))
        for probe in range(asked.shape[1]):
            word, mark = np.int64(asked[point, probe]), marks[point, probe]
            weight = np.int64(weights[word])
            if weight == 0:
                continue
            for at in range(np.int64(offsets[word]), np.int64(offsets[word + 1])):
                bits = popcount(signatures[at] ^ mark)
                if bits > NEAR or dead[pictures[at]]:
                    continue
                if count == len(found):
                    found, spots = _doubled(found), _doubled(spots)
                found[count] = np.int64(pictures[at]) << PICTURE_AT | point << POINT_AT | GAINS[bits] * weight
                spots[count] = places[at]
                count += 1
    return found[:count], spots[:count]


@compiled
def _doubled(array: Any) -> Any:
    grown = np.empty(2 * len(array), array.dtype)
    grown[:len(array)] = array
    return grown


@compiled
def by_picture(found: Any, spots: Any, count: int) -> tuple[Any, Any, Any]:
    """Return where each picture's agreements end, and agreements and places picture by picture."""
    ends = np.zeros(count + 1, np.int64)
    for one in found:
        ends[(one >> PICTURE_AT) + 1] += 1
    for number in range(count):
        ends[number + 1] += ends[number]
    nexts, ordered, their_spots = ends[:-1].copy(), np.empty_like(found), np.empty_like(spots)
    for i in range(len(found)):
        picture = found[i] >> PICTURE_AT
        at = nexts[picture]
        nexts[picture] = at + 1
        ordered[at], their_spots[at] = found[i], spots[i]
    return ends, ordered, their_spots


@compiled
def alike(ends: Any, found: Any, spots: Any, places: Any) -> Any:
    """Return per picture the most weight that agrees in one turn and scale: bins half over each other.

    A point of the query counts once a bin, with its best agreement.
    """
    sums = np.zeros(TURN_BINS * SCALE_BINS, np.int64)
    last, best = np.full(len(sums), -1, np.int64), np.zeros(len(sums), np.int64)
    strongest = np.zeros(len(ends) - 1, np.int64)
    for picture in range(len(strongest)):
        if ends[picture + 1] - ends[picture] < LEAST_POINTS:
            continue
        for again in range(2):  # once to add up, once to clean up
            for i in range(ends[picture], ends[picture + 1]):
                point, weight = found[i] >> POINT_AT & LOW, found[i] & LOW
                turn = (np.int64(places[point]) - np.int64(spots[i])) & 255
                scale = (np.int64(places[point]) >> 8 & 255) - (np.int64(spots[i]) >> 8 & 255) + 255
                for a in range(2):
                    for b in range(2):
                        bin_ = (turn // TURN_BIN + a) % TURN_BINS * SCALE_BINS + scale // SCALE_BIN + b
                        if again:
                            sums[bin_], last[bin_] = 0, -1
                            continue
                        if last[bin_] != point:
                            last[bin_], best[bin_] = point, 0
                        if weight > best[bin_]:
                            sums[bin_] += weight - best[bin_]
                            best[bin_] = weight
                            strongest[picture] = max(strongest[picture], sums[bin_])
    return strongest


@compiled
def laid_over(found: Any, spots: Any, places: Any, asked_best: Any, their_best: Any) -> int:
    """Return the most weight that one turn, scale and shift explains, of one picture's agreements in a fixed order.

    A place counts once on either side (the smaller sum counts), so that a pattern repeated in one of the two gains
    nothing. Nothing when fewer than three places agree. The two tables (65,536,) are empty before and after.
    """
    kept, most = np.empty(len(found), np.int64), 0
    guesses = min(len(found), GUESSES)
    for guess in range(guesses):
        chosen, held = guess * len(found) // guesses, 0
        for i in range(len(found)):
            if _with(spots[chosen], places[found[chosen] >> POINT_AT & LOW], spots[i], places[found[i] >> POINT_AT & LOW]):
                kept[held] = i
                held += 1
        most = max(most, _once(kept[:held], found, spots, places, asked_best, their_best))
    return most


@compiled
def _with(their: Any, asked: Any, their_other: Any, asked_other: Any) -> bool:
    """Tell whether the turn, scale and shift from `their` to `asked` bring the other pair together as well."""
    turn = (np.int64(asked) - np.int64(their)) & 255
    off = (np.int64(asked_other) - np.int64(their_other) - turn) & 255
    if min(off, 256 - off) > TURN_NEAR:
        return False
    scale = (np.int64(asked) >> 8 & 255) - (np.int64(their) >> 8 & 255)
    if abs((np.int64(asked_other) >> 8 & 255) - (np.int64(their_other) >> 8 & 255) - scale) > SCALE_NEAR:
        return False
    dx = (np.int64(their_other) >> 16 & 255) - (np.int64(their) >> 16 & 255)
    dy = (np.int64(their_other) >> 24) - (np.int64(their) >> 24)
    size = SCALES[scale + 255]
    x = size * (COSINES[turn] * dx - SINES[turn] * dy) >> 2 * ONE
    y = size * (SINES[turn] * dx + COSINES[turn] * dy) >> 2 * ONE
    far = x * x + y * y
    x -= (np.int64(asked_other) >> 16 & 255) - (np.int64(asked) >> 16 & 255)
    y -= (np.int64(asked_other) >> 24) - (np.int64(asked) >> 24)
    return bool(x * x + y * y <= PLACE_NEAR + far // PLACE_SHARE)


@compiled
def _once(kept: Any, found: Any, spots: Any, places: Any, asked_best: Any, their_best: Any) -> int:
    """Return the smaller of what the distinct places of either side add up to; leaves both tables empty."""
    asked_sum = their_sum = asked_count = their_count = 0
    for i in kept:
        weight = found[i] & LOW
        asked, their = np.int64(places[found[i] >> POINT_AT & LOW]) >> 16, np.int64(spots[i]) >> 16
        asked_count += asked_best[asked] == 0
        their_count += their_best[their] == 0
        asked_sum += max(0, weight - asked_best[asked])
        their_sum += max(0, weight - their_best[their])
        asked_best[asked] = max(weight, asked_best[asked])
        their_best[their] = max(weight, their_best[their])
    for i in kept:
        asked_best[np.int64(places[found[i] >> POINT_AT & LOW]) >> 16] = 0
        their_best[np.int64(spots[i]) >> 16] = 0
    if min(asked_count, their_count) < LEAST_POINTS:
        return 0
    return min(asked_sum, their_sum)
