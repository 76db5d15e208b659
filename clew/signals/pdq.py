"""The same picture, also when resized, recompressed, recoloured, mirrored, turned or put between plain bars.

PDQ describes the coarse light and dark of a picture in 256 bits; 31 or fewer different bits mean the same picture.
Cropping, heavy text and stickers escape it. Plain pictures (quality below 50) are kept but never compared: many
unrelated ones look alike.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from clew.media.opened import Kind, Opened, Pixels
from clew.signals import borders
from clew.signals.contract import Score, Signal, Verdict
from clew.signals.curves import calibrated
from clew.signals.distances import between
from clew.signals.examples import photo
from clew.signals.orientations import NAMES
from clew.signals.pdq_hash import DISTANCE, QUALITY, Size, hash_orientations

NAME = "pdq"
VERSION = 1
MEDIA: frozenset[Kind] = frozenset({"picture"})
INDEX: Literal["exact", "hamming", "words", "prints", "vectors", "none"] = "hamming"
EXAMPLES: Sequence[tuple[Opened, Opened, Verdict]] = (
    (photo(1), photo(1, bright=1.1), "match"),
    (photo(1), photo(1, mirrored=True), "match"),
    (photo(1), photo(2), "none"),
    (photo(0), photo(0), "none"),
)


def describe(opened: Opened) -> list[Signal]:
    """Return the picture's hash in eight orientations, and those of the picture inside plain bars or a screen's frame."""
    if opened.picture is None or opened.kind != "picture":
        return []
    size = (opened.height, opened.width)
    plain, framed = borders.plain_edges(opened.picture), borders.frame(opened.picture)
    signals = signals_of(opened.picture, plain, size, matcher=NAME, version=VERSION)
    if framed != plain:
        signals += _inside(opened.picture, framed, size, borders.FRAMED, Signal(NAME, VERSION, b""))
    return signals


def signals_of(
    pixels: Pixels, cut: borders.Cut, size: Size, *, matcher: str, version: int, time: float | None = None
) -> list[Signal]:
    """Return the signal of the whole and, when it says anything, that of the part inside the bars.

    `size` is the (height, width) of the file the pixels were reduced from.
    """
    whole = hash_orientations(pixels, size)
    signals = [Signal(matcher, version, whole.value, whole.quality, time)]
    return signals + _inside(pixels, cut, size, borders.INSIDE, signals[0])


def _inside(pixels: Pixels, cut: borders.Cut, size: Size, least: float, like: Signal) -> list[Signal]:
    """Return the signal of the part inside a cut, when there is one of at least that share and it says anything."""
    box = borders.box_inside(cut, pixels.shape[0], pixels.shape[1], least)
    if box is None:
        return []
    inner = hash_orientations(borders.inside(pixels, cut), (round(size[0] * box[3]), round(size[1] * box[2])))
    return [replace(like, value=inner.value, quality=inner.quality, box=box)] if inner.quality >= QUALITY else []


def compare(a: Sequence[Signal], b: Sequence[Signal]) -> Score:
    """Compare two pictures: the least distance in eight orientations, of the whole or inside the bars."""
    first, second = telling(a), telling(b)
    if not first or not second:
        return Score(0.0, "none", "pdq.too_plain")
    distance, orientation, i, j = nearest(first, second)
    verdict = verdict_of(distance)
    where: dict[str, Any] = {"distance": distance, "orientation": orientation}
    where |= {side: box for side, box in (("a_box", first[i].box), ("b_box", second[j].box)) if box is not None}
    return Score(calibrated(NAME, distance), verdict, f"pdq.{verdict}", {"distance": distance}, where)


def nearest(a: Sequence[Signal], b: Sequence[Signal]) -> tuple[int, str, int, int]:
    """Return the least distance in bits, how `a` was turned for it, and the two places where it is found."""
    tables = np.stack([between(a, b, orientation) for orientation in range(len(NAMES))])
    orientation, i, j = np.unravel_index(int(tables.argmin()), tables.shape)
    return int(tables.min()), NAMES[orientation], int(i), int(j)


def verdict_of(distance: int) -> Verdict:
    """Say what a distance in bits means. Nothing is `possible`: beyond the index's radius only chance would find it."""
    return "match" if distance <= DISTANCE else "none"


def telling(signals: Sequence[Signal]) -> list[Signal]:
    """Return the signals whose quality lets their hash mean something."""
    return [signal for signal in signals if signal.quality >= QUALITY]
