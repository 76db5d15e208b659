"""The points of a picture as bytes: 71 a point, places as shares of the picture, descriptors in 8 bits a number, and colours.

Learned descriptors let a picture be drawn again roughly, so a store seals these bytes as it does thumbnails.
"""

import struct
from typing import Final

import numpy as np

from clew.kernel.errors import Damaged
from clew.signals.embedding import TAG
from clew.signals.places.points import Points

MARK: Final = b"PTS1"
_HEAD: Final = struct.Struct(f"<4s{TAG}sHHHH")
_PLACE, _COLOUR = 4, 3
_SHARES: Final = 65_535
_MOST: Final = 127


def is_points(value: bytes) -> bool:
    """Tell points from a compact code."""
    return value.startswith(MARK)


def pack(tag: bytes, points: Points) -> bytes:
    """Return points as bytes, with the tag of the weights that made them."""
    count, numbers = points.descriptors.shape
    head = _HEAD.pack(MARK, tag, *points.size, count, numbers)
    height, width = points.size
    shares = np.clip(np.rint(points.xy / (width, height) * _SHARES), 0, _SHARES).astype("<u2")
    numbered = np.clip(np.rint(points.descriptors * _MOST), -_MOST, _MOST).astype(np.int8)
    return head + shares.tobytes() + numbered.tobytes() + points.colours.tobytes()


def tag_of(value: bytes) -> bytes:
    """Return which weights made these points."""
    return value[len(MARK):len(MARK) + TAG]


def unpack(value: bytes) -> Points:
    """Return the points; raise Damaged when the bytes are not as long as they say."""
    if len(value) < _HEAD.size:
        raise Damaged("The points of a picture are cut off. Have it looked at in depth again.")
    _, _, height, width, count, numbers = _HEAD.unpack_from(value)
    if len(value) != _HEAD.size + count * (_PLACE + numbers + _COLOUR):
        raise Damaged("The points of a picture are not as long as they say. Have it looked at in depth again.")
    shares = np.frombuffer(value, "<u2", 2 * count, _HEAD.size).reshape(count, 2)
    held = np.frombuffer(value, np.int8, count * numbers, _HEAD.size + _PLACE * count).reshape(count, numbers).astype(np.float32)
    held /= np.maximum(np.linalg.norm(held, axis=1, keepdims=True), 1e-6)
    xy = shares.astype(np.float32) / np.float32(_SHARES) * np.array([width, height], np.float32)
    colours = np.frombuffer(value, np.uint8, count * _COLOUR, _HEAD.size + count * (_PLACE + numbers)).reshape(count, _COLOUR)
    return Points((height, width), xy, held, colours)
