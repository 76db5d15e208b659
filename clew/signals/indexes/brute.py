"""The truth every Hamming index must reproduce: compare with every entry, in plain numpy, sharing no code with it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_SET_BITS = np.array([bin(value).count("1") for value in range(256)], np.uint8)


def brute_force(
    hashes: NDArray[np.uint8], ids: NDArray[Any], query: NDArray[np.uint8], radius: int
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return (ids, distances) of all entries within `radius` bits of `query` (32,), nearest first, then by id.

    `hashes` is (n, 32) uint8. An entry (hash, id) that is given twice counts once.
    """
    distances = _SET_BITS[hashes ^ query].sum(axis=1, dtype=np.int64)
    near = np.flatnonzero(distances <= radius)
    entries = {(int(distances[i]), int(ids[i]), hashes[i].tobytes()) for i in near}
    ordered = sorted(entries)
    found = np.array([entry[1] for entry in ordered], ids.dtype)
    return found, np.array([entry[0] for entry in ordered], np.int64)
