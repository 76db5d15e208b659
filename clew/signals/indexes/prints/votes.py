"""Votes of a sound's numbers for what it has in common with each entry, and when: the entry with most votes for one moment."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.contract import Signal
from clew.signals.indexes.compiled import compiled
from clew.signals.indexes.prints.postings import QUALITY, Peaks, Postings
from clew.signals.sounds.landmarks import ASKED, Marks, asked
from clew.signals.sounds.printed import from_bytes

BIN: Final = 8
"""Rows within which votes for a moment count together, with those of the next bin."""
LEAST: Final = 4
"""Votes for one moment below which an entry is not proposed."""
MOST_ASKED: Final = 10_000 * ASKED
"""Numbers asked for one sound: of longer sounds, peaks are left out evenly."""
_AT_ONCE: Final = 1 << 20


def question(signal: Signal) -> Peaks:
    """Return the numbers to ask for media of this signal; none when it tells too little."""
    if signal.quality < QUALITY:
        return Peaks(np.zeros(0, np.uint32), np.zeros(0, np.uint16), 0)
    kept = from_bytes(signal.value)
    return asked_of(kept.marks, len(kept.grid))


def asked_of(marks: Marks, length: int) -> Peaks:
    """Return the numbers to ask for such peaks."""
    numbers, moments = asked(marks)
    if len(numbers) > MOST_ASKED:
        chosen = np.linspace(0, len(numbers) - 1, MOST_ASKED).astype(np.int64)
        numbers, moments = numbers[chosen], moments[chosen]
    order = np.argsort(numbers, kind="stable")  # neighbours in the postings are asked for one after the other
    return Peaks(numbers[order], moments[order], length)


def votes(postings: Postings, asked_for: Peaks) -> NDArray[np.float32]:
    """Return (entries,) how far the votes for each entry's best moment exceed what chance gives it; 0 for too few."""
    strength = np.zeros(len(postings), np.float32)
    if len(asked_for.numbers) and len(postings.entries):
        _vote(postings.lengths, postings.starts, postings.entries, postings.moments, asked_for.numbers, asked_for.moments,
              asked_for.length, strength)
    return strength


@compiled
def _vote(lengths: Any, starts: Any, entries: Any, moments: Any, numbers: Any, times: Any, length: int, strength: Any) -> None:
    """Vote for some entries after the other, so that the counters stay few however many entries there are."""
    reached = np.empty(len(numbers), np.int64)
    for ask in range(len(numbers)):
        reached[ask] = starts[numbers[ask]]
    first = 0
    while first < len(lengths):
        last, bins = first, 0
        while last < len(lengths) and (last == first or bins < _AT_ONCE):
            bins += (int(lengths[last]) + length) // BIN + 2
            last += 1
        begins = np.zeros(last - first + 1, np.int64)
        for entry in range(first, last):
            begins[entry - first + 1] = begins[entry - first] + (np.int64(lengths[entry]) + length) // BIN + 2
        counts = np.zeros(begins[-1], np.int32)
        for ask in range(len(numbers)):
            place, end, before = reached[ask], starts[numbers[ask] + 1], length - np.int64(times[ask])
            while place < end and entries[place] < last:
                counts[begins[entries[place] - first] + (np.int64(moments[place]) + before) // BIN] += 1
                place += 1
            reached[ask] = place
        for entry in range(first, last):
            strength[entry] = _strength(counts[begins[entry - first]:begins[entry - first + 1]])
        first = last


@compiled
def _strength(counts: Any) -> float:
    best, total = 0, 0
    for place in range(len(counts) - 1):
        best = max(best, counts[place] + counts[place + 1])
        total += counts[place]
    usual = 2.0 * total / len(counts)
    return (best - usual) / np.sqrt(usual + 1.0) if best >= LEAST else 0.0
