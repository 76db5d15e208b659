"""The index of words: pictures that hold a query's points, whole, mirrored or in part; compare() then decides.

An inverted file of quantised local features (Sivic and Zisserman 2003; Jegou, Douze and Schmid 2008). It may miss what
has too few points in common; what it proposes it proposes with the strength that brute force gives. Knows no database.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clew.signals.contract import Signal
from clew.signals.indexes import snapshot as snapshots
from clew.signals.indexes.contract import Entry, Proposal
from clew.signals.indexes.words.plan import SEGMENT
from clew.signals.indexes.words.points import Asked, Points, asked_of, points_of
from clew.signals.indexes.words.proof import Sampled
from clew.signals.indexes.words.scoring import proposed
from clew.signals.indexes.words.segments import pieces_of
from clew.signals.indexes.words.snapshot import Snapshot, Writer, distinct, read, read_current
from clew.signals.indexes.words.tail import Tail, TailState
from clew.signals.local.codec import Stored, is_features, unpack

Pieces = Iterator[tuple[int, Points]]


class WordsIndex:
    """One snapshot, mapped and shared between processes, with this process's tail. Safe to use from many threads."""

    def __init__(self, folder: Path, snapshot: Snapshot) -> None:
        self.folder, self.snapshot = folder, snapshot
        self.mark: dict[str, Any] = dict(snapshot.mark)
        self.tail = Tail(snapshot.segments)

    def __len__(self) -> int:
        return sum(len(segment) for segment in self.snapshot.segments) + self.newer

    @property
    def newer(self) -> int:
        """Return how many entries were added since the snapshot."""
        return self.tail.state.count

    def add(self, entries: Iterable[Entry]) -> None:
        """Add newer entries; one that is there already counts once, and a signal without points is left out."""
        self.tail.append(_pieces(entries))

    def erase(self, ids: Iterable[int]) -> None:
        """Propose these no more, from now on, whenever they come."""
        self.tail.erase(ids)

    def propose(self, signals: Sequence[Signal], most: int) -> list[Proposal]:
        """Return the entries whose pictures hold these points, as they are or mirrored, the strongest first."""
        return self.propose_stored([unpack(signal.value) for signal in signals if is_features(signal.value)], most)

    def propose_stored(self, asked: Sequence[Stored], most: int) -> list[Proposal]:
        """Do the same for unpacked features: a region is `codec.region` of them."""
        queries = [asked_of(stored, mirrored=mirrored) for stored in asked for mirrored in (False, True)]
        return [Proposal(id_, float(strength)) for id_, strength in self._found(queries, most)]

    def is_current(self) -> bool:
        """Tell whether no newer snapshot has been published; when one has, open it and fill its tail."""
        return snapshots.current_name(self.folder) == self.snapshot.name

    def rebuild(self, mark: Mapping[str, Any]) -> "WordsIndex":
        """Publish a snapshot of everything but the erased and return it opened, with what the tail gained meanwhile.

        Full segments that lost nothing are linked, not written again. Raises Conflict while another builds.
        """
        state = self.tail.state
        whole = [len(segment) == SEGMENT and not dead.any()
                 for segment, dead in zip(self.snapshot.segments, state.dead, strict=True)]
        fresh = _published(self.folder, self._loose(state, whole), mark, self.snapshot, whole)
        later = self.tail.state
        if later is not state:
            fresh.tail.erase(later.erased.tolist())
            fresh.tail.append(_all_pieces(later))
        return fresh

    def _loose(self, state: TailState, whole: Sequence[bool]) -> Pieces:
        for segment, dead, kept in zip(self.snapshot.segments, state.dead, whole, strict=True):
            if not kept:
                yield from pieces_of(segment, dead)
        yield from _all_pieces(state)

    def _found(self, queries: Sequence[Asked], most: int) -> list[tuple[int, int]]:
        state = self.tail.state
        parts = [*zip(self.snapshot.segments, state.dead, strict=True), *zip(state.newer, state.newer_dead, strict=True)]
        return proposed(queries, parts, self.snapshot.weights, most)

    def found(self, asked: Asked, most: int) -> list[tuple[int, int]]:
        """Return (id, strength) for points as they are indexed: what the proof asks."""
        return self._found([asked], most)


def build(folder: Path, entries: Iterable[Entry], mark: Mapping[str, Any]) -> WordsIndex:
    """Build, prove and publish a snapshot of the entries whose signals are local features.

    Before it becomes current, samples of its entries and planted parts of them are looked up in it; when one is not
    proposed as brute force says, Unavailable is raised and the former snapshot stays. Raises Conflict while another
    process builds.
    """
    return _published(folder, distinct(_pieces(entries)), mark)


def open_current(folder: Path) -> WordsIndex:
    """Open the current snapshot. Raises Unavailable when there is none or it is damaged."""
    return WordsIndex(folder, read_current(folder))


def _published(
    folder: Path, pieces: Pieces, mark: Mapping[str, Any], former: Snapshot | None = None, whole: Sequence[bool] = ()
) -> WordsIndex:
    """Write, prove and publish a snapshot of the segments of `former` that stay `whole`, and of more pictures."""
    sampled = Sampled()
    with snapshots.building(folder):
        writer = Writer(folder)
        try:
            for number in np.flatnonzero(whole).tolist():
                assert former is not None  # noqa: S101 - whose segments they are
                writer.link(former, number)
                sampled.note_of(former.segments[number])
            for id_, points in pieces:
                sampled.note(id_, points)
                writer.add(id_, points)
            index = WordsIndex(folder, read(writer.finish(mark)))
            sampled.prove(index.snapshot, index.found)
        except BaseException:
            snapshots.remove(writer.place)
            raise
        snapshots.publish(folder, writer.place.name)
    return index


def _pieces(entries: Iterable[Entry]) -> Pieces:
    for entry in entries:
        if is_features(entry.signal.value):
            yield entry.id, points_of(unpack(entry.signal.value))


def _all_pieces(state: TailState) -> Pieces:
    for segment, dead in zip(state.newer, state.newer_dead, strict=True):
        yield from pieces_of(segment, dead)
