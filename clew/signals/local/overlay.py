"""Geometry finds, pixels decide: two aligned pictures laid over each other and compared square by square.

It takes placements as given; it neither finds them nor says what an answer is worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.signals.local.features import Bytes, Floats
from clew.signals.local.geometry import Matrix, corners, moved, to_shares
from clew.signals.local.pixels import Small

_SQUARE: Final = 7
_STEP: Final = 4
_SOFT: Final = 1.0
_CONTRAST: Final = 50.0
"""Spread both pictures are brought to, so that light and contrast do not count."""
_AGREES: Final = 0.75
"""Correlation of a square's light and dark from which it shows the same."""
_AROUND: Final = 11
_HARDLY: Final = 0.25
_TELLING: Final = 3
_IN_PART: Final = 0.15
_ALIKE: Final = 0.4
_EXACT: Final = 0.9
_PLAIN: Final = 4.0


Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Overlay:
    """What lies over what: squares that say something, how many agree, and where."""

    squares: int
    agreeing: int
    faint: float
    """Share that agrees of the fainter half of the squares: two pictures under one caption agree in its letters only."""
    deep: float
    """Share of squares amid others that hardly agree: a frame shared by two pictures has their insides there."""
    spread: float
    """Of 4 x 4 parts of what overlaps that say something, the share where squares agree."""
    core: float
    """The same of the 2 x 2 parts in the middle: 0 where only a frame round them agrees."""
    a_covered: float
    b_covered: float
    """Share of each picture under the agreeing squares, plain ground inside them included."""
    exact: float
    """Of the squares that look alike at all, the share that are the same but for a shade: an editor covers squares
    and leaves the rest as they were, another photograph changes all of them a little.
    """


NOTHING: Final = Overlay(0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def laid_over(a: Small, b: Small, matrix: Matrix) -> Overlay:
    """Compare small pictures a and b, where `matrix` takes shares of a to shares of b.

    Both are brought to the coarser one's resolution first, so that a sharp copy agrees with a small one. Where both have
    a frame, only what is inside of both counts: two pictures shown by the same application are not the same.
    """
    first, second, mask, sizes = _aligned(a, b, matrix)
    likeness, weight = _correlation(first, second, mask)
    valid = ~np.isnan(likeness)
    squares = valid & (weight > 0)
    if not squares.any():
        return NOTHING
    agree = squares & (likeness > _AGREES)
    spread, core = _parts(valid, squares, agree)
    covered = float((valid & ~(squares & ~agree)).sum()) * _STEP * _STEP
    return Overlay(
        squares=int(squares.sum()),
        agreeing=int(agree.sum()),
        faint=_faint(weight, squares, agree),
        deep=_deep(squares, agree),
        spread=spread,
        core=core,
        a_covered=min(1.0, covered / sizes[0]),
        b_covered=min(1.0, covered / sizes[1]),
        exact=float((squares & (likeness > _EXACT)).sum() / max(1, (squares & (likeness > _ALIKE)).sum())),
    )


def _aligned(one: Small, other: Small, matrix: Matrix) -> tuple[Floats, Floats, Bytes, tuple[float, float]]:
    """Return a and b in the coarser one's frame, where both are, and how many of its pixels each picture takes."""
    a, b = one.grey, other.grey
    inside = [_inside(p) if one.framed and other.framed else np.full_like(p.grey, 255) for p in (one, other)]
    there = np.linalg.inv(to_shares((b.shape[0], b.shape[1]))) @ matrix @ to_shares((a.shape[0], a.shape[1]))
    grown = _area(moved(there, corners((a.shape[0], a.shape[1])))) / a.size
    if grown > 1:
        first, second, mask = _warped(b, a, np.linalg.inv(there).astype(np.float64), 1 / grown, inside[::-1])
        return second, first, mask, (float(a.size), b.size / grown)
    first, second, mask = _warped(a, b, there, grown, inside)
    return first, second, mask, (a.size * grown, float(b.size))


def _inside(picture: Small) -> Bytes:
    """Return 255 inside the frame and 0 outside, (height, width)."""
    height, width = picture.grey.shape
    left, top, right, bottom = picture.inner
    mask = np.zeros_like(picture.grey)
    mask[round(top * height / 255) : round(bottom * height / 255), round(left * width / 255) : round(right * width / 255)] = 255
    return mask


def _warped(
    finer: Bytes, coarser: Bytes, matrix: Matrix, area: float, inside: Sequence[Bytes]
) -> tuple[Floats, Floats, Bytes]:
    """Return the finer picture reduced and laid on the coarser one, that one, and where both are, inside their frames."""
    cv2.setNumThreads(1)
    height, width = finer.shape
    wanted = (max(2, round(width * area**0.5)), max(2, round(height * area**0.5)))
    reduced = cv2.resize(finer, wanted, interpolation=cv2.INTER_AREA)
    matrix = matrix @ np.linalg.inv(to_shares((height, width))) @ to_shares((wanted[1], wanted[0]))
    size = (coarser.shape[1], coarser.shape[0])
    laid = cv2.warpPerspective(reduced, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    within = cv2.resize(inside[0], wanted, interpolation=cv2.INTER_NEAREST)
    mask = np.minimum(cv2.warpPerspective(within, matrix, size, flags=cv2.INTER_NEAREST), inside[1])
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


def _parts(valid: Flags, squares: Flags, agree: Flags) -> tuple[float, float]:
    """Return the share of 4 x 4 parts, and of the middle ones, in which some of the telling squares agree."""
    down, across = np.flatnonzero(valid.any(axis=1)), np.flatnonzero(valid.any(axis=0))
    rows = np.clip((np.arange(valid.shape[0]) - down[0]) * 4 // (down[-1] - down[0] + 1), 0, 3)
    columns = np.clip((np.arange(valid.shape[1]) - across[0]) * 4 // (across[-1] - across[0] + 1), 0, 3)
    part = (rows[:, None] * 4 + columns).ravel()
    telling = np.bincount(part, squares.ravel(), 16).reshape(4, 4)
    same = np.bincount(part, agree.ravel(), 16).reshape(4, 4)
    says, agrees = telling >= _TELLING, (same >= _IN_PART * telling) & (telling >= _TELLING)
    shares = [float(a.sum() / s.sum()) if s.any() else 0.0 for a, s in ((agrees, says), (agrees[1:3, 1:3], says[1:3, 1:3]))]
    return shares[0], shares[1] if says[1:3, 1:3].any() else shares[0]


def _faint(weight: Floats, squares: Flags, agree: Flags) -> float:
    faint = squares & (weight <= np.median(weight[squares]))
    return float(agree[faint].mean()) if faint.any() else 0.0


def _deep(squares: Flags, agree: Flags) -> float:
    """Return the share of telling squares round which, `_AROUND` squares wide, few of the telling ones agree."""
    size = (_AROUND, _AROUND)
    telling, same = (cv2.boxFilter(f.astype(np.float32), cv2.CV_32F, size, normalize=False) for f in (squares, agree))
    return float((np.asarray(same)[squares] < _HARDLY * np.asarray(telling)[squares]).mean())


def _area(quad: NDArray[np.float64]) -> float:
    x, y = quad[:, 0], quad[:, 1]
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
