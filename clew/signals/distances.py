"""Hamming distances by brute force: the truth that every index must reproduce."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clew.signals.contract import Signal
from clew.signals.indexes.compiled import compiled, popcount
from clew.signals.orientations import NAMES, UNDOES, turned

Distances = NDArray[np.int16]
Words = NDArray[np.uint64]


def between(a: Sequence[Signal], b: Sequence[Signal], orientation: int = 0) -> Distances:
    """Return (len(a), len(b)) distances with `a` turned into `orientation`.

    Turning `a` and turning `b` back give nearly the same number; the larger counts, so that the order of the two
    does not matter and a look-up from either side finds whatever is near here.
    """
    first, second = stacked(a), stacked(b)
    forth = _between(first[:, orientation], second[:, 0])
    if orientation == 0:
        return forth
    return np.maximum(forth, _between(first[:, 0], second[:, UNDOES[orientation]]))


def stacked(signals: Sequence[Signal]) -> Words:
    """Return (n, 8, 4) words: each signal's hash in every orientation."""
    if not signals:
        return np.empty((0, len(NAMES), 4), np.uint64)
    return np.stack([turned(signal.value) for signal in signals]).view(np.uint64)


def _between(a: Words, b: Words) -> Distances:
    table: Distances = _popcounts(np.ascontiguousarray(a), np.ascontiguousarray(b))
    return table


@compiled
def _popcounts(a: Words, b: Words) -> Distances:  # pragma: no cover - compiled
    table = np.empty((len(a), len(b)), np.int16)
    for i in range(len(a)):
        for j in range(len(b)):
            count = 0
            for k in range(4):
                count += popcount(a[i, k] ^ b[j, k])
            table[i, j] = count
    return table
