"""What came after the snapshot: newer pictures in small segments that are merged as they grow, and erased ids."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.words.plan import SEGMENT
from clew.signals.indexes.words.points import Points
from clew.signals.indexes.words.segments import Segment, pieces_of, sorted_in

Dead = NDArray[np.uint8]
MERGE = 2


@dataclass(frozen=True)
class TailState:
    """The tail at one moment: newer segments, the erased ids in order, and which pictures of each segment are erased."""

    newer: tuple[Segment, ...]
    erased: NDArray[np.int64]
    dead: tuple[Dead, ...]  # of the snapshot's segments
    newer_dead: tuple[Dead, ...]

    @property
    def count(self) -> int:
        """Return the number of newer pictures."""
        return sum(len(segment) for segment in self.newer)


class Tail:
    """Entries and erasures since a snapshot. Giving one twice changes nothing, so a reader may overlap its readings."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = tuple(segments)
        self._known = np.sort(np.concatenate([np.empty(0, np.int64), *(segment.ids for segment in segments)]))
        self._seen: set[int] = set()
        self._lock = Lock()
        none = np.empty(0, np.int64)
        self.state = TailState((), none, tuple(_dead(segment, none) for segment in segments), ())

    def append(self, pieces: Iterable[tuple[int, Points]]) -> int:
        """Add newer pictures, found from now on; return how many neither the snapshot nor the tail had."""
        with self._lock:
            fresh: list[tuple[int, Points]] = []
            for id_, points in pieces:
                if id_ not in self._seen and not self._has(id_):
                    self._seen.add(id_)
                    fresh.append((id_, points))
            segments = list(self.state.newer)
            for start in range(0, len(fresh), SEGMENT):
                segments.append(sorted_in(fresh[start:start + SEGMENT]))
                _merge(segments)
            dead = tuple(_dead(segment, self.state.erased) for segment in segments)
            self.state = replace(self.state, newer=tuple(segments), newer_dead=dead)
        return len(fresh)

    def erase(self, ids: Iterable[int]) -> None:
        """Let nothing with these ids be found any more, at once, wherever it is and whenever it comes."""
        with self._lock:
            erased = np.union1d(self.state.erased, np.array(list(ids), np.int64))
            self.state = TailState(
                self.state.newer,
                erased,
                tuple(_dead(segment, erased) for segment in self._segments),
                tuple(_dead(segment, erased) for segment in self.state.newer),
            )

    def _has(self, id_: int) -> bool:
        at = int(np.searchsorted(self._known, id_))
        return at < len(self._known) and int(self._known[at]) == id_


def _merge(segments: list[Segment]) -> None:
    """Keep each segment at least twice as large as the next, so that there are few and each posting moves seldom."""
    while (
        len(segments) > 1 and len(segments[-2]) < MERGE * len(segments[-1])
        and len(segments[-2]) + len(segments[-1]) <= SEGMENT
    ):
        pieces = [piece for segment in segments[-2:] for piece in pieces_of(segment, np.zeros(len(segment), np.uint8))]
        segments[-2:] = [sorted_in(pieces)]


def _dead(segment: Segment, erased: NDArray[np.int64]) -> Dead:
    return np.isin(segment.ids, erased).astype(np.uint8)
