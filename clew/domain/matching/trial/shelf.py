"""Signals of a trial's files in one file on disk: memory stays bounded however many there are. Thrown away with its folder."""

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from clew.domain.matching.trial.files import Described
from clew.signals.contract import Signal

_HELD = 64
"""Files whose signals are in memory at once."""


class Shelf:
    """Where signals are put down and read again; may be used by several threads."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b", buffering=0)
        self._end = 0
        self._lock = threading.Lock()
        self.read = lru_cache(maxsize=_HELD)(self._read)

    def keep(self, one: Described) -> Described:
        """Return the same file with its signals on the shelf."""
        signals = [signal for some in one.signals.values() for signal in some]
        told = json.dumps([[s.matcher, s.version, s.quality, s.time, s.box, len(s.value)] for s in signals]).encode()
        whole = b"".join([len(told).to_bytes(8), told, *(s.value for s in signals)])
        with self._lock:
            at, self._end = self._end, self._end + len(whole)
            os.pwrite(self._file.fileno(), whole, at)
        return replace(one, signals=Kept(self, at, len(whole), tuple(name for name, some in one.signals.items() if some)))

    def _read(self, at: int, size: int) -> dict[str, list[Signal]]:
        whole = os.pread(self._file.fileno(), size, at)
        place = 8 + int.from_bytes(whole[:8])
        signals: dict[str, list[Signal]] = {}
        for matcher, version, quality, time, box, length in json.loads(whole[8:place]):
            value, place = whole[place:place + length], place + length
            signals.setdefault(matcher, []).append(Signal(matcher, version, value, quality, time, tuple(box) if box else None))
        return signals

    def close(self) -> None:
        """Close the file; what is kept can no longer be read."""
        self._file.close()


class Kept(Mapping[str, Sequence[Signal]]):
    """The signals of one file by matcher, read when they are asked for."""

    def __init__(self, shelf: Shelf, at: int, size: int, names: tuple[str, ...]) -> None:
        self._shelf, self._at, self._size, self._names = shelf, at, size, names

    def __getitem__(self, name: str) -> Sequence[Signal]:
        """Return the signals of a matcher."""
        if name not in self._names:
            raise KeyError(name)
        return self._shelf.read(self._at, self._size)[name]

    def __contains__(self, name: object) -> bool:
        """Tell whether a matcher has signals, without reading them."""
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        """Yield the matchers' names."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return how many matchers have signals."""
        return len(self._names)
