"""A segment: the postings of up to 32,768 pictures in the order of their words, as plain arrays."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.compiled import compiled
from clew.signals.indexes.rows import read_only
from clew.signals.indexes.words.plan import SEGMENT, STOP_FROM, STOP_SHARE
from clew.signals.indexes.words.points import Places, Points
from clew.signals.local.words import WORDS

Numbers = NDArray[np.int64]
NAMES: Final = ("ids", "offsets", "pictures", "signatures", "places")


@dataclass(frozen=True, slots=True)
class Segment:
    """`ids` (pictures,), `offsets` (words + 1,) into the postings: `pictures` (which of `ids`), `signatures`, `places`."""

    ids: NDArray[np.int64]
    offsets: NDArray[np.uint32]
    pictures: NDArray[np.uint16]
    signatures: NDArray[np.uint64]
    places: Places

    def __len__(self) -> int:
        return len(self.ids)

    def fits(self) -> bool:
        """Tell whether the arrays belong together."""
        count, kinds = len(self.pictures), ("<i8", "<u4", "<u2", "<u8", "<u4")
        return (
            all(getattr(self, name).dtype.str == kind for name, kind in zip(NAMES, kinds, strict=True))
            and self.ids.ndim == 1 and self.offsets.shape == (WORDS + 1,) and self.pictures.shape == (count,)
            and self.signatures.shape == self.places.shape == (count,) and len(self.ids) <= SEGMENT
            and self.offsets[0] == 0 and self.offsets[-1] == count and bool((self.offsets[1:] >= self.offsets[:-1]).all())
            and (count == 0 or int(self.pictures.max()) < len(self.ids))
        )


def sorted_in(pieces: list[tuple[int, Points]]) -> Segment:
    """Return the segment of at most 32,768 pictures."""
    counts = np.zeros(WORDS + 1, np.int64)
    for _, points in pieces:
        _count(points.words, counts)
    offsets = np.cumsum(counts)
    total = int(offsets[-1])
    pictures, signatures = np.empty(total, np.uint16), np.empty(total, np.uint64)
    places, nexts = np.empty(total, np.uint32), offsets[:-1].copy()
    for number, (_, points) in enumerate(pieces):
        _deal(number, points.words, points.signatures, points.places, nexts, pictures, signatures, places)
    ids = np.array([id_ for id_, _ in pieces], np.int64)
    parts = (ids, offsets.astype(np.uint32), pictures, signatures, places)
    return Segment(*(read_only(part) for part in parts))


def pieces_of(segment: Segment, dead: NDArray[np.uint8]) -> Iterator[tuple[int, Points]]:
    """Yield the pictures of a segment again, one by one, but those marked in `dead`."""
    ends, order, words = _by_picture(segment.offsets, segment.pictures, len(segment))
    for number, id_ in enumerate(segment.ids.tolist()):
        if not dead[number]:
            own = order[ends[number]:ends[number + 1]]
            yield id_, Points(words[own], segment.signatures[own], segment.places[own])


def piece_of(segment: Segment, number: int) -> tuple[int, Points]:
    """Return one picture of a segment."""
    own = np.flatnonzero(segment.pictures == number)
    words = np.searchsorted(segment.offsets, own, side="right") - 1
    return int(segment.ids[number]), Points(words.astype(np.uint32), segment.signatures[own], segment.places[own])


def counts_of(segment: Segment) -> Numbers:
    """Return (words,) how many postings each word has."""
    counts: Numbers = segment.offsets[1:].astype(np.int64) - segment.offsets[:-1]
    return counts


def weights_of(counts: Numbers, pictures: int) -> NDArray[np.uint8]:
    """Return (words,) how much a word tells: squared inverse document frequency, nothing when too many have it."""
    rare = np.log2(1 + pictures / (1 + counts)) ** 2
    weights: NDArray[np.uint8] = np.clip(np.rint(rare), 1, 255).astype(np.uint8)
    if pictures >= STOP_FROM:
        weights[counts > pictures // STOP_SHARE] = 0
    return weights


@compiled
def _count(words: Any, counts: Any) -> None:
    for word in words:
        counts[np.int64(word) + 1] += 1


@compiled
def _deal(
    number: int, words: Any, marks: Any, spots: Any, nexts: Any, pictures: Any, signatures: Any, places: Any
) -> None:
    for i in range(len(words)):
        word = np.int64(words[i])
        at = nexts[word]
        nexts[word] = at + 1
        pictures[at] = number
        signatures[at] = marks[i]
        places[at] = spots[i]


@compiled
def _by_picture(offsets: Any, pictures: Any, count: int) -> tuple[Any, Any, Any]:
    """Return where each picture's postings end, the postings by picture, and the word of each posting."""
    ends = np.zeros(count + 1, np.int64)
    for picture in pictures:
        ends[np.int64(picture) + 1] += 1
    for number in range(count):
        ends[number + 1] += ends[number]
    nexts = ends[:-1].copy()
    order, words = np.empty(len(pictures), np.int64), np.empty(len(pictures), np.uint32)
    for word in range(len(offsets) - 1):
        for at in range(np.int64(offsets[word]), np.int64(offsets[word + 1])):
            picture = np.int64(pictures[at])
            order[nexts[picture]] = at
            nexts[picture] += 1
            words[at] = word
    return ends, order, words
