"""The bytes of one picture's local features as they are stored: 8 and 50 a point. Nothing in them can be looked at."""

import struct
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import BadInput
from clew.signals.local.compact import BYTES, compacted, mirrored
from clew.signals.local.features import Bytes, Features, Floats

MARK: Final = b"F"
_FORMAT: Final = 1
_HEAD: Final = struct.Struct("<cBHHH")
_POINT: Final = 4 + 1 + 1 + 4 + 8 + BYTES
_PLACES: Final = 16
"""Steps of a pixel in which places are kept."""
_SCALES: Final = 24
_LONGEST: Final = 4000


@dataclass(frozen=True, slots=True)
class Stored:
    """Features as they are kept: `size` (h, w), `xy` (n, 2), `scale` and `angle` (n,), `words`, `signatures` (n,) and
    compact `descriptors` (n, 32), see `compact`.
    """

    size: tuple[int, int]
    xy: Floats
    scale: Floats
    angle: Floats
    words: NDArray[np.uint32]
    signatures: NDArray[np.uint64]
    descriptors: Bytes

    def __len__(self) -> int:
        return len(self.xy)


def pack(features: Features, words: NDArray[np.uint32], signatures: NDArray[np.uint64]) -> bytes:
    """Return the stored form of features with the word and signature of each."""
    count = len(features)
    if max(features.size) > _LONGEST or not count == len(words) == len(signatures) < 1 << 16:
        raise BadInput("These features cannot be stored: describe the picture again.")
    turn = np.rint(features.angle * (256 / (2 * np.pi))).astype(np.int64) % 256
    parts = (
        np.clip(np.rint(features.xy * _PLACES), 0, 65535).astype("<u2"),
        np.clip(np.rint(np.log2(np.maximum(features.scale, 1.0)) * _SCALES), 0, 255).astype(np.uint8),
        turn.astype(np.uint8),
        words.astype("<u4"),
        signatures.astype("<u8"),
        compacted(features.descriptors),
    )
    return _HEAD.pack(MARK, _FORMAT, *features.size, count) + b"".join(part.tobytes() for part in parts)


def unpack(value: bytes) -> Stored:
    """Return what `pack` was given, as far as it is kept. Raises BadInput for other bytes."""
    if len(value) < _HEAD.size or not is_features(value):
        raise BadInput("These are no local features: describe the picture again.")
    _, form, height, width, count = _HEAD.unpack_from(value)
    if form != _FORMAT or len(value) != _HEAD.size + count * _POINT or not 0 < height <= _LONGEST or not 0 < width <= _LONGEST:
        raise BadInput("These local features are damaged or of another version: describe the picture again.")
    ends = np.cumsum([_HEAD.size, *(count * n for n in (4, 1, 1, 4, 8, BYTES))])
    xy, scale, angle, words, signatures, descriptors = (value[a:b] for a, b in pairwise(ends))
    return Stored(
        size=(height, width),
        xy=(np.frombuffer(xy, "<u2").reshape(-1, 2) / np.float32(_PLACES)).astype(np.float32),
        scale=np.exp2(np.frombuffer(scale, np.uint8) / np.float32(_SCALES)).astype(np.float32),
        angle=(np.frombuffer(angle, np.uint8) * np.float32(2 * np.pi / 256)).astype(np.float32),
        words=np.frombuffer(words, "<u4").astype(np.uint32),
        signatures=np.frombuffer(signatures, "<u8").astype(np.uint64),
        descriptors=np.frombuffer(descriptors, np.uint8).reshape(-1, BYTES),
    )


def is_features(value: bytes) -> bool:
    """Tell a signal of features from one of pixels."""
    return value[:1] == MARK


def region(stored: Stored, box: tuple[float, float, float, float]) -> Stored:
    """Return the points inside a box (x, y, w, h in 0..1), in pixels of that part alone."""
    height, width = stored.size
    left, top = box[0] * width, box[1] * height
    wide, high = max(1, round(box[2] * width)), max(1, round(box[3] * height))
    moved = replace(stored, size=(high, wide), xy=stored.xy - np.array([left, top], np.float32))
    within = (moved.xy >= 0) & (moved.xy < (wide, high))
    return taken(moved, np.asarray(within.all(axis=1)))


def taken(stored: Stored, which: NDArray[np.bool_]) -> Stored:
    """Return only the points for which `which` (n,) is true."""
    return Stored(
        stored.size,
        stored.xy[which],
        stored.scale[which],
        stored.angle[which],
        stored.words[which],
        stored.signatures[which],
        stored.descriptors[which],
    )


def mirror_image(stored: Stored) -> Stored:
    """Return the points as those of the mirror image. Words and signatures stay those of the picture itself."""
    xy = stored.xy.copy()
    xy[:, 0] = (stored.size[1] - 1) - xy[:, 0]
    angle = np.mod(np.pi - stored.angle, 2 * np.pi).astype(np.float32)
    return replace(stored, xy=xy, angle=angle, descriptors=mirrored(stored.descriptors))
