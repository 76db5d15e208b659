"""Vectors as the bytes of a signal: four bytes that name the weights, then 16-bit floats. It compares and stores nothing."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.contract import Signal

TAG: Final = 4
Vectors = NDArray[np.float32]


def packed(tag: bytes, vector: Vectors) -> bytes:
    """Return the value of a signal that holds a unit vector made by the weights of this tag."""
    return tag + vector.astype("<f2").tobytes()


def tag_of(value: bytes) -> bytes:
    """Return which weights a value was made by."""
    return value[:TAG]


def unpacked(values: Sequence[bytes]) -> Vectors:
    """Return (n, size) float32 of n values of one tag."""
    halves = np.frombuffer(b"".join(value[TAG:] for value in values), "<f2").reshape(len(values), -1)
    return halves.astype(np.float32)


def cosines(a: Sequence[Signal], b: Sequence[Signal]) -> Vectors:
    """Return (len(a), len(b)) inner products; -1 where two vectors were made by different weights."""
    table = np.full((len(a), len(b)), -1.0, np.float32)
    for tag in {tag_of(signal.value) for signal in a}:
        mine = [place for place, signal in enumerate(a) if tag_of(signal.value) == tag]
        theirs = [place for place, signal in enumerate(b) if tag_of(signal.value) == tag]
        if theirs:
            products = unpacked([a[i].value for i in mine]) @ unpacked([b[j].value for j in theirs]).T
            table[np.ix_(mine, theirs)] = np.clip(products, -1.0, 1.0)
    return table
