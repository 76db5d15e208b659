"""Where each number stands: entries and moments in the order of the numbers. Made once, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.signals.contract import Signal
from clew.signals.indexes.compiled import compiled
from clew.signals.indexes.rows import read_only
from clew.signals.sounds.landmarks import HASHES, Moments, Numbers, hashes
from clew.signals.sounds.printed import from_bytes

Ids = NDArray[np.int64]
QUALITY = 50
"""A signal below says too little to be found."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """The numbers of one sound with their rows, and how many rows it has."""

    numbers: Numbers
    moments: Moments
    length: int


@dataclass(frozen=True, slots=True)
class Postings:
    """Entries by place: `ids` and `lengths` in rows; number n stands at `entries`, `moments`[starts[n]:starts[n + 1]].

    Within a number they are in the order of the entries' places and then of time.
    """

    ids: Ids
    lengths: NDArray[np.uint16]
    starts: NDArray[np.int64]
    entries: NDArray[np.uint32]
    moments: Moments

    def __len__(self) -> int:
        return len(self.ids)


def peaks_of(signal: Signal) -> Peaks:
    """Return what an index holds of a stored signal: nothing when the signal tells too little."""
    if signal.quality < QUALITY:
        return Peaks(np.zeros(0, np.uint32), np.zeros(0, np.uint16), 0)
    kept = from_bytes(signal.value)
    return Peaks(*hashes(kept.marks), len(kept.grid))


def made(ids: Sequence[int], sounds: Sequence[Peaks]) -> Postings:
    """Return the postings of sounds under their ids."""
    counts = [len(one.numbers) for one in sounds]
    numbers = np.concatenate([one.numbers for one in sounds]) if sounds else np.zeros(0, np.uint32)
    moments = np.concatenate([one.moments for one in sounds]) if sounds else np.zeros(0, np.uint16)
    entries = np.repeat(np.arange(len(sounds), dtype=np.uint32), counts)
    lengths = np.array([one.length for one in sounds], np.uint16)
    return _postings(np.array(ids, np.int64), lengths, numbers, entries, moments)


def merged(parts: Sequence[Postings], erased: Ids) -> Postings:
    """Return the postings of all parts as one, without the erased ids."""
    ids = np.concatenate([part.ids for part in parts])
    kept = ~np.isin(ids, erased)
    places = np.cumsum(kept) - 1
    firsts = np.cumsum([0, *(len(part) for part in parts)])
    entries = np.concatenate([part.entries.astype(np.int64) + first for part, first in zip(parts, firsts, strict=False)])
    numbers = np.concatenate([np.repeat(np.arange(HASHES, dtype=np.uint32), np.diff(part.starts)) for part in parts])
    moments = np.concatenate([part.moments for part in parts])
    there = kept[entries]
    lengths = np.concatenate([part.lengths for part in parts])
    return _postings(ids[kept], lengths[kept], numbers[there], places[entries[there]].astype(np.uint32), moments[there])


def _postings(ids: Ids, lengths: NDArray[np.uint16], numbers: Numbers, entries: NDArray[np.uint32], moments: Moments) -> Postings:
    starts = np.zeros(HASHES + 1, np.int64)
    np.cumsum(np.bincount(numbers, minlength=HASHES), out=starts[1:])
    placed, times = _placed(numbers, entries, moments, starts)
    return Postings(*(read_only(array) for array in (ids, lengths, starts, placed, times)))


@compiled
def _placed(numbers: Any, entries: Any, moments: Any, starts: Any) -> tuple[NDArray[np.uint32], Moments]:
    """Put each posting behind the earlier ones of its number: one pass, and their order stays."""
    free = starts[:-1].copy()
    placed, times = np.empty(len(numbers), np.uint32), np.empty(len(numbers), np.uint16)
    for posting in range(len(numbers)):
        place = free[numbers[posting]]
        free[numbers[posting]] += 1
        placed[place] = entries[posting]
        times[place] = moments[posting]
    return placed, times
