"""The picture inside a screenshot or a page: the largest dense rectangle on a paper of one colour.

Bars, avatars, buttons and lines of text leave most of the paper free; a photograph leaves none. Plain bars alone are
the business of borders.py. Where no colour fills enough of the picture there is no paper, and nothing is cut.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clew.media.opened import Pixels

Box = tuple[float, float, float, float]
CELLS: Final = 64  # cells on the long side
_INSIDE: Final = 6  # pixels a cell
_PAPER: Final = 0.2
_APART: Final = 14
_DENSE: Final = 0.55
_LEAST, _MOST, _SIDE = 0.06, 0.92, 0.2


def picture_inside(pixels: Pixels) -> Box | None:
    """Return the x, y, w, h in 0..1 of the picture on a screen's paper; None where there is no paper or no picture."""
    height, width = pixels.shape[:2]
    share = CELLS / max(height, width)
    rows, columns = max(1, round(height * share)), max(1, round(width * share))
    size = (columns * _INSIDE, rows * _INSIDE)
    small = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX)).astype(np.int16)
    paper = _paper(small)
    if paper is None:
        return None
    written = np.abs(small - paper).max(axis=2) > _APART
    dense = written.reshape(rows, _INSIDE, columns, _INSIDE).mean(axis=(1, 3)) > _DENSE
    top, left, bottom, right = largest(dense)
    area = (bottom - top) * (right - left) / (rows * columns)
    if not _LEAST <= area <= _MOST or bottom - top < _SIDE * columns or right - left < _SIDE * columns:
        return None
    return left / columns, top / rows, (right - left) / columns, (bottom - top) / rows


def _paper(small: NDArray[np.int16]) -> NDArray[np.int16] | None:
    """Return the commonest colour, when it fills enough of the picture."""
    levels = small >> 3
    keys = (levels[..., 0].astype(np.int32) << 10 | levels[..., 1].astype(np.int32) << 5 | levels[..., 2]).ravel()
    counts = np.bincount(keys, minlength=1)
    commonest = int(counts.argmax())
    if counts[commonest] < _PAPER * keys.size:
        return None
    return np.asarray(np.median(small.reshape(-1, 3)[keys == commonest], axis=0), np.int16)


def largest(dense: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return top, left, bottom, right of the rectangle with most cells, all of them dense but for one in sixteen.

    Cells are worth 1, empty ones -15: the best sum over all pairs of rows, along each by Kadane's walk.
    """
    worth = np.where(dense, 1, -15)
    best, found = 0, (0, 0, 0, 0)
    for top in range(len(worth)):
        strips = np.cumsum(worth[top:], axis=0)  # one for each bottom
        ends = np.cumsum(strips, axis=1)
        before = np.concatenate([np.zeros((len(ends), 1), np.int64), ends[:, :-1]], axis=1)
        sums = ends - np.minimum.accumulate(before, axis=1)
        bottom, right = np.unravel_index(int(sums.argmax()), sums.shape)
        if sums[bottom, right] > best:
            best = int(sums[bottom, right])
            left = int(before[bottom, :right + 1].argmin())
            found = (top, left, top + int(bottom) + 1, int(right) + 1)
    return found
