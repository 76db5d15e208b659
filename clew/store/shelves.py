"""Which signals lie in which index, and how their rows get there. One line in `SHELVES` for each index."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Row

from clew.signals import registry
from clew.signals.contract import Signal
from clew.signals.indexes.contract import Entry, Index, IndexKind
from clew.signals.indexes.hamming import HammingIndex, build
from clew.signals.indexes.prints.index import PrintKind
from clew.signals.indexes.vectors import index as vectors
from clew.signals.indexes.words import index as words

HASHED = ("pdq", "frames")  # one index for pictures and films, so that a still is found in a film
QUALITY = 50


class Hashes:
    """The exact index of perceptual hashes; too plain a picture is never found by its hash."""

    columns = "id, substring(value FROM 1 FOR 32) AS hash"

    def longest_tail(self, held: int) -> int:
        """Return how many newer hashes are looked through one by one: 32 bytes each, and building takes long."""
        return min(max(20_000, held // 5), 200_000)

    @property
    def where(self) -> str:
        """Return which rows: of pictures and films, and not too plain."""
        return f"{_readable(HASHED)} AND quality >= {QUALITY}"

    def open(self, folder: Path) -> HammingIndex:
        """Open the current snapshot."""
        return HammingIndex.open(folder)

    def build(self, folder: Path, rows: Iterable[Row[Any]], mark: dict[str, Any]) -> HammingIndex:
        """Build from rows."""
        return build(folder, *_columns(rows), mark=mark)

    def add(self, index: HammingIndex, rows: Iterable[Row[Any]]) -> int:
        """Add newer rows."""
        hashes, ids = _columns(rows)
        if len(ids):
            index.tail.append(hashes, ids)
        return len(index.tail)

    def rebuild(self, index: HammingIndex, mark: dict[str, Any]) -> HammingIndex:
        """Fold the tail in."""
        return index.rebuild(mark)


def _columns(rows: Iterable[Row[Any]]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    hashes, ids = bytearray(), []
    for row in rows:
        hashes += bytes(row.hash)
        ids.append(row.id)
    return np.frombuffer(bytes(hashes), np.uint8).reshape(-1, 32), np.array(ids, np.int64)


@dataclass(frozen=True, slots=True)
class Whole:
    """An index that is given whole signals of some matchers (clew/signals/indexes/contract.py)."""

    matchers: tuple[str, ...]
    made_by: IndexKind
    columns: str = "id, matcher, version, value, quality, time_s, box"
    longest: int = 20_000

    def longest_tail(self, held: int) -> int:
        """Return how many newer signals are held in memory as they are."""
        return self.longest

    @property
    def where(self) -> str:
        """Return which rows: sealed ones are small pictures and never lie in an index."""
        return f"{_readable(self.matchers)} AND NOT sealed"

    def open(self, folder: Path) -> Index:
        """Open the current snapshot."""
        return self.made_by.open(folder)

    def build(self, folder: Path, rows: Iterable[Row[Any]], mark: dict[str, Any]) -> Index:
        """Build from rows."""
        return self.made_by.build(folder, entries(rows), mark)

    def add(self, index: Index, rows: Iterable[Row[Any]]) -> int:
        """Add newer rows."""
        index.add(entries(rows))
        return index.newer

    def rebuild(self, index: Index, mark: dict[str, Any]) -> Index:
        """Fold the tail in."""
        return index.rebuild(mark)


class Words:
    """The index of local features, as a kind."""

    def build(self, folder: Path, entries: Iterable[Entry], mark: dict[str, Any]) -> Index:
        """Build a snapshot."""
        return words.build(folder, entries, mark)

    def open(self, folder: Path) -> Index:
        """Open the current snapshot."""
        return words.open_current(folder)


IN_DEPTH: Mapping[str, Whole] = {
    "details": Whole(("details",), Words(), longest=2_000),  # 60 kB each
    "likeness": Whole(("likeness",), vectors),
    "sound": Whole(("sound",), PrintKind(), longest=5_000),
    "place": Whole(("place",), vectors),
}
"""The index of each matcher that looks in depth."""


def _readable(matchers: Iterable[str]) -> str:
    """Return which rows of some matchers are of versions that can still be compared."""
    kinds = [(name, version) for name in matchers for version in registry.readable(registry.get_matcher(name))]
    return f"(matcher, version) IN ({', '.join(f'({name!r}, {version})' for name, version in kinds)})"


def entries(rows: Iterable[Row[Any]]) -> Iterator[Entry]:
    """Return rows of signals as what an index takes in."""
    for row in rows:
        box = tuple(row.box) if row.box else None
        yield Entry(row.id, Signal(row.matcher, row.version, bytes(row.value), row.quality, row.time_s, box))
