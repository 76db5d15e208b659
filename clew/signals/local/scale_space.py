"""Points of a grey picture that are found again when it is shown larger, smaller or turned, and the blurred pictures they lie in.

Extremes of differences of Gaussians (Lowe 2004), found where OpenCV's SIFT finds them. Its own way builds the blurred pictures
twice and turns thousands of points that the budget then drops (docs/decisions/029). Chooses and describes nothing.
"""

import threading
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.compiled import compiled

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
LAYERS: Final = 3
"""Of an octave, in which points are looked for: six blurred pictures, five differences."""
X, Y, SCALE, STRENGTH, OCTAVE, LAYER = range(6)
"""Columns of a point: place and diameter in pixels, contrast against 1, and the blurred picture it was found in."""
_SIGMA: Final = 1.6
_OWN: Final = 0.5
"""Blur a picture is taken to have of its own."""
_GROWN: Final = [_SIGMA * 2 ** (layer / LAYERS) * (2 ** (2 / LAYERS) - 1) ** 0.5 for layer in range(LAYERS + 2)]
_REACH: Final = 3.0
"""Sigmas after which a Gaussian is cut off."""
_BORDER: Final = 5
_EDGE: Final = 10.0
"""Ratio of the curvatures across and along from which a point lies on an edge and could be anywhere along it."""
_STEPS: Final = 5
_HALF: Final = np.float32(0.5)
_room = threading.local()


@dataclass(frozen=True, slots=True)
class Octave:
    """One size of the picture. `blurred` (6, height, width) float32, each more than the one before; one of its pixels is
    `step` pixels of the picture.
    """

    blurred: Floats
    step: float


