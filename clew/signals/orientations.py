"""The eight ways a picture can be turned and mirrored, and a hash value in all of them.

A PDQ value is 32 bytes (upright only, as other systems give it) or 8 x 32 bytes in the order of `NAMES`, of which
an index holds the first 32. It decides nothing: distances and verdicts are made elsewhere.
"""

from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import BadInput

Rows = NDArray[np.uint8]
NAMES: Final = (
    "upright",
    "mirrored",
    "flipped",
    "turned_180",
    "transposed",
    "turned_90",
    "turned_270",
    "transversed",
)
"""What was done to the picture: mirrored left to right, flipped top to bottom, turned clockwise, or both."""
UNDOES: Final = (0, 1, 2, 3, 4, 6, 5, 7)
"""UNDOES[n] is the orientation that brings NAMES[n] back upright."""
STEPS: Final = tuple(product((False, True), repeat=3))
"""(transposed, then flipped, then mirrored) for each of `NAMES`."""
BYTES: Final = 32
_SIDE: Final = 16


def upright(value: bytes) -> bytes:
    """Return the 32 bytes that an index holds and that other systems know."""
    return bytes(turned(value)[0])


def turned(value: bytes) -> Rows:
    """Return the (8, 32) hashes of one value; from an upright one the others are derived, which costs some bits."""
    if len(value) == BYTES * len(NAMES):
        return np.frombuffer(value, np.uint8).reshape(len(NAMES), BYTES)
    if len(value) != BYTES:
        raise BadInput("A PDQ value is 32 bytes, or 256 bytes for all eight orientations.")
    return _derived(value)


def _derived(value: bytes) -> Rows:
    """A mirrored picture has the odd frequencies negated: about every bit of theirs turns over."""
    bits = np.unpackbits(np.frombuffer(value, np.uint8))[::-1].reshape(_SIDE, _SIDE)
    odd = (np.arange(_SIDE) % 2 == 0).astype(np.uint8)
    rows = np.empty((len(NAMES), BYTES), np.uint8)
    for n, (transposed, flipped, mirrored) in enumerate(STEPS):
        square = bits.T if transposed else bits
        square = square ^ (odd[:, None] * flipped) ^ (odd[None, :] * mirrored)
        rows[n] = np.packbits(square.ravel()[::-1])
    return rows
