"""Which files lie below the paths an officer names, and what each is called on the node: nothing is passed over unsaid."""

import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

LINK = "It is a link. Add the file or folder it points to."
NO_FILE = "It is a device or a pipe, not a file."


@dataclass(frozen=True, slots=True)
class Found:
    """One file, its name on the node, and why it cannot be sent (empty: it can)."""

    place: Path
    name: str
    refused: str = ""


def gather(paths: Iterable[Path]) -> list[Found]:
    """Return every file once, in order, under distinct names: the named folder's name and the way below it.

    Where two named folders or files have the same name, as much of the way to them is added as tells them apart.
    """
    roots = list(dict.fromkeys(Path(os.path.normpath(path.absolute())) for path in paths))
    seen: set[Path] = set()
    taken: set[str] = set()
    found = []
    for root, label in zip(roots, _labels(roots), strict=True):
        for one in _below(root, label):
            if one.place not in seen:
                seen.add(one.place)
                found.append(_distinct(one, taken))
    return found


def _labels(roots: list[Path]) -> list[str]:
    """Return the shortest ends of these paths that differ."""
    depths = [1] * len(roots)
    while True:
        labels = ["/".join(root.parts[1:][-depth:]) for root, depth in zip(roots, depths, strict=True)]
        again = [at for at, label in enumerate(labels)
                 if labels.count(label) > 1 and depths[at] < len(roots[at].parts) - 1]
        if not again:
            return labels
        for at in again:
            depths[at] += 1


def _below(root: Path, label: str) -> Iterator[Found]:
    if not root.is_dir():
        yield _judged(root, label, named=True)
        return
    closed: list[Found] = []

    def cannot(problem: OSError) -> None:
        place = Path(os.fsdecode(problem.filename))
        closed.append(Found(place, _joined(label, place.relative_to(root)), f"Cannot be read: {problem.strerror}."))

    for folder, inner, names in os.walk(root, onerror=cannot):
        yield from closed
        closed.clear()
        here = Path(folder)
        links = [name for name in inner if (here / name).is_symlink()]
        inner.sort()
        for name in sorted([*names, *links]):
            yield _judged(here / name, _joined(label, (here / name).relative_to(root)))
    yield from closed


def _judged(place: Path, name: str, *, named: bool = False) -> Found:
    """Say why something is not sent; a link that the officer named himself is followed."""
    if place.is_symlink() and not (named and place.is_file()):
        return Found(place, name, LINK)
    return Found(place, name, "" if place.is_file() else NO_FILE)


def _joined(label: str, way: Path) -> str:
    return f"{label}/{way.as_posix()}".strip("/")


def _distinct(one: Found, taken: set[str]) -> Found:
    """Return the file under a name that can be written down and that no other has."""
    spelled = shown = written(one.name)
    number = 1
    while spelled in taken:
        number += 1
        spelled = f"{shown} ({number})"
    taken.add(spelled)
    return replace(one, name=spelled)


def written(name: str) -> str:
    """Return a name as the node keeps it: NFC, '/' between its parts, and %XX for bytes that are no text."""
    text = "".join(f"%{ord(letter) - 0xDC00:02X}" if 0xDC80 <= ord(letter) <= 0xDCFF else letter for letter in name)
    plain = "".join(f"%{ord(letter):02X}" if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in text)
    return unicodedata.normalize("NFC", plain.replace("\\", "/")).lstrip("/")
