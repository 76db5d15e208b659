"""Whether pairs of points can come from one rigid scene seen twice: the guard behind every learned pair.

Any eight pairs fit some geometry, and a pattern that repeats fits it a hundred times in one spot: so what counts is not how
many pairs agree but in how many distinct cells of both pictures they lie.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.signals.places.points import Floats

CELL: Final = 20.0
"""Pixels of the working picture across one cell."""
_LEAST: Final = 8
_NEAR: Final = 2.0
"""Pixels a point may lie off its line (fundamental matrix), or off its place (homography: twice as much)."""
_TRIES: Final = 2000
_SURE: Final = 0.999


@dataclass(frozen=True, slots=True)
class Agreement:
    """The pairs that agree (`inside`, a mask) and the distinct cells they lie in, in the picture where they are fewer.

    `flat`: cells of the pairs that also agree on one plane. `spread`: share of the picture that the agreeing points span,
    where it is less.
    """

    inside: NDArray[np.bool_]
    cells: int
    flat: int
    spread: float


def agreement(a: Floats, b: Floats, sizes: tuple[tuple[int, int], tuple[int, int]]) -> Agreement | None:
    """Return how points a (n, 2) and b (n, 2) of pictures of two sizes (height, width) agree; None where too few do."""
    if len(a) < _LEAST:
        return None
    cv2.setNumThreads(1)
    cv2.setRNGSeed(1)  # the same pair must always read the same
    one, other = a.astype(np.float64), b.astype(np.float64)
    found = _scene(one, other)
    plane = _plane(one, other)
    inside = found if found.sum() >= plane.sum() else plane
    if int(inside.sum()) < _LEAST:
        return None
    spread = min(_span(points[inside], size) for points, size in zip((a, b), sizes, strict=True))
    return Agreement(inside, _cells(a, b, inside), _cells(a, b, plane), spread)


def _scene(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.bool_]:
    return _kept(len(a), lambda: cv2.findFundamentalMat(a, b, cv2.USAC_MAGSAC, _NEAR, _SURE, _TRIES))


def _plane(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.bool_]:
    return _kept(len(a), lambda: cv2.findHomography(a, b, cv2.USAC_MAGSAC, 2 * _NEAR, maxIters=_TRIES, confidence=_SURE))


def _kept(count: int, fit: Callable[[], tuple[Any, Any]]) -> NDArray[np.bool_]:
    """Return which pairs a fit keeps; none where there is no fit, which OpenCV sometimes says by an error."""
    try:
        matrix, mask = fit()
    except cv2.error:
        return np.zeros(count, np.bool_)
    return np.zeros(count, np.bool_) if matrix is None or mask is None else mask.ravel().astype(np.bool_)


def _cells(a: Floats, b: Floats, inside: NDArray[np.bool_]) -> int:
    return min(len(np.unique((points[inside] // CELL).astype(int), axis=0)) for points in (a, b))


def _span(points: Floats, size: tuple[int, int]) -> float:
    across, down = (float(np.quantile(points[:, axis], 0.95) - np.quantile(points[:, axis], 0.05)) for axis in (0, 1))
    return across * down / (size[0] * size[1])
