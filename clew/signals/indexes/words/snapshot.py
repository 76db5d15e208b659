"""Snapshots of the index of words on disk, as docs/decisions/011 has them; a full segment that did not change is linked."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clew.kernel import ids as identifiers
from clew.kernel.errors import Unavailable
from clew.signals.indexes.files import DAMAGED, map_array, read_manifest, sync_folder, write_array, write_manifest
from clew.signals.indexes.snapshot import Hold, current
from clew.signals.indexes.words.plan import SEGMENT
from clew.signals.indexes.words.points import Points
from clew.signals.indexes.words.segments import NAMES, Segment, counts_of, sorted_in, weights_of
from clew.signals.local.words import WORDS, mark

FORMAT: Final = 1
Lines = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """The mapped segments, how much each word tells, and the caller's mark: where in its store the tail begins."""

    name: str
    mark: Mapping[str, Any]
    segments: tuple[Segment, ...]
    weights: NDArray[np.uint8]
    lines: tuple[Lines, ...]  # of the manifest, for each segment
    hold: Hold


class Writer:
    """A snapshot being written beside the others: it holds the pictures of one segment in memory, never more."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / f"snapshot-{identifiers.ordered().hex}"
        self.place.mkdir(mode=0o700)
        self._segments: list[Lines] = []
        self._waiting: list[tuple[int, Points]] = []
        self._counts, self._pictures = np.zeros(WORDS, np.int64), 0

    def add(self, id_: int, points: Points) -> None:
        """Add one picture."""
        self._waiting.append((id_, points))
        if len(self._waiting) == SEGMENT:
            self._write()

    def link(self, former: Snapshot, which: int) -> None:
        """Take over a segment of another snapshot as it is: its files get a second name, nothing is copied."""
        number, lines = len(self._segments), former.lines[which]
        for name in NAMES:
            source = self.place.parent / former.name / f"{lines[name]['file']}.npy"
            os.link(source, self.place / f"{number:05d}-{name}.npy")
        self._segments.append({name: {**lines[name], "file": f"{number:05d}-{name}"} for name in NAMES})
        self._tally(former.segments[which])

    def finish(self, mark_: Mapping[str, Any]) -> Path:
        """Write what is still waiting, how much each word tells and the manifest; it is not current yet."""
        if self._waiting:
            self._write()
        weights = write_array(self.place, "weights", weights_of(self._counts, self._pictures))
        sync_folder(self.place)
        write_manifest(self.place, {
            "format": FORMAT, "codebook": mark(), "mark": dict(mark_), "weights": weights, "segments": self._segments})
        return self.place

    def _write(self) -> None:
        segment, number = sorted_in(self._waiting), len(self._segments)
        self._waiting = []
        self._segments.append({
            name: {**write_array(self.place, f"{number:05d}-{name}", getattr(segment, name)), "file": f"{number:05d}-{name}"}
            for name in NAMES})
        self._tally(segment)

    def _tally(self, segment: Segment) -> None:
        self._counts += counts_of(segment)
        self._pictures += len(segment)


def read(place: Path) -> Snapshot:
    """Map one snapshot, held against removal; raise Unavailable when it is damaged, FileNotFoundError when gone."""
    hold = Hold(place)
    facts = read_manifest(place)
    if facts.get("format") != FORMAT or facts.get("codebook") != mark():
        raise Unavailable("This index snapshot was written by another version; build the index again.")
    segments = tuple(_mapped(place, lines) for lines in facts["segments"])
    weights = map_array(place, "weights", facts["weights"])
    if weights.shape != (WORDS,) or weights.dtype != np.uint8 or not all(segment.fits() for segment in segments):
        raise Unavailable(DAMAGED)
    return Snapshot(place.name, facts["mark"], segments, weights, tuple(facts["segments"]), hold)


def read_current(folder: Path) -> Snapshot:
    """Map the current snapshot, also while another process swaps it."""
    return current(folder, read)


def _mapped(place: Path, lines: Lines) -> Segment:
    return Segment(*(map_array(place, lines[name]["file"], lines[name]) for name in NAMES))


def distinct(pieces: Iterable[tuple[int, Points]]) -> Iterator[tuple[int, Points]]:
    """Yield each picture once, by its id."""
    seen: set[int] = set()
    for id_, points in pieces:
        if id_ not in seen:
            seen.add(id_)
            yield id_, points
