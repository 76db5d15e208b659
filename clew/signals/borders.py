"""What surrounds a picture and is none of it: plain bars, captions, a phone's screen; where the picture inside lies.

`plain_edges` looks at the edges only and is exact; `frame` also sees through letters and buttons on a plain ground.
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
_GROUND = 10
"""A pixel is ground while each colour lies this near the ground's."""
_MOSTLY = 0.45
"""Of a line that belongs to a screen or a caption: letters and buttons leave this much ground."""
_EMPTY = 0.95
_LOOKED_AT = 300
_GLANCE = 32
_LEAST = 0.02
INSIDE = 0.4
FRAMED = 0.12
"""Of each side: a picture inside plain bars has at least the first, one in a screen the second."""


def plain_edges(pixels: Pixels) -> Cut:
    """Return how many lines at each edge of (height, width, 3) pixels have the colour of the outermost one."""
    down, across = pixels, pixels.transpose(1, 0, 2)
    return _run(down), _run(down[::-1]), _run(across), _run(across[::-1])


def frame(pixels: Pixels) -> Cut:
    """Return what to cut away to be left with the picture in a screen or between captions; else the plain edges.

    The lines of a screen are mostly of one or two ground colours; those of a picture are not. The largest run of other
    lines is the picture, and the columns beside it that hold ground only are cut too.
    """
    height, width = pixels.shape[:2]
    down, across = max(1, height // _LOOKED_AT), max(1, width // _LOOKED_AT)
    thin = pixels[down // 2 :: down, across // 2 :: across]
    near = np.zeros(thin.shape[:2], np.bool_)
    for colour in _grounds(thin):
        near |= (np.abs(thin.astype(np.int16) - colour) < _GROUND).all(axis=2)
    first, last = _longest(near.mean(axis=1) < _MOSTLY)
    if last - first < FRAMED * len(thin) or last - first > (1 - _LEAST) * len(thin):
        return plain_edges(pixels)
    beside = near[first:last].mean(axis=0) > _EMPTY
    left, right = (int(np.argmin(side)) if not side.all() else 0 for side in (beside, beside[::-1]))
    found = (first * down, height - min(height, last * down), left * across, right * across)
    inner = pixels[found[0] : height - found[1], found[2] : width - found[3]]
    more = plain_edges(inner) if min(inner.shape[:2]) > 0 else (0, 0, 0, 0)
    top, bottom, start, end = (a + b for a, b in zip(found, more, strict=True))
    return top, bottom, start, end


def _grounds(thin: Pixels) -> list[NDArray[np.int16]]:
    """Return the one or two colours that fill whole lines, the commonest first."""
    count = len(thin)
    some = thin[:, :: max(1, thin.shape[1] // _GLANCE)]
    thin = thin[_share_of_ground(some)[1] > 0.6]  # most pictures have no such line, and a few columns tell
    if not len(thin):
        return []
    middles, share = _share_of_ground(thin)
    plain = share > 0.8
    found: list[NDArray[np.int16]] = []
    rest = middles[plain]
    while len(rest) >= max(3, count // 50) and len(found) < 2:
        close = (np.abs(rest[:, None] - rest[None]) < _GROUND).all(axis=2)
        best = int(close.sum(axis=1).argmax())
        found.append(rest[best])
        rest = rest[~close[best]]
    return found


def _share_of_ground(lines: Pixels) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """Return the middle colour of each line and the share of the line that lies near it."""
    middles = np.median(lines, axis=1).astype(np.int16)
    near = (np.abs(lines.astype(np.int16) - middles[:, None]) < _GROUND).all(axis=2)
    return middles, near.mean(axis=1)


def _longest(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """Return start and end of the longest run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    starts, ends = edges[0::2], edges[1::2]
    if not len(starts):
        return 0, 0
    best = int((ends - starts).argmax())
    return int(starts[best]), int(ends[best])


def lasting(cuts: Sequence[Cut], size: Sequence[int]) -> list[Cut]:
    """Return for each of a film's stills the bars that it shares with both of its neighbours; others come from the scene.

    `size` is (height, width): a bar is the same on both neighbours to a hundredth of it, the edge of a sky is not.
    """
    table = np.array(cuts, np.int64).reshape(-1, 4)
    limit = np.array([size[0], size[0], size[1], size[1]]) * _LEAST / 2
    around = np.stack([np.roll(table, 1, axis=0), table, np.roll(table, -1, axis=0)])
    around[0, :1], around[2, -1:] = table[:1], table[-1:]
    least = around.min(axis=0)
    kept = np.where(around.max(axis=0) - least <= limit, least, 0)
    return [(int(top), int(bottom), int(left), int(right)) for top, bottom, left, right in kept]


def common(cuts: Sequence[Cut]) -> Cut:
    """Return the bars that all frames of a film share."""
    top, bottom, left, right = (min(side) for side in zip(*cuts, strict=True))
    return top, bottom, left, right


def box_inside(cut: Cut, height: int, width: int, least: float = INSIDE) -> tuple[float, float, float, float] | None:
    """Return the picture inside as x, y, w, h in 0..1; None where there is no bar or less than `least` of a side left."""
    top, bottom, left, right = cut
    inner_height, inner_width = (height - top - bottom) / height, (width - left - right) / width
    if min(inner_height, inner_width) < least or min(1 - inner_height, 1 - inner_width) < 0:
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
