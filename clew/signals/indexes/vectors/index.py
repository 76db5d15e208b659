"""The vector index: proposes the entries with the highest inner products, and none that has a lower one instead.

It is an `IndexKind` (clew/signals/indexes/contract.py): `build` and `open` are its way in. Vectors of other weights lie
in parts of their own and are never scored against each other.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clew.signals.contract import Signal
from clew.signals.embedding import tag_of, unpacked
from clew.signals.indexes import snapshot as snapshots
from clew.signals.indexes.contract import Entry, Proposal
from clew.signals.indexes.vectors import snapshot as stored
from clew.signals.indexes.vectors.proof import prove
from clew.signals.indexes.vectors.scan import Floats, Halves, Ids, first
from clew.signals.indexes.vectors.snapshot import Gathered, Snapshot, gathered
from clew.signals.indexes.vectors.tail import Tail


class VectorIndex:
    """One open snapshot with the newer entries of this process. Safe to use from many threads."""

    def __init__(self, folder: Path, snapshot: Snapshot) -> None:
        self.folder, self.snapshot = folder, snapshot
        self.tail = Tail(snapshot)

    @property
    def mark(self) -> dict[str, Any]:
        """Return the mark the snapshot was built with."""
        return self.snapshot.mark

    def __len__(self) -> int:
        """Return the number of entries, erased ones included until the next build."""
        return len(self.snapshot) + len(self.tail)

    @property
    def newer(self) -> int:
        """Return how many entries were added since the snapshot."""
        return len(self.tail)

    def add(self, entries: Iterable[Entry]) -> None:
        """Add newer entries; one that is there already counts once."""
        self.tail.add(entries)

    def erase(self, ids: Iterable[int]) -> None:
        """Propose these no more, from now on."""
        self.tail.erase(ids)

    def is_current(self) -> bool:
        """Tell whether no newer snapshot has been published beside this one."""
        return snapshots.current_name(self.folder) == self.snapshot.name

    def propose(self, signals: Sequence[Signal], most: int) -> list[Proposal]:
        """Return the `most` entries with the highest inner product with any of these signals, the strongest first.

        `strength` is that product: the cosine where vectors are of length one.
        """
        newer, erased = self.tail.parts, self.tail.erased
        found: list[tuple[Ids, Floats]] = []
        for tag, queries in _queries(signals).items():
            for part in (self.snapshot.parts.get(tag), newer.get(tag)):
                if part is not None and part.vectors.shape[1] == queries.shape[1]:
                    found.append(first(part, queries, most, erased))
        if not found:
            return []
        ids, strengths = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.lexsort((ids, -strengths))[:max(most, 0)]
        return [Proposal(int(ids[place]), float(strengths[place])) for place in order]

    def rebuild(self, mark: dict[str, Any]) -> "VectorIndex":
        """Publish a snapshot of everything but the erased and return it opened; what comes meanwhile is carried over.

        Raises Conflict when another process is building.
        """
        newer, erased = self.tail.parts, self.tail.erased
        fresh = _published(self.folder, _kept(self.snapshot, newer, erased), mark)
        fresh.tail.erase(self.tail.erased.tolist())
        for tag, part in self.tail.parts.items():
            later = len(newer[tag].ids) if tag in newer else 0
            fresh.add(Entry(int(number), Signal("", 0, tag + vector.tobytes()))
                      for number, vector in zip(part.ids[later:], part.vectors[later:], strict=True))
        return fresh


def build(folder: Path, entries: Iterable[Entry], mark: dict[str, Any]) -> VectorIndex:
    """Build, prove and publish a snapshot; raise Conflict while another process builds, Unavailable when it fails its test."""
    return _published(folder, gathered(entries), mark)


def open(folder: Path) -> VectorIndex:  # noqa: A001 - the contract's word
    """Open the current snapshot; raise Unavailable when there is none or it is damaged."""
    return VectorIndex(folder, snapshots.current(folder, stored.read))


def _published(folder: Path, held: Gathered, mark: dict[str, Any]) -> VectorIndex:
    with snapshots.building(folder):
        place = stored.write(folder, held, mark)
        try:
            index = VectorIndex(folder, stored.read(place))
            prove(index, held)
        except BaseException:
            snapshots.remove(place)
            raise
        snapshots.publish(folder, place.name)
    return index


def _queries(signals: Sequence[Signal]) -> dict[bytes, Floats]:
    """Return the vectors asked about, each once, by tag."""
    values = dict.fromkeys(signal.value for signal in signals)
    return {tag: unpacked([value for value in values if tag_of(value) == tag]) for tag in {tag_of(value) for value in values}}


def _kept(snapshot: Snapshot, newer: dict[bytes, Any], erased: Ids) -> dict[bytes, tuple[Ids, Halves]]:
    """Return what a new snapshot holds: both parts of each tag without the erased, by id."""
    kept = {}
    for tag in {*snapshot.parts, *newer}:
        parts = [part for part in (snapshot.parts.get(tag), newer.get(tag)) if part is not None]
        ids, vectors = (np.concatenate(column) for column in zip(*((part.ids, part.vectors) for part in parts), strict=True))
        order = np.argsort(ids, kind="stable")
        order = order[~np.isin(ids[order], erased)]
        kept[tag] = ids[order], vectors[order]
    return kept
