"""From a query's points to the pictures worth comparing: agreements, turn and scale, then places of the best."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.rows import read_only
from clew.signals.indexes.words.plan import CHECKED
from clew.signals.indexes.words.points import Asked
from clew.signals.indexes.words.search import LOW, POINT_AT, agreements, alike, by_picture, laid_over
from clew.signals.indexes.words.segments import Segment

Dead = NDArray[np.uint8]
Candidate = tuple[int, int, Any, Any]  # weight that agrees in turn and scale, id, agreements, their places


def proposed(
    queries: Iterable[Asked], parts: Sequence[tuple[Segment, Dead]], weights: NDArray[np.uint8], most: int
) -> list[tuple[int, int]]:
    """Return (id, strength), the strongest first, at most `most`; of several queries each picture's best one counts."""
    strengths: dict[int, int] = {}
    tables = np.zeros((2, 1 << 16), np.int64)
    for asked in queries:
        best: list[Candidate] = []
        for segment, dead in parts:
            best += _candidates(asked, segment, dead, weights, max(CHECKED, most))
        best.sort(key=lambda candidate: (-candidate[0], candidate[1]))
        for _, id_, found, spots in best[:max(CHECKED, most)]:
            strength = _strength(found, spots, asked.places, tables)
            if strength > strengths.get(id_, 0):
                strengths[id_] = strength
    return sorted(strengths.items(), key=lambda item: (-item[1], item[0]))[:most]


def _candidates(asked: Asked, segment: Segment, dead: Dead, weights: NDArray[np.uint8], most: int) -> list[Candidate]:
    """Return the pictures of one segment that agree most in one turn and scale."""
    found, spots = agreements(
        asked.words, asked.signatures, weights, read_only(dead), segment.offsets, segment.pictures, segment.signatures,
        segment.places)
    ends, found, spots = by_picture(found, spots, len(segment))
    sums = alike(ends, found, spots, asked.places)
    agreeing = np.flatnonzero(sums)
    if len(agreeing) > most:
        least = np.partition(sums[agreeing], len(agreeing) - most)[len(agreeing) - most]
        agreeing = agreeing[sums[agreeing] >= least]  # ties stay: the ids decide among all segments
    return [(int(sums[n]), int(segment.ids[n]), found[ends[n]:ends[n + 1]], spots[ends[n]:ends[n + 1]]) for n in agreeing]


def _strength(found: Any, spots: Any, places: Any, tables: NDArray[np.int64]) -> int:
    """Return what the places of one picture say; its agreements by point, weight and place, so that no order matters."""
    order = np.lexsort((spots, -(found & LOW), found >> POINT_AT & LOW))
    return int(laid_over(found[order], spots[order], places, tables[0], tables[1]))
