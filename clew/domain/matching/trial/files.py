"""One file on disk opened, hashed and described as a delivered exhibit would be. Stores nothing, changes nothing."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from clew.kernel.errors import Refused
from clew.media import formats
from clew.media.opened import Kind, Opened
from clew.media.sandbox import Sandbox
from clew.signals import registry
from clew.signals.contract import Signal
from clew.store.blobs.hashing import Hashes

AT_ONCE = max(2, os.cpu_count() or 2)
_PART = 1 << 20
Describe = Callable[[Opened, str], list[Signal]]
"""What derives the signals of an opened file, given its path too."""


@dataclass(frozen=True, slots=True)
class Described:
    """A file with its digests and signals by matcher; `refused` says why it could not be opened, else empty."""

    path: str
    place: Path
    digests: tuple[bytes, bytes, bytes]
    kind: Kind | None = None
    media_type: str = ""
    width: int = 0
    height: int = 0
    duration: float = 0.0
    signals: Mapping[str, Sequence[Signal]] = field(default_factory=dict)
    refused: str = ""


def digests_of(path: Path) -> tuple[bytes, bytes, bytes]:
    """Return SHA-256, SHA-1 and MD5 of a file, read in parts."""
    hashes = Hashes()
    with path.open("rb") as file:
        while part := file.read(_PART):
            hashes.update(memoryview(part))
    return hashes.digests()


def reader_of(path: Path) -> str | None:
    """Return what reads the file (picture, av, archive), told by its first bytes; None for no format of ours."""
    with path.open("rb") as file:
        found = formats.detect(file.read(formats.HEAD_BYTES))
    return found.reader if found else None


def by_all(opened: Opened, path: str) -> list[Signal]:
    """Return the signals of every matcher."""
    return registry.describe(opened)


def describe_file(place: Path, sandbox: Sandbox, *, path: str = "", by: Describe = by_all) -> Described:
    """Open one file in the sandbox and describe it; a refusal is part of the answer."""
    path = path or place.name
    try:
        digests = digests_of(place)
        if reader_of(place) == "archive":
            return Described(path, place, digests, refused="An archive: unpack it and give its members.")
        with place.open("rb") as file:
            opened = sandbox.open(file)
    except Refused as why:
        return Described(path, place, digests, refused=why.message)
    except OSError as problem:
        return Described(path, place, (b"", b"", b""), refused=f"Cannot be read: {problem.strerror}.")
    signals: dict[str, list[Signal]] = defaultdict(list)
    for signal in by(opened, path):
        signals[signal.matcher].append(signal)
    return Described(path, place, digests, opened.kind, opened.media_type, opened.width, opened.height,
                     opened.duration, dict(signals))


def files_below(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file below a folder with its path relative to it, in order. Links are not followed."""
    for here, inner, names in os.walk(folder):
        inner.sort()
        for name in sorted(names):
            place = Path(here, name)
            if place.is_file() and not place.is_symlink():
                yield place, place.relative_to(folder).as_posix()


def describe_all(files: Iterable[tuple[Path, str]], sandbox: Sandbox, by: Describe = by_all) -> Iterator[Described]:
    """Yield the files described, in order, with a bounded number of them opened: in threads, which all matchers let run."""
    rest = iter(files)
    with ThreadPoolExecutor(AT_ONCE) as crew:
        def start(count: int) -> list[Future[Described]]:
            return [crew.submit(describe_file, place, sandbox, path=path, by=by) for place, path in islice(rest, count)]

        under_way = start(2 * AT_ONCE)
        while under_way:
            yield under_way.pop(0).result()
            under_way += start(1)
