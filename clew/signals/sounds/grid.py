"""Loudness to three answers a cell: louder than around it, quieter, or nothing to say; 64 cells a row in two words.

Around it means before and after as well as above and below, so that hum, steady tones and plain bangs say nothing.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.sounds.spectrum import Rows

Words = NDArray[np.uint64]
_AROUND_ROWS: Final = 8
_AROUND_BANDS: Final = 8
_STRONG: Final = 2.0
"""Decibels by which a cell must stand out to say anything."""
_RANGE: Final = 45.0
"""Decibels below the loudest cell within two seconds at which all is silence."""
_SILENCE: Final = -48.0
"""Decibels: below this a 16-bit file holds little but its own noise."""
_NEAR: Final = 31


@dataclass(frozen=True, slots=True)
class Grid:
    """Two words a row: `loud` marks cells that stand out, `low` those that lie below; a cell in neither says nothing."""

    loud: Words
    low: Words

    def __len__(self) -> int:
        return len(self.loud)


def standing_out(rows: Rows) -> Rows:
    """Return by how many decibels each cell of (rows, BANDS) differs from those around it."""
    if not len(rows):
        return rows
    heard = np.maximum(rows, np.maximum(_highest(rows.max(axis=1)) - _RANGE, _SILENCE)[:, None])
    out = heard - _mean(heard, _AROUND_ROWS, 0)
    different: Rows = out - _mean(out, _AROUND_BANDS, 1)
    return different


def grid(out: Rows) -> Grid:
    """Return the cells of what stands out."""
    return Grid(_words(out > _STRONG), _words(out < -_STRONG))


def _highest(values: Rows) -> Rows:
    padded = np.pad(values, _NEAR, mode="edge")
    highest: Rows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEAR + 1).max(axis=1)
    return highest


def _mean(values: Rows, reach: int, axis: int) -> Rows:
    """Return the mean of `reach` cells on both sides along an axis."""
    moved = np.moveaxis(values, axis, 0)
    padded = np.pad(moved, ((reach + 1, reach), (0, 0)), mode="edge").astype(np.float64)
    padded[0] = 0
    sums = np.cumsum(padded, axis=0)
    return np.moveaxis((sums[2 * reach + 1:] - sums[:-2 * reach - 1]) / (2 * reach + 1), 0, axis).astype(np.float32)


def _words(cells: NDArray[np.bool_]) -> Words:
    packed = np.packbits(cells, axis=1, bitorder="little")
    return np.ascontiguousarray(packed).view("<u8").reshape(-1).astype(np.uint64)
