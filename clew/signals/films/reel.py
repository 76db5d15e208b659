"""A film as a strip of tiny grey pictures, several a second: what moves in it, seen through an edit that moved the picture.

These bytes ARE pictures, if coarse: a store seals them like a thumbnail. It compares nothing.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import BadInput
from clew.media.opened import Frame, Glance

MARK: Final = b"R"
SIDE: Final = 32
MOST: Final = 600
"""Moments of one film: of a longer one fewer a second."""
_FORMAT: Final = 1
_HEAD: Final = struct.Struct("<cBH")
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Reel:
    """`times` (n,) in seconds, ascending, and `grey` (n, SIDE, SIDE), whatever the shape of the film was."""

    times: NDArray[np.float64]
    grey: Bytes

    def __len__(self) -> int:
        return len(self.times)


def reel_of(frames: Sequence[Frame], glances: Sequence[Glance]) -> Reel | None:
    """Return the strip of a film; None where it has fewer than two moments."""
    every = sorted([(one.time, one.rgb) for one in frames] + [(one.time, one.grey) for one in glances], key=lambda one: one[0])
    if len(every) < 2:
        return None
    chosen = np.unique(np.linspace(0, len(every) - 1, MOST).round().astype(int)) if len(every) > MOST else range(len(every))
    cv2.setNumThreads(1)
    return Reel(np.array([every[n][0] for n in chosen]), np.stack([_tiny(every[n][1]) for n in chosen]))


def _tiny(pixels: Bytes) -> Bytes:
    small = cv2.resize(np.ascontiguousarray(pixels), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return (small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)).astype(np.uint8, copy=False)


def pack(reel: Reel) -> bytes:
    """Return a strip as bytes: 7 bits a point, as differences from the moment before."""
    steps = np.diff(np.rint(reel.times * 1000).astype(np.int64), prepend=0)
    if len(reel) > MOST or (steps < 0).any():
        raise BadInput("This film has more moments than are kept: describe it again.")
    levels = (reel.grey >> 1).astype(np.uint8)
    changes = np.diff(levels, axis=0, prepend=np.zeros((1, SIDE, SIDE), np.uint8)).astype(np.uint8)
    return _HEAD.pack(MARK, _FORMAT, len(reel)) + zlib.compress(steps.astype("<u4").tobytes() + changes.tobytes(), 6)


def unpack(value: bytes) -> Reel:
    """Return the strip of `pack`. Raises BadInput for other bytes."""
    if len(value) < _HEAD.size or not is_reel(value):
        raise BadInput("This is no strip of a film: describe the film again.")
    _, form, count = _HEAD.unpack_from(value)
    size = count * (4 + SIDE * SIDE)
    try:
        raw = zlib.decompressobj().decompress(value[_HEAD.size :], max(1, size))
    except zlib.error:
        raw = b""
    if form != _FORMAT or not 2 <= count <= MOST or len(raw) != size:
        raise BadInput("This strip of a film is damaged or of another version: describe the film again.")
    times = np.cumsum(np.frombuffer(raw[: 4 * count], "<u4").astype(np.int64)) / 1000
    levels = np.cumsum(np.frombuffer(raw[4 * count :], np.uint8).reshape(count, SIDE, SIDE), axis=0, dtype=np.uint8)
    return Reel(times, (levels << 1).astype(np.uint8))


def is_reel(value: bytes) -> bool:
    """Tell a signal of a film's strip, which must be sealed."""
    return value[:1] == MARK
