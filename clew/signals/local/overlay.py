"""Geometry finds, pixels decide: two aligned pictures laid over each other and compared square by square.

It takes placements as given; it neither finds them nor says what an answer is worth.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.signals.local.features import Bytes, Floats
from clew.signals.local.geometry import Matrix, corners, moved

_SQUARE: Final = 12
_STEP: Final = 6
_SOFT: Final = 1.0
_CONTRAST: Final = 50.0
"""Spread both pictures are brought to, so that light and contrast do not count."""
_AGREES: Final = 0.75
"""Correlation of a square's light and dark from which it shows the same."""
_PLAIN: Final = 4.0


@dataclass(frozen=True, slots=True)
class Overlay:
    """What lies over what: squares that say something, how many agree, and where."""

    squares: int
    agreeing: int
    share: float
    """Of what the squares say, by their contrast, 0..1: the part that agrees."""
    largest: int
    """Agreeing squares in the largest piece without a gap."""
    core: float
    """Share of agreement in the middle half of what overlaps, 0..1."""
    a_covered: float
    b_covered: float
    """Share of each picture under the agreeing squares, plain ground inside them included."""
    median: float
    """Median correlation of the squares that say something."""


NOTHING: Final = Overlay(0, 0, 0.0, 0, 0.0, 0.0, 0.0, 0.0)


def laid_over(a: Bytes, b: Bytes, matrix: Matrix) -> Overlay:
    """Compare small grey pictures a and b (height, width), where `matrix` takes shares of a to shares of b.

    Both are brought to the coarser one's resolution first, so that a sharp copy agrees with a small one.
    """
    first, second, mask, sizes = _aligned(a, b, matrix)
    likeness, weight = _correlation(first, second, mask)
    valid = ~np.isnan(likeness)
    squares = valid & (weight > 0)
    if not squares.any():
        return NOTHING
    agree = squares & (likeness > _AGREES)
    inner = squares & _middle(valid)
    covered = float((valid & ~(squares & ~agree)).sum()) * _STEP * _STEP
    return Overlay(
        squares=int(squares.sum()),
        agreeing=int(agree.sum()),
        share=float(weight[agree].sum() / weight[squares].sum()),
        largest=_largest(agree),
        core=float(weight[agree & inner].sum() / max(float(weight[inner].sum()), 1e-6)),
        a_covered=min(1.0, covered / sizes[0]),
        b_covered=min(1.0, covered / sizes[1]),
        median=float(np.median(likeness[squares])),
    )


def _aligned(a: Bytes, b: Bytes, matrix: Matrix) -> tuple[Floats, Floats, Bytes, tuple[float, float]]:
    """Return a and b in the coarser one's frame, where both are, and how many of its pixels each picture takes."""
    scale_a, scale_b = (np.diag([p.shape[1], p.shape[0], 1.0]) for p in (a, b))
    there = scale_b @ matrix @ np.linalg.inv(scale_a)
    grown = _area(moved(there, corners((a.shape[0], a.shape[1])))) / a.size
    if grown > 1:
        first, second, mask = _warped(b, a, np.linalg.inv(there).astype(np.float64), 1 / grown)
        return second, first, mask, (float(a.size), b.size / grown)
    first, second, mask = _warped(a, b, there, grown)
    return first, second, mask, (a.size * grown, float(b.size))


def _warped(finer: Bytes, coarser: Bytes, matrix: Matrix, area: float) -> tuple[Floats, Floats, Bytes]:
    """Return the finer picture reduced and laid on the coarser one, that one, and where both are."""
    cv2.setNumThreads(1)
    height, width = finer.shape
    wanted = (max(2, round(width * area**0.5)), max(2, round(height * area**0.5)))
    reduced = cv2.resize(finer, wanted, interpolation=cv2.INTER_AREA)
    matrix = matrix @ np.diag([width / wanted[0], height / wanted[1], 1.0])
    size = (coarser.shape[1], coarser.shape[0])
    laid = cv2.warpPerspective(reduced, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(np.full_like(reduced, 255), matrix, size, flags=cv2.INTER_NEAREST)
    soft = [np.asarray(cv2.GaussianBlur(p.astype(np.float32), (0, 0), _SOFT), np.float32) for p in (laid, coarser)]
    return soft[0], soft[1], (mask > 0).astype(np.uint8)


def _correlation(a: Floats, b: Floats, mask: Bytes) -> tuple[Floats, Floats]:
    """Return for a grid of squares their correlation (NaN where a picture ends) and contrast (0 where both are plain)."""
    inside = mask > 0
    if not inside.any():
        return np.full((1, 1), np.nan, np.float32), np.zeros((1, 1), np.float32)
    one, two = ((p - p[inside].mean()) * (_CONTRAST / max(float(p[inside].std()), 1.0)) for p in (a, b))

    def mean(values: Floats) -> Floats:
        whole = cv2.boxFilter(values, cv2.CV_32F, (_SQUARE, _SQUARE))
        return np.asarray(whole[_STEP::_STEP, _STEP::_STEP], np.float32)

    mean_one, mean_two = mean(one), mean(two)
    var_one = np.maximum(mean(one * one) - mean_one**2, 0)
    var_two = np.maximum(mean(two * two) - mean_two**2, 0)
    likeness = (mean(one * two) - mean_one * mean_two) / np.sqrt(np.maximum(var_one * var_two, 1.0))
    contrast = np.sqrt(np.maximum(var_one, var_two))
    likeness[mean(mask.astype(np.float32)) < 0.999] = np.nan
    return likeness, np.where(contrast > _PLAIN, contrast, 0).astype(np.float32)


def _middle(valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the middle half, each way, of where both pictures are."""
    down, across = np.flatnonzero(valid.any(axis=1)), np.flatnonzero(valid.any(axis=0))
    middle = np.zeros_like(valid)
    if len(down):
        high, wide = down[-1] - down[0] + 1, across[-1] - across[0] + 1
        middle[down[0] + high // 4 : down[-1] + 1 - high // 4, across[0] + wide // 4 : across[-1] + 1 - wide // 4] = True
    return middle


def _largest(agree: NDArray[np.bool_]) -> int:
    _, _, stats, _ = cv2.connectedComponentsWithStats(agree.astype(np.uint8), connectivity=4)
    return int(stats[1:, cv2.CC_STAT_AREA].max()) if len(stats) > 1 else 0


def _area(quad: NDArray[np.float64]) -> float:
    x, y = quad[:, 0], quad[:, 1]
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
