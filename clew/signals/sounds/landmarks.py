"""Peaks of a sound and pairs of them as numbers that an index can look up: the step in pitch, the time between, the height.

A pair keeps its step in pitch when the sound is played higher or faster; what may change by one is asked for twice.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.compiled import compiled
from clew.signals.sounds.spectrum import BANDS, Rows

FINE: Final = 4
"""Steps a semitone in which a peak's pitch is kept."""
PER_SECOND: Final = 12
HASHES: Final = 1 << 16
ASKED: Final = 12
"""Numbers that are asked for in place of one."""
_PEAK: Final = 5.0
"""Decibels by which a peak stands out."""
_ROWS: Final = 2
_BANDS: Final = 2
_BLOCK: Final = 16
PARTNERS: Final = 4
SOONEST: Final = 2
LATEST: Final = 33
STEP: Final = 62
"""Quarter semitones between the two peaks of a pair, at most."""

Numbers = NDArray[np.uint32]
Moments = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Marks:
    """Peaks in the order of time: rows, and pitches in quarter semitones above the lowest band."""

    rows: Moments
    pitches: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.rows)


def marks(out: Rows) -> Marks:
    """Return the peaks of what stands out, (rows, BANDS) decibels: at most PER_SECOND in each 16 rows."""
    if not len(out):
        return Marks(np.zeros(0, np.uint16), np.zeros(0, np.uint8))
    rows, bands = np.nonzero((out >= _PEAK) & (out >= _neighbours(out)))
    inside = (bands > 0) & (bands < BANDS - 1)
    rows, bands = rows[inside], bands[inside]
    order = np.lexsort((-out[rows, bands], rows // _BLOCK))
    rows, bands = rows[order], bands[order]
    block = rows // _BLOCK
    rank = np.arange(len(rows)) - np.searchsorted(block, block)
    rows, bands = rows[rank < PER_SECOND], bands[rank < PER_SECOND]
    pitches = np.round(FINE * (bands + _between(out, rows, bands))).astype(np.uint8)
    order = np.lexsort((pitches, rows))
    return Marks(rows[order].astype(np.uint16), pitches[order])


def _neighbours(out: Rows) -> Rows:
    padded = np.pad(out, ((_ROWS, _ROWS), (_BANDS, _BANDS)), constant_values=-np.inf)
    across = np.lib.stride_tricks.sliding_window_view(padded, 2 * _BANDS + 1, axis=1).max(axis=2)
    highest: Rows = np.lib.stride_tricks.sliding_window_view(across, 2 * _ROWS + 1, axis=0).max(axis=2)
    return highest


def _between(out: Rows, rows: NDArray[Any], bands: NDArray[Any]) -> NDArray[Any]:
    """Return where the top of a parabola through a peak and its two neighbours lies, -0.5..0.5 bands from the peak."""
    low, top, high = (out[rows, bands + step] for step in (-1, 0, 1))
    bend = 2 * top - low - high
    return np.asarray(np.clip((high - low) / (2 * np.maximum(bend, 1e-6)), -0.5, 0.5))


def hashes(given: Marks) -> tuple[Numbers, Moments]:
    """Return the pairs of peaks as numbers below HASHES, each with the row of its first peak."""
    numbers, rows = _pairs(given.rows.astype(np.int64), given.pitches.astype(np.int64), 1)
    return numbers, rows


def asked(given: Marks) -> tuple[Numbers, Moments]:
    """Return the numbers to look up for a sound: those of its pairs, and what 5 % of pitch or speed may make of them."""
    return _pairs(given.rows.astype(np.int64), given.pitches.astype(np.int64), ASKED)


@compiled
def _pairs(rows: Any, pitches: Any, ways: int) -> tuple[Numbers, Moments]:
    """Return each peak's pairs with the next ones: step (6 bits), time between (5 bits), height (5 bits)."""
    numbers, moments = np.empty(len(rows) * PARTNERS * ways, np.uint32), np.empty(len(rows) * PARTNERS * ways, np.uint16)
    count = 0
    for first in range(len(rows)):
        partners = 0
        for second in range(first + 1, len(rows)):
            between, step = rows[second] - rows[first], pitches[second] - pitches[first]
            if partners == PARTNERS or between > LATEST:
                break
            if between < SOONEST or abs(step) > STEP:
                continue
            partners += 1
            for way in range(ways):
                time = between - SOONEST + (way >> 2) - 3 * (way >> 3)  # as it is, a row later, a row sooner
                wide = step + 64 + (way & 1) * (2 * (step & 1) - 1)
                high = pitches[first] + ((way >> 1) & 1) * (4 if (pitches[first] & 7) >= 4 else -4)
                if 0 <= time < 32 and 0 <= wide < 128 and 0 <= high < 256:
                    numbers[count] = (wide >> 1) << 10 | time << 5 | high >> 3
                    moments[count] = rows[first]
                    count += 1
    return numbers[:count], moments[:count]
