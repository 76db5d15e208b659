"""Copies the node's keys to a folder of their own, kept apart from every backup: together they open everything."""

from pathlib import Path

from clew.kernel.errors import BadInput, Conflict
from clew.kernel.settings import Settings, settings
from clew.store.backup.manifest import MANIFEST, write_durably
from clew.store.blobs.local import make_private


def copy_keys(folder: Path, at: Settings | None = None) -> int:
    """Copy the *.key files to `folder` (0700, files 0600) and return how many.

    Database passwords stay behind: a restore makes new ones. Raises BadInput for a folder inside a backup
    or the data, Conflict when it holds another node's keys.
    """
    at = at or settings()
    folder = folder.absolute()
    around = (folder, *folder.parents)
    if any((parent / MANIFEST).exists() for parent in around) or at.home.absolute() in around:
        raise BadInput("Keys go to a folder of their own, never into a backup or the data: whoever has both reads all.")
    return copy_key_files(at.keys, folder)


def copy_key_files(source: Path, target: Path) -> int:
    """Copy *.key files that `target` lacks; refuse to replace a different one."""
    keys = sorted(source.glob("*.key"))
    for key in keys:
        there = target / key.name
        if there.exists() and there.read_bytes() != key.read_bytes():
            raise Conflict(f"The folder already holds another {key.name}. Choose an empty folder.")
    make_private(target)
    for key in keys:
        if not (target / key.name).exists():
            write_durably(target / key.name, key.read_bytes())
    return len(keys)
