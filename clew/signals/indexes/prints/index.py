"""The index of sounds: proposes what shares moments with a sound; compare() decides. It knows no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np

from clew.signals.contract import Signal
from clew.signals.indexes import snapshot as snapshots
from clew.signals.indexes.contract import Entry, Proposal
from clew.signals.indexes.prints import stored
from clew.signals.indexes.prints.postings import Ids, Postings, made, merged, peaks_of
from clew.signals.indexes.prints.proof import prove
from clew.signals.indexes.prints.votes import question, votes

_NONE: Final = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class _Newer:
    """What came since the snapshot: parts that at least halve in size, so that adding one costs little."""

    parts: tuple[Postings, ...] = ()
    ids: frozenset[int] = frozenset()
    erased: frozenset[int] = frozenset()


class PrintIndex:
    """One open snapshot with the newer entries of this process. Safe to use from many threads."""

    def __init__(self, folder: Path, snapshot: stored.Stored) -> None:
        self.folder, self.snapshot = folder, snapshot
        self.mark: dict[str, Any] = dict(snapshot.mark)
        self._held = frozenset(snapshot.postings.ids.tolist())
        self._newer = _Newer()
        self._lock = Lock()

    def __len__(self) -> int:
        """Return the number of entries, erased ones included until the next build."""
        return len(self.snapshot.postings) + self.newer

    @property
    def newer(self) -> int:
        """Return how many entries were added since the snapshot."""
        return len(self._newer.ids)

    def add(self, entries: Iterable[Entry]) -> None:
        """Add newer entries; one that is there already counts once. Raise BadInput for a damaged print."""
        given = {entry.id: peaks_of(entry.signal) for entry in entries}
        with self._lock:
            now = self._newer
            fresh = [number for number in given if number not in self._held and number not in now.ids]
            if fresh:
                parts = [*now.parts, made(fresh, [given[number] for number in fresh])]
                while len(parts) > 1 and len(parts[-2].entries) <= 2 * len(parts[-1].entries):
                    parts[-2:] = [merged(parts[-2:], _NONE)]
                self._newer = _Newer(tuple(parts), now.ids | set(fresh), now.erased)

    def erase(self, ids: Iterable[int]) -> None:
        """Propose these no more, from now on, also if they are added later."""
        with self._lock:
            now = self._newer
            self._newer = _Newer(now.parts, now.ids, now.erased | set(ids))

    def propose(self, signals: Sequence[Signal], most: int) -> list[Proposal]:
        """Return the entries that share moments with media of these signals, the strongest first, at most `most`."""
        now = self._newer
        strengths: dict[int, float] = {}
        for asked in map(question, signals):
            for part in (self.snapshot.postings, *now.parts):
                strength = votes(part, asked)
                places = np.argsort(-strength, kind="stable")[:most + len(now.erased)]
                for place in places[strength[places] > 0]:
                    number = int(part.ids[place])
                    if number not in now.erased:
                        strengths[number] = max(strengths.get(number, 0.0), float(strength[place]))
        ordered = sorted(strengths.items(), key=lambda one: (-one[1], one[0]))
        return [Proposal(number, strength) for number, strength in ordered[:most]]

    def is_current(self) -> bool:
        """Tell whether no newer snapshot has been published beside this one."""
        return snapshots.current_name(self.folder) == self.snapshot.name

    def rebuild(self, mark: dict[str, Any]) -> "PrintIndex":
        """Publish a snapshot of everything but the erased and return it opened. Raises Conflict while another builds.

        What this index gains while that runs is carried over to the new one.
        """
        now = self._newer
        erased: Ids = np.array(sorted(now.erased), np.int64)
        fresh = _published(self.folder, merged([self.snapshot.postings, *now.parts], erased), mark)
        with self._lock:
            later = self._newer
            gained = np.array(sorted(set(later.ids) - set(now.ids)), np.int64)
        fresh.carry(later.parts, gained, later.erased - now.erased)
        return fresh

    def carry(self, parts: Sequence[Postings], ids: Ids, erased: Iterable[int]) -> None:
        """Take over entries with these ids from the parts of a former index, and what was erased there since."""
        with self._lock:
            if len(ids):
                every = np.concatenate([part.ids for part in parts])
                self._newer = _Newer((merged(parts, every[~np.isin(every, ids)]),), frozenset(ids.tolist()))
        self.erase(erased)


class PrintKind:
    """Makes indexes of sounds."""

    def build(self, folder: Path, entries: Iterable[Entry], mark: dict[str, Any]) -> PrintIndex:
        """Build, prove and publish a snapshot; an id given twice counts once. Raise Conflict while another builds."""
        given = {entry.id: peaks_of(entry.signal) for entry in entries}
        return _published(folder, made(list(given), list(given.values())), mark)

    def open(self, folder: Path) -> PrintIndex:
        """Open the current snapshot; raise Unavailable when there is none or it is damaged."""
        return PrintIndex(folder, stored.read_current(folder))


KIND: Final = PrintKind()


def _published(folder: Path, postings: Postings, mark: dict[str, Any]) -> PrintIndex:
    with snapshots.building(folder):
        place = stored.write(folder, postings, mark)
        try:
            index = PrintIndex(folder, stored.read(place))
            prove(index.snapshot.postings, postings)
        except BaseException:
            snapshots.remove(place)
            raise
        snapshots.publish(folder, place.name)
    return index
