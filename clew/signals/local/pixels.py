"""A small grey picture of 320 pixels, kept so that two aligned pictures can be compared point by point.

These bytes ARE a picture: a store seals them like a thumbnail. The code is our own, of 8 x 8 blocks, so that no picture
decoder ever runs outside the sandbox.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from clew.kernel.errors import BadInput
from clew.signals import borders
from clew.signals.local.compact import product
from clew.signals.local.features import Bytes, Floats

MARK: Final = b"G"
SIDE: Final = 320
_FORMAT: Final = 1
_HEAD: Final = struct.Struct("<cBHH4B")
_BLOCK: Final = 8


def _cosine() -> Floats:
    k = np.arange(_BLOCK)
    rows = np.cos(np.pi * (k + 0.5) * k[:, None] / _BLOCK) * (2 / _BLOCK) ** 0.5
    rows[0] *= 0.5**0.5
    made: Floats = rows.astype(np.float32)
    return made


_COSINE: Final = _cosine()
_FINENESS: Final = (8 + 5 * np.add.outer(np.arange(_BLOCK), np.arange(_BLOCK))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Small:
    """A grey picture (height, width) and the part of it inside a screen's frame or captions.

    `inner`: left, top, right, bottom in 255ths; (0, 0, 255, 255) where there is no frame.
    """

    grey: Bytes
    inner: tuple[int, int, int, int] = (0, 0, 255, 255)

    @property
    def framed(self) -> bool:
        """Tell whether something surrounds the picture."""
        return self.inner != (0, 0, 255, 255)


def small(rgb: Bytes) -> Small:
    """Return (height, width, 3) pixels in grey, at most `SIDE` on the long side."""
    height, width = rgb.shape[:2]
    share = min(1.0, SIDE / max(height, width))
    wanted = (max(1, round(width * share)), max(1, round(height * share)))
    cv2.setNumThreads(1)
    reduced = cv2.resize(np.ascontiguousarray(rgb), wanted, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return Small(cv2.cvtColor(reduced, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False), _inner(reduced))


def _inner(rgb: Bytes) -> tuple[int, int, int, int]:
    height, width = rgb.shape[:2]
    box = borders.box_inside(borders.frame(rgb), height, width, borders.FRAMED)
    if box is None:
        return 0, 0, 255, 255
    left, top, wide, high = box
    return round(255 * left), round(255 * top), round(255 * (left + wide)), round(255 * (top + high))


def pack(picture: Small) -> bytes:
    """Return a small picture as bytes, a little coarser than it was."""
    grey = picture.grey
    height, width = grey.shape
    padded = np.pad(grey, ((0, -height % _BLOCK), (0, -width % _BLOCK)), mode="edge").astype(np.float32) - 128
    blocks = padded.reshape(padded.shape[0] // _BLOCK, _BLOCK, -1, _BLOCK).transpose(0, 2, 1, 3)
    waves = _both_ways(blocks, _COSINE)
    levels = np.clip(np.rint(waves / _FINENESS), -128, 127).astype(np.int8)
    planes = np.ascontiguousarray(levels.transpose(2, 3, 0, 1))
    return _HEAD.pack(MARK, _FORMAT, height, width, *picture.inner) + zlib.compress(planes.tobytes(), 6)


def unpack(value: bytes) -> Small:
    """Return the small picture of `pack`. Raises BadInput for other bytes."""
    if len(value) < _HEAD.size or not is_pixels(value):
        raise BadInput("This is no small grey picture: describe the picture again.")
    _, form, height, width, *inner = _HEAD.unpack_from(value)
    down, across = -(-height // _BLOCK), -(-width // _BLOCK)
    size = down * across * _BLOCK * _BLOCK
    if form != _FORMAT or not 0 < height <= SIDE or not 0 < width <= SIDE:
        raise BadInput("This small grey picture is of another version: describe the picture again.")
    try:
        raw = zlib.decompressobj().decompress(value[_HEAD.size :], size)
    except zlib.error:
        raw = b""
    if len(raw) != size:
        raise BadInput("This small grey picture is damaged: describe the picture again.")
    levels = np.frombuffer(raw, np.int8).reshape(_BLOCK, _BLOCK, down, across).transpose(2, 3, 0, 1)
    blocks = _both_ways(levels.astype(np.float32) * _FINENESS, _COSINE.T) + 128
    whole = blocks.transpose(0, 2, 1, 3).reshape(down * _BLOCK, across * _BLOCK)
    grey: Bytes = np.clip(np.rint(whole[:height, :width]), 0, 255).astype(np.uint8)
    return Small(grey, (inner[0], inner[1], inner[2], inner[3]))


def _both_ways(blocks: Floats, rows: Floats) -> Floats:
    """Return rows @ block @ rows.T for every block (down, across, 8, 8), in two large products."""
    once = _product(blocks, rows).swapaxes(2, 3)
    return _product(once, rows).swapaxes(2, 3)


def _product(blocks: Floats, rows: Floats) -> Floats:
    flat = np.ascontiguousarray(blocks).reshape(-1, _BLOCK)
    return product(flat, np.ascontiguousarray(rows)).reshape(blocks.shape)


def is_pixels(value: bytes) -> bool:
    """Tell a signal of pixels, which must be sealed, from one of features."""
    return value[:1] == MARK
