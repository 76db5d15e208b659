"""Plain bars round a picture (letterbox, pillar box, white margins): where the picture inside them lies.

It looks at the edges only; a frame with a pattern, text or a phone's screen round the picture is not found here.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clew.media.opened import Pixels

Cut = tuple[int, int, int, int]
"""Pixels to cut away at top, bottom, left and right."""

_MEAN = 6.0
"""A line belongs to a bar while it lies this near the edge's colour on average (JPEG noise stays below 3)."""
_PEAK = 24.0
_FIRST_LOOK = 4
_LEAST = 0.02
_INSIDE = 0.4


def plain_edges(pixels: Pixels) -> Cut:
    """Return how many lines at each edge of (height, width, 3) pixels have the colour of the outermost one."""
    down, across = pixels, pixels.transpose(1, 0, 2)
    return _run(down), _run(down[::-1]), _run(across), _run(across[::-1])


def common(cuts: Sequence[Cut]) -> Cut:
    """Return the bars that all frames of a film share."""
    top, bottom, left, right = (min(side) for side in zip(*cuts, strict=True))
    return top, bottom, left, right


def box_inside(cut: Cut, height: int, width: int) -> tuple[float, float, float, float] | None:
    """Return the picture inside as x, y, w, h in 0..1; None where there is no bar or too little left."""
    top, bottom, left, right = cut
    inner_height, inner_width = (height - top - bottom) / height, (width - left - right) / width
    if min(inner_height, inner_width) < _INSIDE or min(1 - inner_height, 1 - inner_width) < 0:
        return None
    if 1 - inner_height < _LEAST and 1 - inner_width < _LEAST:
        return None
    return left / width, top / height, inner_width, inner_height


def inside(pixels: Pixels, cut: Cut) -> Pixels:
    """Return a view of the pixels without the bars."""
    top, bottom, left, right = cut
    return pixels[top : pixels.shape[0] - bottom, left : pixels.shape[1] - right]


def _run(lines: Pixels) -> int:
    """Look from the edge inwards, a few lines at first: most pictures have no bar at all."""
    thin = lines[:, :: max(1, lines.shape[1] // 128)]
    edge = np.median(thin[0], axis=0).astype(np.int16)
    start, count = 0, _FIRST_LOOK
    while start < len(thin):
        plain = _plain(thin[start : start + count], edge)
        if not plain.all():
            return start + int(np.argmin(plain))
        start, count = start + count, 4 * count
    return len(thin)


def _plain(lines: Pixels, edge: NDArray[np.int16]) -> NDArray[np.bool_]:
    apart = np.abs(lines.astype(np.int16) - edge).max(axis=2)
    plain: NDArray[np.bool_] = (apart.mean(axis=1) < _MEAN) & (np.percentile(apart, 98, axis=1) < _PEAK)
    return plain
