"""Samples to loudness in decibels over time and semitones. It keeps nothing and compares nothing."""

from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 16_000
HOP: Final = 1024
"""Samples from one row to the next: 64 ms."""
WINDOW: Final = 2048
BANDS: Final = 64
PER_OCTAVE: Final = 12
LOWEST: Final = 180.0
"""Hertz: 64 semitones from here end at 7.2 kHz."""
_AT_ONCE: Final = 1024

Rows = NDArray[np.float32]


def loudness(samples: NDArray[np.float32]) -> Rows:
    """Return (rows, BANDS) decibels, row n about second n * HOP / RATE; `samples` mono float32 at RATE."""
    count = (len(samples) + HOP - 1) // HOP
    padded = np.zeros((count - 1) * HOP + WINDOW if count else 0, np.float32)
    before = (WINDOW - HOP) // 2
    padded[before:before + len(samples)] = samples[:len(padded) - before]
    window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP] if count else np.zeros((0, WINDOW), np.float32)
    filters, rows = _filters(), np.empty((count, BANDS), np.float32)
    for start in range(0, count, _AT_ONCE):
        spectra = np.fft.rfft(frames[start:start + _AT_ONCE] * window)
        power = spectra.real**2 + spectra.imag**2
        rows[start:start + _AT_ONCE] = power.astype(np.float32) @ filters
    decibels: Rows = 10 * np.log10(rows + 1e-7)
    return decibels


@cache
def _filters() -> NDArray[Any]:
    """Return (bins, BANDS) triangles one semitone wide on each side, wider where the bins are coarser than that."""
    bins = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
    centres = LOWEST * 2 ** (np.arange(BANDS) / PER_OCTAVE)
    widths = np.maximum(centres * (2 ** (1 / PER_OCTAVE) - 1), RATE / WINDOW)
    filters = np.clip(1 - np.abs(bins[:, None] - centres) / widths, 0, None)
    return np.asarray(filters / filters.sum(axis=0), np.float32)
