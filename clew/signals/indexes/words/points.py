"""What the index keeps of a picture's local features, and what it asks with: words, signatures and places."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.words.plan import LOOKUPS, MANY_SAVE, MOST_ASKED, MOST_POINTS, MOST_PROBES, PLACE_STEP
from clew.signals.local import words as quantiser
from clew.signals.local.codec import Stored, mirror_image

Places = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Points:
    """Points of one picture: `words` (n,) uint32, `signatures` (n,) uint64, `places` (n,) uint32, see `places_of`."""

    words: NDArray[np.uint32]
    signatures: NDArray[np.uint64]
    places: Places


@dataclass(frozen=True, slots=True)
class Asked:
    """Points of a query: `words` and `signatures` (n, probes), the nearest word first, and `places` (n,)."""

    words: NDArray[np.uint32]
    signatures: NDArray[np.uint64]
    places: Places


def points_of(stored: Stored) -> Points:
    """Return what is indexed of stored features: the first of them, which are the strongest of every part."""
    chosen = slice(MOST_POINTS)
    return Points(stored.words[chosen], stored.signatures[chosen], places_of(stored)[chosen])


def asked_of(stored: Stored, *, mirrored: bool = False) -> Asked:
    """Return the query that stored features make, or that their mirror image makes."""
    seen = mirror_image(stored) if mirrored else stored
    asked = seen.descriptors[:MOST_ASKED]
    count = min(MOST_PROBES, (LOOKUPS - MANY_SAVE * len(asked)) // max(1, len(asked)))
    words, signatures = quantiser.probes(asked, count)
    return Asked(words, signatures, places_of(seen)[:MOST_ASKED])


def places_of(stored: Stored) -> Places:
    """Return (n,) turn (256 steps), log scale (24 steps an octave), x and y (4 pixels a step), a byte each."""
    turn = np.rint(stored.angle * (128 / np.pi)).astype(np.int64) & 255
    scale = _byte(np.log2(np.maximum(stored.scale, 1.0)) * 24)
    x, y = (_byte(stored.xy[:, axis] / PLACE_STEP) for axis in (0, 1))
    places: Places = (turn | scale << 8 | x << 16 | y << 24).astype(np.uint32)
    return places


def _byte(numbers: NDArray[Any]) -> NDArray[np.int64]:
    held: NDArray[np.int64] = np.clip(np.rint(numbers), 0, 255).astype(np.int64)
    return held
