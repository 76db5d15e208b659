"""What surrounds each point: which way it is turned, and how dark turns to bright in sixteen cells round it (SIFT, Lowe 2004).

The numbers are those of OpenCV's SIFT but for every second pixel, which the blur makes as good as every one. Compares nothing.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.compiled import compiled
from clew.signals.local.scale_space import LAYER, OCTAVE, SCALE, Floats, Octave, X, Y

Places = NDArray[np.int64]
NUMBERS: Final = 128
_BINS: Final = 36
_ALSO: Final = np.float32(0.8)
"""Of the strongest direction: another one this strong makes another point of the same place ..."""
_MOST_ANGLES: Final = 4
"""... of which there are at most so many."""
_AROUND: Final = np.float32(1.5)
_CELLS: Final = 4
_TURNS: Final = 8
_WIDE: Final = np.float32(3.0)
"""Of a point's blur: how wide one of its cells is."""
_EVERY: Final = 2
_HALF: Final = np.float32(0.5)
_CLIP: Final = np.float32(0.2)
"""Of a description's length: no one number counts for more."""
_FINE: Final = 256
_FADING: Final = np.exp(-np.arange(8 * _FINE) / _FINE).astype(np.float32)
"""e to minus zero and up, in steps of a 256th: reading is quicker than working it out."""
_CIRCLE: Final = np.float32(2 * np.pi)


def turned(octaves: list[Octave], points: Floats, most: int) -> tuple[Places, Floats]:
    """Return which of the points (n, 6), and the angle of each in radians clockwise, (m,): at most `most`, in their order.

    A point whose surroundings rise in several directions comes as often.
    """
    angles, counts = np.zeros((len(points), _MOST_ANGLES), np.float32), np.zeros(len(points), np.int64)
    for number, octave in enumerate(octaves):
        _turn(octave.blurred, points, _of(points, number), np.float32(1 / octave.step), angles, counts)
    which = np.repeat(np.arange(len(points)), counts)[:most]
    return which, angles[which, np.arange(len(which)) - np.searchsorted(which, which)]


def described(octaves: list[Octave], points: Floats, angles: Floats) -> Floats:
    """Return (n, 128) numbers, not of unit length, of points (n, 6) that are turned by these angles (n,)."""
    numbers = np.zeros((len(points), NUMBERS), np.float32)
    for number, octave in enumerate(octaves):
        _describe(octave.blurred, points, _of(points, number), np.float32(1 / octave.step), angles, numbers)
    return numbers


def _of(points: Floats, octave: int) -> Places:
    return np.flatnonzero(points[:, OCTAVE] == octave)


@compiled
def _turn(blurred: Any, points: Any, mine: Any, share: Any, angles: Any, counts: Any) -> None:
    bins, smooth = np.empty(_BINS, np.float32), np.empty(_BINS, np.float32)
    for at in mine:
        x, y, blur = points[at, X] * share, points[at, Y] * share, points[at, SCALE] * share * _HALF
        _directions(blurred[int(points[at, LAYER])], x, y, blur, bins)
        for i in range(_BINS):
            far, near = bins[i - 2] + bins[(i + 2) % _BINS], bins[i - 1] + bins[(i + 1) % _BINS]
            smooth[i] = (far + 4 * near + 6 * bins[i]) / 16
        least = smooth.max() * _ALSO
        for i in range(_BINS):
            before, here, after = smooth[i - 1], smooth[i], smooth[(i + 1) % _BINS]
            if here >= least and here > before and here > after and counts[at] < _MOST_ANGLES:
                peak = i + (before - after) / (2 * (before - 2 * here + after))
                angles[at, counts[at]] = peak % _BINS * (_CIRCLE / _BINS)
                counts[at] += 1


@compiled
def _directions(image: Any, x: Any, y: Any, blur: Any, bins: Any) -> None:
    """Add up in 36 directions how much brighter it gets that way round a point."""
    bins[:] = 0
    height, width = image.shape
    cx, cy, reach = round(x), round(y), round(3 * _AROUND * blur)
    fade = np.float32(_FINE / (2 * (_AROUND * blur) ** 2))
    for i in range(max(1, cy - reach), min(height - 1, cy + reach + 1)):
        for j in range(max(1, cx - reach), min(width - 1, cx + reach + 1)):
            dx, dy = image[i, j + 1] - image[i, j - 1], image[i + 1, j] - image[i - 1, j]
            far = min(int(fade * np.float32((i - cy) ** 2 + (j - cx) ** 2)), len(_FADING) - 1)
            bins[int(np.float32(_BINS) * _way(dy, dx) + np.float32(0.5)) % _BINS] += _FADING[far] * np.sqrt(dx * dx + dy * dy)