def octaves_of(grey: Bytes) -> list[Octave]:
    """Return (height, width) grey levels doubled, as they are, then halved again and again, each in six steps of blur.

    They lie in a room that each thread keeps, about 60 MB for 800 x 600 pixels: the thread's next picture takes it over.
    """
    cv2.setNumThreads(1)
    height, width = grey.shape
    sizes = [(2 * height, 2 * width)]
    while len(sizes) < round(np.log2(min(height, width)) - 1) and min(sizes[-1]) > 4 * _BORDER:
        sizes.append((-(-sizes[-1][0] // 2), -(-sizes[-1][1] // 2)))
    rooms = _rooms([(LAYERS + 3, *size) for size in sizes])
    doubled = cv2.resize(grey.astype(np.float32), (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR)
    _blur(np.asarray(doubled, np.float32), (_SIGMA**2 - (2 * _OWN) ** 2) ** 0.5, rooms[0][0])
    for number, layers in enumerate(rooms):
        if number:
            layers[0] = rooms[number - 1][LAYERS][::2, ::2]
        for layer, grown in enumerate(_GROWN):
            _blur(layers[layer], grown, layers[layer + 1])
    return [Octave(layers, 2.0 ** (number - 1)) for number, layers in enumerate(rooms)]


def points_of(octaves: list[Octave], contrast: float) -> Floats:
    """Return (n, 6), see `X` to `LAYER`, of all points with at least this contrast, in no particular order."""
    found = []
    for number, octave in enumerate(octaves):
        rows = _extremes(octave.blurred, np.float32(contrast * 255 / LAYERS))
        rows[:, : SCALE + 1] *= np.float32(octave.step)
        rows[:, OCTAVE] = number
        found.append(rows)
    return np.concatenate(found)


def _rooms(shapes: list[tuple[int, int, int]]) -> list[Floats]:
    """Return arrays of these shapes in the thread's room: fresh memory for each picture took a tenth of the time."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    held = getattr(_room, "floats", None)
    if held is None or len(held) < sum(sizes):
        held = _room.floats = np.empty(sum(sizes), np.float32)
    ends = np.cumsum([0, *sizes])
    return [held[a:b].reshape(shape) for a, b, shape in zip(ends, ends[1:], shapes, strict=False)]


def _blur(picture: Floats, sigma: float, into: Floats) -> None:
    side = 2 * round(_REACH * sigma) + 1
    cv2.GaussianBlur(picture, (side, side), sigma, dst=into)


@compiled
def _extremes(blurred: Any, least: Any) -> Any:
    """Return (n, 6) the extremes of what differs between layers (6, height, width), in pixels of their octave."""
    places = _candidates(blurred, least * _HALF)
    found, held = np.empty((len(places), 6), np.float32), 0
    around = np.empty((3, 3, 3), np.float32)
    for layer, y, x in places:
        _differences(blurred, layer, y, x, around)
        if _is_extreme(around):
            held += _refined(blurred, layer, y, x, least, around, found[held])
    return found[:held]


@compiled
def _candidates(blurred: Any, least: Any) -> Any:
    """Return (n, 3) layer, row and column of what is strong and an extreme of the four around it."""
    count, height, width = blurred.shape
    places, held = np.empty((4096, 3), np.int64), 0
    flags, rows = np.zeros(max(0, width - 2), np.int32), np.empty((3, width), np.float32)
    for layer in range(1, count - 2):
        for y in range(_BORDER - 1, height - _BORDER + 1):
            _subtract(blurred[layer + 1, y], blurred[layer, y], rows[y % 3])
            if y <= _BORDER:
                continue
            above, row, below = rows[(y - 2) % 3], rows[(y - 1) % 3], rows[y % 3]
            _flag(row[1:-1], row[:-2], row[2:], above[1:-1], below[1:-1], least, flags)
            if held + width > len(places):
                grown = np.empty((2 * len(places) + width, 3), np.int64)
                grown[:held] = places[:held]
                places = grown
            for x in range(_BORDER, width - _BORDER):
                if flags[x - 1]:
                    places[held, 0], places[held, 1], places[held, 2] = layer, y - 1, x
                    held += 1
    return places[:held]


@compiled
def _subtract(more: Any, less: Any, into: Any) -> None:
    for x in range(len(into)):
        into[x] = more[x] - less[x]


@compiled
def _flag(row: Any, left: Any, right: Any, above: Any, below: Any, least: Any, flags: Any) -> None:
    """Set what is strong and an extreme of the four around it to 1: without a branch, so that several are done at a time."""
    for x in range(len(flags)):
        v, a, b, c, d = row[x], left[x], right[x], above[x], below[x]
        flags[x] = (
            _one(v > least) & _one(v >= a) & _one(v >= b) & _one(v >= c) & _one(v >= d)
            | _one(v < -least) & _one(v <= a) & _one(v <= b) & _one(v <= c) & _one(v <= d))


@compiled
def _one(true: Any) -> Any:
    return np.int32(1) if true else np.int32(0)


@compiled
def _differences(blurred: Any, layer: int, y: int, x: int, around: Any) -> None:
    """Write the 27 differences round a place (layer, row, column)."""
    for i in range(3):
        for j in range(3):
            for k in range(3):
                at = y - 1 + j, x - 1 + k
                around[i, j, k] = blurred[layer + i, at[0], at[1]] - blurred[layer - 1 + i, at[0], at[1]]


@compiled
def _is_extreme(around: Any) -> bool:
    middle, beyond = around[1, 1, 1], 0
    sign = np.float32(1.0) if middle > 0 else np.float32(-1.0)
    for other in around.flat:
        beyond += sign * other > sign * middle
    return bool(beyond == 0)


@compiled
def _refined(blurred: Any, layer: int, y: int, x: int, least: Any, around: Any, row: Any) -> int:
    """Write the point where a curved surface through the neighbours peaks to `row`; return 1, or 0 where there is none."""
    count, height, width = blurred.shape
    for _ in range(_STEPS):
        dx, dy, ds, strength, on_edge = _peak(around)
        far = max(abs(dx), abs(dy), abs(ds))
        if far < 0.5:
            if strength < least or on_edge:
                return 0
            row[X], row[Y] = x + dx, y + dy
            row[SCALE] = 2 * _SIGMA * 2.0 ** ((layer + ds) / LAYERS)
            row[STRENGTH], row[LAYER] = strength * LAYERS / 255, layer
            return 1
        if not far < max(height, width):
            return 0
        x, y, layer = x + round(dx), y + round(dy), layer + round(ds)
        if not (1 <= layer < count - 2 and _BORDER <= x < width - _BORDER and _BORDER <= y < height - _BORDER):
            return 0
        _differences(blurred, layer, y, x, around)
    return 0


@compiled
def _peak(d: Any) -> Any:
    """Return how far off the middle of (3, 3, 3) differences the peak lies (x, y, layer), how high it is, and whether it is
    on an edge.
    """
    v = d[1, 1, 1]
    gx, gy, gs = (d[1, 1, 2] - d[1, 1, 0]) / 2, (d[1, 2, 1] - d[1, 0, 1]) / 2, (d[2, 1, 1] - d[0, 1, 1]) / 2
    xx, yy, ss = d[1, 1, 2] + d[1, 1, 0] - 2 * v, d[1, 2, 1] + d[1, 0, 1] - 2 * v, d[2, 1, 1] + d[0, 1, 1] - 2 * v
    xy = (d[1, 2, 2] - d[1, 2, 0] - d[1, 0, 2] + d[1, 0, 0]) / 4
    xs = (d[2, 1, 2] - d[2, 1, 0] - d[0, 1, 2] + d[0, 1, 0]) / 4
    ys = (d[2, 2, 1] - d[2, 0, 1] - d[0, 2, 1] + d[0, 0, 1]) / 4
    a, b, c = yy * ss - ys * ys, xy * ss - ys * xs, xy * ys - yy * xs
    whole = xx * a - xy * b + xs * c
    if abs(whole) < 1e-12:
        return np.inf, np.inf, np.inf, 0.0, True
    dx = -(gx * a - gy * b + gs * c) / whole
    dy = (gx * b - gy * (xx * ss - xs * xs) + gs * (xx * ys - xy * xs)) / whole
    ds = -(gx * c - gy * (xx * ys - xy * xs) + gs * (xx * yy - xy * xy)) / whole
    flat = xx * yy - xy * xy
    on_edge = flat <= 0 or (xx + yy) ** 2 * _EDGE >= (_EDGE + 1) ** 2 * flat
    return dx, dy, ds, abs(v + (gx * dx + gy * dy + gs * ds) / 2), on_edge
