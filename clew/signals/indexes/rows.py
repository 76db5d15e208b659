"""Hashes as rows: 256 bits as four 64-bit words, and the fixed reordering of their bits that the index stores."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import BadInput
from clew.signals.indexes.compiled import compiled
from clew.signals.indexes.plan import BITS, bit_order

Words = NDArray[np.uint64]


def as_words(hashes: bytes | NDArray[Any]) -> Words:
    """Return hashes as (n, 4) uint64, little-endian words of their 32 bytes; a single hash becomes n = 1.

    Accepts 32 bytes, (32,) or (n, 32) uint8, (4,) or (n, 4) uint64; anything else raises BadInput.
    """
    given = np.frombuffer(hashes, np.uint8) if isinstance(hashes, bytes) else np.asarray(hashes)
    given = given.reshape(1, -1) if given.ndim == 1 else given
    if given.ndim != 2 or (given.dtype, given.shape[1]) not in ((np.uint8, 32), (np.uint64, 4)):
        raise BadInput("A hash is 256 bits: give (n, 32) bytes or (n, 4) unsigned 64-bit words.")
    return np.ascontiguousarray(given).view("<u8").astype(np.uint64, copy=False)


def as_rows(words: Words) -> Words:
    """Return (n, 4) words with their bits in the order of the index; distances stay the same."""
    return _moved(words, _table(forward=True))


def as_hashes(rows: Words) -> Words:
    """Return rows of the index as the (n, 4) words they were made from."""
    return _moved(rows, _table(forward=False))


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view nobody can write through, as a mapped snapshot is, so that one compiled loop serves both."""
    view = array.view()
    view.flags.writeable = False
    return view


@cache
def _table(*, forward: bool) -> Words:
    """Return (32, 256, 4): the bits that each value of each byte sets. A row counts its bits from the top of word 0."""
    table = np.zeros((32, 256, 4), np.uint64)
    values = np.arange(256)
    for place, bit in enumerate(bit_order()):
        in_row = (place >> 6) * 64 + 63 - (place & 63)
        source, target = (bit, in_row) if forward else (in_row, bit)
        has = (values >> (source & 7)) & 1 == 1
        table[source >> 3, has, target >> 6] |= np.uint64(1) << np.uint64(target & 63)
    assert BITS == 32 * 8  # noqa: S101 - the table's shape
    return table


@compiled
def _moved(words: Words, table: Words) -> Words:
    moved = np.empty((len(words), 4), np.uint64)
    low = np.uint64(255)
    for i in range(len(words)):
        a = b = c = d = np.uint64(0)
        for byte in range(32):
            value = (words[i, byte >> 3] >> np.uint64((byte & 7) * 8)) & low
            bits = table[byte, np.int64(value)]
            a |= bits[0]
            b |= bits[1]
            c |= bits[2]
            d |= bits[3]
        moved[i, 0], moved[i, 1], moved[i, 2], moved[i, 3] = a, b, c, d
    return moved
