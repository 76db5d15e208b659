"""The index of words proves itself before it serves: own entries and planted parts of them must be proposed."""

from collections.abc import Callable

import numpy as np

from clew.kernel.errors import Unavailable
from clew.signals.indexes.words.brute import strength_of
from clew.signals.indexes.words.plan import LEAST_POINTS
from clew.signals.indexes.words.points import Asked, Points
from clew.signals.indexes.words.segments import Segment, piece_of
from clew.signals.indexes.words.snapshot import Snapshot

SAMPLE = 16
SHARE, FLIPS = 0.4, 6
MOST = 100
Propose = Callable[[Asked, int], list[tuple[int, int]]]
FAILED = (
    "The new index failed its own test and is not served: it did not propose a known picture, or not as strongly as a "
    "comparison without it. The former index stays; check memory and disk, then build again.")


class Sampled:
    """A fair sample of the entries that pass by, kept for the proof."""

    def __init__(self) -> None:
        self.kept: list[tuple[int, Points]] = []
        self._chance = np.random.default_rng()  # another sample at each build
        self._passed = 0

    def note(self, id_: int, points: Points) -> None:
        """Let one entry pass."""
        self._passed += 1
        if len(self.kept) < SAMPLE:
            self.kept.append((id_, points))
        elif (at := int(self._chance.integers(self._passed))) < SAMPLE:
            self.kept[at] = (id_, points)

    def note_of(self, segment: Segment) -> None:
        """Let one entry of a segment pass that is taken over as it is."""
        self.note(*piece_of(segment, int(self._chance.integers(len(segment)))))

    def prove(self, snapshot: Snapshot, propose: Propose) -> int:
        """Ask for each entry and for a turned, damaged part of it; return how many were asked, or raise Unavailable."""
        asked_for = 0
        for id_, points in self.kept:
            for query in (_whole(points), planted(points, self._chance)):
                due = strength_of(query, points, snapshot.weights)
                proposals = propose(query, MOST)
                told = dict(proposals).get(id_)
                crowded = len(proposals) == MOST and proposals[-1][1] >= due  # as many others at least as near
                if told != (due or None) and not (told is None and crowded):
                    raise Unavailable(FAILED)
                asked_for += 1
        return asked_for


def _whole(points: Points) -> Asked:
    return Asked(points.words[:, None], points.signatures[:, None], points.places)


def planted(points: Points, chance: np.random.Generator) -> Asked:
    """Return some of the points after a quarter turn, a few bits of their signatures the other way round."""
    count = max(LEAST_POINTS, int(len(points.words) * SHARE))
    chosen = np.sort(chance.permutation(len(points.words))[:count])
    signatures = points.signatures[chosen]
    for _ in range(FLIPS):
        signatures = signatures ^ (np.uint64(1) << chance.integers(0, 64, len(chosen), dtype=np.uint64))
    turn, scale, x, y = (points.places[chosen] >> shift & 255 for shift in (0, 8, 16, 24))
    turned = (turn + 64 & 255) | scale << 8 | (255 - y) << 16 | x << 24
    return Asked(points.words[chosen][:, None], signatures[:, None], turned.astype(np.uint32))
