"""Each index of sounds proves itself before it serves: known sounds and pieces of them, looked up and counted by hand."""

from typing import Final

import numpy as np

from clew.kernel.errors import Unavailable
from clew.signals.indexes.prints.postings import Peaks, Postings
from clew.signals.indexes.prints.votes import BIN, LEAST, votes
from clew.signals.sounds.landmarks import HASHES

SAMPLE: Final = 12
_PIECE: Final = 60
_FAILED: Final = (
    "The new index of sounds failed its own test and is not served: it answered a known sound unlike a count by hand. "
    "The former index stays; check memory and disk, then build again.")


def prove(served: Postings, given: Postings) -> None:
    """Ask for whole sounds and for pieces of them, as given, in what was written; raise Unavailable on any difference."""
    if not len(given.entries):
        return
    chance = np.random.default_rng()  # another sample at each build
    numbers = np.repeat(np.arange(HASHES, dtype=np.uint32), np.diff(given.starts))
    for entry in np.unique(given.entries[chance.integers(0, len(given.entries), SAMPLE)]):
        there = np.nonzero(given.entries == entry)[0]
        whole = Peaks(numbers[there], given.moments[there], int(given.lengths[entry]))
        start = int(chance.integers(0, max(1, whole.length - _PIECE)))
        inside = (whole.moments >= start) & (whole.moments < start + _PIECE)
        piece = Peaks(whole.numbers[inside], (whole.moments[inside] - start).astype(np.uint16), _PIECE)
        for asked in (whole, piece):
            answered = votes(served, asked)
            if not np.isclose(answered[entry], by_hand(whole, asked), rtol=1e-5):
                raise Unavailable(_FAILED)


def by_hand(entry: Peaks, asked: Peaks) -> float:
    """Return the strength of one entry by comparing every number asked for with every number of it."""
    counts = np.zeros((entry.length + asked.length) // BIN + 2, np.int64)
    for number, moment in zip(entry.numbers.tolist(), entry.moments.tolist(), strict=True):
        times = asked.moments[asked.numbers == number].astype(np.int64)
        np.add.at(counts, (moment - times + asked.length) // BIN, 1)
    best = int((counts[:-1] + counts[1:]).max())
    usual = 2.0 * (int(counts.sum()) - int(counts[-1])) / len(counts)
    return (best - usual) / float(np.sqrt(usual + 1.0)) if best >= LEAST else 0.0