@compiled
def _way(y: Any, x: Any) -> Any:
    """Return the direction of (x, y) as a share of a full turn from 0 to 1, right to a thousandth of it."""
    a, b = abs(x), abs(y)
    share = min(a, b) / (max(a, b) + np.float32(1e-12))
    s = share * share
    bent = ((np.float32(-0.0464964749) * s + np.float32(0.15931422)) * s - np.float32(0.327622764)) * s * share + share
    turn = bent / _CIRCLE
    if b > a:
        turn = np.float32(0.25) - turn
    if x < 0:
        turn = np.float32(0.5) - turn
    return np.float32(1.0) - turn if y < 0 else turn


@compiled
def _describe(blurred: Any, points: Any, mine: Any, share: Any, angles: Any, numbers: Any) -> None:
    cells = np.empty((_CELLS + 2, _CELLS + 2, _TURNS + 1), np.float32)  # a rim and one turn more catch what falls outside
    for at in mine:
        cells[:] = 0
        x, y, blur = points[at, X] * share, points[at, Y] * share, points[at, SCALE] * share * _HALF
        _fill(blurred[int(points[at, LAYER])], x, y, _WIDE * blur, angles[at], cells)
        _settle(cells, numbers[at])


@compiled
def _fill(image: Any, x: Any, y: Any, wide: Any, angle: Any, cells: Any) -> None:
    """Share out what is round a point among cells `wide` pixels wide that are turned with it, eight directions each."""
    height, width = image.shape
    cx, cy = round(x), round(y)
    reach = min(round(wide * np.float32(0.5**0.5 * (_CELLS + 1))), max(height, width))
    cos, sin, turned_by = np.cos(angle) / wide, np.sin(angle) / wide, angle / _CIRCLE
    fade, half = np.float32(2 * _FINE / _CELLS**2), np.float32(_CELLS / 2 - 0.5)
    top, left = _first(cy, reach), _first(cx, reach)
    for i in range(top, min(height - 1, cy + reach + 1), _EVERY):
        for j in range(left, min(width - 1, cx + reach + 1), _EVERY):
            u, v = np.float32(j - cx), np.float32(i - cy)
            across, down = u * cos + v * sin, v * cos - u * sin
            c, r = across + half, down + half
            if c <= -1 or c >= _CELLS or r <= -1 or r >= _CELLS:
                continue
            dx, dy = image[i, j + 1] - image[i, j - 1], image[i + 1, j] - image[i - 1, j]
            weight = np.sqrt(dx * dx + dy * dy) * _FADING[int(fade * (across * across + down * down))]
            o = turned_by - _way(dy, dx)
            o = o + np.float32(1) if o < 0 else o
            _share_out(cells, r + np.float32(1), c + np.float32(1), o * np.float32(_TURNS), weight)


@compiled
def _first(middle: int, reach: int) -> int:
    """Return the first row of every second one from `reach` before the middle on that has a row before it."""
    start = middle - reach
    return int(start if start >= 1 else start + (2 - start) // _EVERY * _EVERY)


@compiled
def _share_out(cells: Any, r: Any, c: Any, o: Any, weight: Any) -> None:
    """Add a weight to the eight places of (rows, columns, turns) round (r, c, o), to each the more the nearer it is."""
    r0, c0, o0 = int(r), int(c), min(int(o), _TURNS - 1)
    lower, right, on = r - np.float32(r0), c - np.float32(c0), o - np.float32(o0)
    for i in range(2):
        in_row = weight * (lower if i else np.float32(1) - lower)
        for j in range(2):
            in_cell = in_row * (right if j else np.float32(1) - right)
            cells[r0 + i, c0 + j, o0] += in_cell * (np.float32(1) - on)
            cells[r0 + i, c0 + j, o0 + 1] += in_cell * on


@compiled
def _settle(cells: Any, row: Any) -> None:
    """Write the cells inside the rim to the row, none of them above a fifth of the whole length."""
    total = np.float32(0)
    for r in range(_CELLS):
        for c in range(_CELLS):
            cell = cells[r + 1, c + 1]
            cell[0] += cell[_TURNS]
            for o in range(_TURNS):
                row[(r * _CELLS + c) * _TURNS + o] = cell[o]
                total += cell[o] * cell[o]
    most = np.sqrt(total) * _CLIP
    for k in range(len(row)):
        row[k] = min(row[k], most)
