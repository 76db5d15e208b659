"""What a placement and its overlay are worth together: one number, and one of three answers.

The weights and limits are in `curves/details.json`, fitted by `benchmarks/details.py` on labelled harmless pictures.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from clew.signals.limits import match_from
from clew.signals.local.codec import Stored
from clew.signals.local.features import Floats
from clew.signals.local.geometry import Matrix, Placement, placements, to_shares
from clew.signals.local.overlay import Overlay, laid_over
from clew.signals.local.pixels import Small, unpack

Answer = Literal["copy", "scene", "frame"]
MEASURES: Final = ("cells", "agreement", "apart", "same", "exact", "faint", "deep", "spread", "core")
_STEADY: Final = 0.08
_LOOSE: Final = 0.1
"""Diameters: points of a copy lie within the first of their place, even in a poor JPEG; beyond the sum all is the same."""
_FRAME_CORE: Final = 0.25
_FRAME_EXACT: Final = 0.5
"""Where less than the first of the middle agrees but the rest is exact, two pictures share a frame, a caption or a logo."""


@dataclass(frozen=True, slots=True)
class View:
    """One picture, still or marked part that can be compared: its points and its small grey picture."""

    points: Stored
    pixels: bytes
    """The small grey picture as it is kept: it is only opened when the points agree."""
    time: float | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a lies in b, how strong the evidence is (log odds) that the same pixels are seen, and the answer."""

    placement: Placement
    overlay: Overlay
    matrix: Matrix
    """Takes shares of a's width and height to shares of b's; a mirror image is already in it."""
    a_size: tuple[int, int]
    b_size: tuple[int, int]
    strength: float
    answer: Answer


@dataclass(frozen=True, slots=True)
class Limits:
    """From `curves/details.json`: a weight for each of `MEASURES`, and from which strength on a verdict is given."""

    weights: tuple[float, ...]
    start: float
    match: float
    possible: float
    cells: int
    scene_cells: int
    """From so many cells on, points agree in pictures of one scene only: unrelated pictures never came near it."""


def limits() -> Limits:
    """Return what was fitted, with `match` beginning where this node has it. Raise Unavailable when that cannot be read."""
    return _limits(match_from("details"))


@cache
def _limits(match: float) -> Limits:
    text = files("clew.signals").joinpath("curves", "details.json").read_text(encoding="utf-8")
    held = json.loads(text)["evidence"]
    weights = tuple(float(held["weights"][name]) for name in MEASURES)
    return Limits(
        weights=weights,
        start=float(held["start"]),
        match=match,
        possible=min(float(held["possible"]), match),
        cells=int(held["cells"]),
        scene_cells=int(held["scene_cells"]),
    )


def findings(a: View, b: View) -> list[Finding]:
    """Return the ways in which a lies in b, the strongest first; the mirror image is tried when nothing else is sure."""
    upright = [_finding(a, b, placed) for placed in placements(a.points, b.points, mirrored=False)]
    if not upright or max(found.strength for found in upright) < limits().match:
        upright += [_finding(a, b, placed) for placed in placements(a.points, b.points, mirrored=True)]
    return sorted(upright, key=lambda found: (-found.strength, -found.placement.cells))


def measures(placement: Placement, overlay: Overlay) -> NDArray[np.float64]:
    """Return the numbers of `MEASURES`, each between 0 and 1 or about so, more meaning more alike except `apart` and `deep`."""
    same = overlay.agreeing / max(1, overlay.squares)
    return np.array([
        min(float(np.log2(max(1, placement.cells))), 6.0) / 6,
        placement.agreement,
        float(np.clip((placement.apart - _STEADY) / _LOOSE, 0, 1)),
        same,
        overlay.exact,
        overlay.faint,
        overlay.deep,
        overlay.spread,
        overlay.core,
    ])


def strength_of(values: Sequence[float] | NDArray[np.float64]) -> float:
    """Return the log odds that measures speak for the same pixels."""
    held = limits()
    return round(float(np.dot(held.weights, values)) + held.start, 3)


def _finding(a: View, b: View, placed: Placement) -> Finding:
    matrix = in_shares(placed, a.points.size, b.points.size)
    one, other = unpack(a.pixels), unpack(b.pixels)
    seen = laid_over(one, other, matrix)
    strength = strength_of(measures(placed, seen))
    answer: Answer = "copy" if strength >= limits().possible else "scene"
    framed = one.framed and other.framed and _outside(placed.b_points, other, b.points.size)
    if strength < limits().match and (framed or (seen.core < _FRAME_CORE and seen.exact > _FRAME_EXACT)):
        answer = "frame"
    return Finding(placed, seen, matrix, a.points.size, b.points.size, strength, answer)


def _outside(points: Floats, picture: Small, size: tuple[int, int]) -> bool:
    """Tell whether most points lie in what surrounds a picture."""
    left, top, right, bottom = picture.inner
    x, y = points[:, 0] * (255 / size[1]), points[:, 1] * (255 / size[0])
    return float(((x > left) & (x < right) & (y > top) & (y < bottom)).mean()) < 0.5


def in_shares(placed: Placement, a: tuple[int, int], b: tuple[int, int]) -> Matrix:
    """Return the placement from shares of a (h, w) to shares of b (h, w), with the mirror in it."""
    matrix = to_shares(b) @ placed.matrix @ np.linalg.inv(to_shares(a))
    if placed.mirrored:
        matrix = matrix @ np.array([[-1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    return matrix.astype(np.float64)
