"""The PDQ picture hash (Facebook, 2019, "The TMK+PDQF video-hashing and PDQ image-hashing algorithms"), written anew.

Numbers in, numbers out: it knows no signals and no verdicts, and it never opens a file.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clew.media.opened import Pixels
from clew.signals.indexes.compiled import compiled

Floats = NDArray[np.float32]
Starts = NDArray[np.int64]
Size = tuple[int, int]
GRID = 64
FREQUENCIES = 16
BITS = 256
BYTES = 32
DISTANCE = 31
"""Two hashes at most this far apart are taken for the same picture (Facebook's published advice)."""
QUALITY = 50
"""Below this the picture is too plain for its hash to mean anything (Facebook's published advice)."""

_ROW = np.arange(1, FREQUENCIES + 1)[:, None]
_DCT = (np.sqrt(2 / GRID) * np.cos(np.pi / (2 * GRID) * _ROW * (2 * np.arange(GRID) + 1))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Hash:
    """`value`: 32 bytes, most significant bit first as PDQ is written in hex; `quality` 0..100."""

    value: bytes
    quality: int


def hash_pixels(pixels: Pixels, size: Size | None = None) -> Hash:
    """Hash 8-bit RGB pixels (height, width, 3), or grey (height, width), of any size from 1x1.

    `size` is (height, width) of the picture they were reduced from: then the hash is that of the whole picture.
    """
    grid = shrink(pixels, size)[0]
    return Hash(_pack(transform(grid)), _quality(grid))


def hash_orientations(pixels: Pixels, size: Size | None = None) -> Hash:
    """Hash all eight orientations as 8 x 32 bytes, in the order of `orientations.NAMES`.

    The same bits as hashing the turned pixels: PDQ samples off centre, so negating the transform's odd frequencies
    alone would be 10 to 40 bits away on small pictures. A transposed picture has the transform transposed.
    """
    grids = shrink(pixels, size)
    upright = [transform(grid) for grid in grids]
    across_first = (upright[0], upright[2], upright[1], upright[3])
    values = [_pack(c) for c in upright] + [_pack(c.T) for c in across_first]
    return Hash(b"".join(values), _quality(grids[0]))


def shrink(pixels: Pixels, size: Size | None = None) -> Floats:
    """Return (4, 64, 64) luminance 0..255 of the picture as it is, mirrored, flipped and both.

    Two passes of a box filter, then every n-th pixel, as published, placed where they lie in a picture of `size`.
    """
    rgb = pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, None], 3, axis=2)
    height, width = size or rgb.shape[:2]
    grids: Floats = _shrink(np.ascontiguousarray(rgb[:, :, :3]), max(int(height), rgb.shape[0]), max(int(width), rgb.shape[1]))
    return grids


def transform(grid: Floats) -> Floats:
    """Return the (16, 16) cosine coefficients of a 64x64 grid for frequencies 1..16 down and across."""
    coefficients: Floats = _DCT @ grid @ _DCT.T
    return coefficients


def _pack(coefficients: Floats) -> bytes:
    flat = coefficients.ravel()
    median = np.partition(flat, BITS // 2 - 1)[BITS // 2 - 1]
    return np.packbits((flat > median)[::-1]).tobytes()


def _quality(grid: Floats) -> int:
    down = np.abs(((grid[:-1] - grid[1:]) * 100 / 255).astype(np.int32)).sum()
    across = np.abs(((grid[:, :-1] - grid[:, 1:]) * 100 / 255).astype(np.int32)).sum()
    return min(100, int(down + across) // 90)


@compiled
def _taps(length: int, whole: int) -> tuple[Starts, Floats]:  # pragma: no cover - compiled
    """Return first pixel and weights of each of the 64 samples: box filter twice, then one in whole/64.

    Positions are counted in the whole picture and fall into the `length` pixels it was reduced to: a JPEG decoder
    puts exactly 2, 4 or 8 into one and leaves the last one short, other reducers spread them evenly.
    """
    ratio = (whole + length // 2) // length
    even = (whole + ratio - 1) // ratio != length
    window = (whole + 2 * GRID - 1) // (2 * GRID)
    right = (window + 2) // 2 - 1
    left = window - right - 1
    first = np.zeros(GRID, np.int64)
    weights = np.zeros((GRID, 2 * window + 1), np.float32)
    for i in range(GRID):
        middle = int((i + 0.5) * whole / GRID)
        low, high = max(0, middle - left), min(whole - 1, middle + right)
        start = max(0, low - left)
        first[i] = start * length // whole if even else start // ratio
        for j in range(low, high + 1):
            near, far = max(0, j - left), min(whole - 1, j + right)
            for k in range(near, far + 1):
                place = (2 * k + 1) * length // (2 * whole) if even else k // ratio
                weights[i, place - first[i]] += 1.0 / ((far - near + 1) * (high - low + 1))
    return first, weights[:, : (2 * window + 1) * length // whole + 2]


@compiled
def _sums(line: Floats, first: Starts, weights: Floats, length: int, out: Floats) -> None:  # pragma: no cover
    """Write the 64 weighted sums of a line into out[0], and those of the line read backwards into out[1]."""
    for i in range(GRID):
        forth = np.float32(0)
        back = np.float32(0)
        taps = min(weights.shape[1], length - first[i])
        for k in range(taps):
            forth += weights[i, k] * line[first[i] + k]
            back += weights[i, k] * line[length - 1 - first[i] - k]
        out[0, i] = forth
        out[1, i] = back


@compiled
def _shrink(rgb: Pixels, whole_height: int, whole_width: int) -> Floats:  # pragma: no cover - compiled
    height, width = rgb.shape[0], rgb.shape[1]
    top, down = _taps(height, whole_height)
    left, across = _taps(width, whole_width)
    columns = np.empty((2, GRID, height), np.float32)
    luma = np.empty(width, np.float32)
    sums = np.empty((2, GRID), np.float32)
    for y in range(height):
        for x in range(width):
            red, green, blue = np.float32(rgb[y, x, 0]), np.float32(rgb[y, x, 1]), np.float32(rgb[y, x, 2])
            luma[x] = np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue
        _sums(luma, left, across, width, sums)
        columns[:, :, y] = sums
    grids = np.empty((4, GRID, GRID), np.float32)
    for mirrored in range(2):
        for x in range(GRID):
            _sums(columns[mirrored, x], top, down, height, sums)
            grids[mirrored, :, x] = sums[0]
            grids[2 + mirrored, :, x] = sums[1]
    return grids
