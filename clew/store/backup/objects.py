"""Copies sealed objects as they are, hashing them on the way; never needs or sees a key."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from clew.kernel.errors import Unavailable
from clew.store.backup.manifest import OBJECTS, write_durably
from clew.store.blobs.places import Place

PIECE = 1 << 22
Known = dict[str, tuple[int, str]]  # name -> sealed bytes, sha256 of them


def copy_object(source: Place, target: Place, name: str) -> tuple[int, str] | None:
    """Copy one object durably and return its size and hash; None when the source has none."""
    reading = source.open(name)
    if reading is None:
        return None
    draft = target.draft()
    whole, offset = hashlib.sha256(), 0
    try:
        while piece := reading.at(offset, PIECE):
            whole.update(piece)
            draft.write(piece)
            offset += len(piece)
        if offset != reading.sealed_size:
            raise Unavailable("An object could not be read whole. Run `clew check`, then try again.")
        draft.keep(name)
    finally:
        draft.abandon()
        reading.close()
    return offset, whole.hexdigest()


def copy_missing(source: Place, target: Place, names: Iterable[str], known: Known,
                 progress: Callable[[int, int], None]) -> Known:
    """Copy the named objects that `target` lacks; return what it holds of them then."""
    there = {found.name: found.sealed_size for found in target.found()}
    wanted, copied = sorted(names), {}
    for done, name in enumerate(wanted, 1):
        if name in known and there.get(name) == known[name][0]:
            copied[name] = known[name]
        elif (facts := copy_object(source, target, name)) is not None:
            copied[name] = facts
        progress(done, len(wanted))
    return copied


def drop_erased(target: Place, kept: Known) -> None:
    """Take out of the backup what the node has erased since the last one: erased means everywhere we reach."""
    for found in list(target.found()):
        if found.name not in kept:
            target.drop(found.name)


def read_known(folder: Path) -> Known:
    """Return the list of objects of a backup, empty when there is none."""
    path = folder / OBJECTS
    if not path.exists():
        return {}
    lines = (line.split() for line in path.read_text().splitlines())
    return {name: (int(size), digest) for name, size, digest in lines}


def write_known(folder: Path, known: Known) -> None:
    """Write the list of objects of a backup."""
    lines = "".join(f"{name} {size} {digest}\n" for name, (size, digest) in sorted(known.items()))
    write_durably(folder / OBJECTS, lines.encode())
