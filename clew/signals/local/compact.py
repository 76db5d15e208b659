"""A descriptor in 32 bytes instead of 128: what is kept for checking pairs.

A descriptor is 4 x 4 cells of 8 directions; its cosine transform over cells and Fourier transform over directions puts
nine tenths of what tells descriptors apart into 64 of 128 numbers, kept at 4 bits each. Nothing is learned but the
spread of each number, and a mirror image only changes signs: a compact descriptor is mirrored without the picture.
"""

from typing import Final

import cv2
import numpy as np

from clew.signals.local.features import Bytes, Floats

BYTES: Final = 32
LENGTH: Final = 64
_UNIT: Final = 512.0
_STEP: Final = 0.36
"""Of the spread: 16 levels reach 2.9 spreads to either side."""
# Place in the transform, mean and spread in thousandths, over 25,000 points of nine photographs and their mirror images.
_KEPT: Final = np.array(
    [
        1, 139, 173, 9, -12, 167, 3, 177, 152, 2, 0, 142, 34, -10, 129, 25, -1, 128, 17, -107, 124, 4, 0, 106, 8, -2, 99,
        11, 5, 99, 66, 0, 96, 35, 0, 93, 42, 39, 88, 10, 0, 86, 36, -3, 84, 41, 0, 77, 0, 737, 75, 74, 0, 74, 12, 0, 74, 49,
        0, 71, 19, -58, 70, 33, 0, 68, 50, 3, 67, 98, 5, 66, 32, 0, 64, 5, 45, 60, 44, 6, 60, 18, 0, 54, 43, 0, 54, 16,
        -100, 52, 89, 3, 52, 114, -5, 51, 73, -1, 50, 67, -34, 50, 82, 0, 50, 7, 41, 50, 13, -1, 49, 57, 0, 46, 106, -8, 46,
        20, 0, 46, 52, 3, 45, 40, 0, 45, 51, 0, 45, 6, 0, 44, 81, 11, 44, 64, -64, 43, 68, 0, 43, 38, -1, 42, 65, -10, 42,
        75, 0, 40, 21, -26, 40, 37, 0, 37, 14, 0, 36, 76, 0, 36, 27, -3, 34, 100, 2, 34, 28, 0, 32, 46, 1, 31, 84, 0, 30,
        58, -6, 30, 45, 0, 30, 60, -2, 30, 72, 0, 30, 99, 0, 29,
    ]
).reshape(LENGTH, 3)


def _basis() -> Floats:
    """Return the (64, 128) rows of the transform that are kept."""
    k = np.arange(4)
    cosine = np.cos(np.pi * (k + 0.5) * k[:, None] / 4) * np.sqrt(0.5)
    cosine[0] = 0.5
    turn = np.arange(8) * np.pi / 4
    waves = [f(n * turn) / 2 for n in (1, 2, 3) for f in (np.cos, np.sin)]
    fourier = np.array([np.full(8, 8**-0.5), *waves, np.cos(4 * turn) * 8**-0.5])
    rows = np.einsum("ai,bj,ck->abcijk", cosine, cosine, fourier).reshape(128, 128)
    kept: Floats = rows[_KEPT[:, 0]].astype(np.float32)
    return kept


_BASIS: Final = _basis()
_MEAN: Final = (_KEPT[:, 1] / 1000).astype(np.float32)
_LEVEL: Final = (_KEPT[:, 2] / 1000 * _STEP).astype(np.float32)
_ODD: Final = ((_KEPT[:, 0] // 32) % 2 == 1) ^ np.isin(_KEPT[:, 0] % 8, (2, 4, 6))
"""Numbers whose sign a mirror turns: odd down the rows, or a sine over directions, not both. Their mean is nothing."""


def compacted(descriptors: Bytes) -> Bytes:
    """Return (n, 32) bytes for (n, 128) RootSIFT descriptors."""
    if not len(descriptors):
        return np.zeros((0, BYTES), np.uint8)
    numbers = product(descriptors.astype(np.float32) / _UNIT, _BASIS) - _MEAN
    levels = np.clip(np.floor(numbers / _LEVEL) + 8, 0, 15).astype(np.uint8)
    packed: Bytes = levels[:, 0::2] << 4 | levels[:, 1::2]
    return packed


def expanded(packed: Bytes) -> Floats:
    """Return (n, 64) numbers whose Euclidean distances are nearly those of the descriptors over 512."""
    levels = np.stack([packed >> 4, packed & 15], axis=2).reshape(-1, LENGTH)
    numbers: Floats = (levels.astype(np.float32) - 7.5) * _LEVEL
    return numbers


def product(a: Floats, b: Floats) -> Floats:
    """Return a (n, k) times b (m, k) transposed: one thread, where numpy's would take all cores from other workers."""
    cv2.setNumThreads(1)
    return np.asarray(cv2.gemm(a, b, 1.0, _NONE, 0.0, flags=cv2.GEMM_2_T), np.float32).reshape(len(a), len(b))


def mirrored(packed: Bytes) -> Bytes:
    """Return the descriptors of the mirror image."""
    turned: Bytes = packed ^ _TURN
    return turned


_NONE: Final = np.zeros((0, 0), np.float32)
_TURN: Final[Bytes] = ((_ODD[0::2] * 0xF0) | (_ODD[1::2] * 0x0F)).astype(np.uint8)
"""Level q becomes 15 - q where the sign turns."""
