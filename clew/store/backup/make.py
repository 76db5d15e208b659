"""Makes a backup; repeated into the same folder it copies only new objects and drops erased ones."""

import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import psycopg

from clew.kernel.clock import now
from clew.kernel.errors import BadInput, Unavailable
from clew.kernel.settings import Settings, settings
from clew.store import postgres
from clew.store.backup.dump import count_rows, dump, frozen, named_objects
from clew.store.backup.manifest import BLOBS, DUMP, HEADS, MANIFEST, OBJECTS, Manifest, sha256_of, write_durably
from clew.store.backup.objects import copy_missing, drop_erased, read_known, write_known
from clew.store.blobs import LocalFolder, Place, open_place
from clew.store.blobs.local import flush_folder, make_private
from clew.store.migrate import revision


def backup(folder: Path, at: Settings | None = None, *,
           progress: Callable[[int, int], None] = lambda done, of: None) -> Manifest:
    """Back up database, signed heads and sealed objects to `folder` while the node runs.

    Keys are never in it: see `copy_keys`. The folder becomes 0700; it holds password hashes and case data.
    Raises BadInput for a folder inside the node's own, Unavailable when something cannot be read; then the
    folder holds no manifest and is no backup.
    """
    at = at or settings()
    folder = folder.absolute()
    _refuse_own_folders(folder, at)
    make_private(folder)
    known = read_known(folder)
    (folder / MANIFEST).unlink(missing_ok=True)
    revised = revision(at)
    if revised is None:
        raise Unavailable("There is nothing to back up yet. Run `clew init` first.")
    with frozen(at) as (conn, snapshot):
        draft = folder / f".{DUMP}.new"
        dump(at, snapshot, draft)
        rows, names = count_rows(conn), named_objects(conn)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.rename(folder / DUMP)
    flush_folder(folder)
    # Heads after the dump: the file is ahead of the rows or level with them, never behind.
    write_durably(folder / HEADS, at.heads_path.read_bytes() if at.heads_path.exists() else b"")
    target = LocalFolder(folder / BLOBS)
    kept = copy_missing(place_of(at), target, names, known, progress)
    missing = _still_named(at, names - kept.keys())
    drop_erased(target, kept)
    write_known(folder, kept)
    manifest = Manifest(
        made_at=now().isoformat(), clew=version("clew"), revision=revised, rows=rows, missing=len(missing),
        dump_sha256=sha256_of(folder / DUMP), objects_sha256=sha256_of(folder / OBJECTS), objects=len(kept),
        object_bytes=sum(size for size, _ in kept.values()))
    manifest.write(folder)
    return manifest


def place_of(at: Settings) -> Place:
    """Return where the node keeps its sealed objects."""
    return open_place(at.blob_place, spool=at.home / "spool", secret_file=at.blobs_secret_file)


def _still_named(at: Settings, names: set[str]) -> set[str]:
    """Return those of `names` that the database names even now: lost, not erased in the meantime."""
    if not names:
        return set()
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, at)) as conn:
        return names & named_objects(conn)


def _refuse_own_folders(folder: Path, at: Settings) -> None:
    own = [at.home, at.keys, *([] if at.blob_place.startswith("s3://") else [Path(at.blob_place)])]
    for place in (path.absolute() for path in own):
        if folder == place or place in folder.parents or folder in place.parents:
            raise BadInput("A backup goes to a folder outside the data and keys folders, best on another disk.")
