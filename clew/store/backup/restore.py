"""Restores a backup into an empty node, and proves that everything in it has arrived."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from clew.kernel.errors import BadInput, Conflict, Unavailable
from clew.kernel.settings import Settings, settings
from clew.store import postgres
from clew.store.backup.dump import count_rows, load
from clew.store.backup.keys_copy import copy_key_files
from clew.store.backup.make import place_of
from clew.store.backup.manifest import BLOBS, DUMP, HEADS, OBJECTS, Manifest, sha256_of, write_durably
from clew.store.backup.objects import copy_object, read_known
from clew.store.blobs import LocalFolder
from clew.store.blobs.local import make_private

# Transaction numbers of the old server mean nothing on the new one, where the index would wait for them.
XIDS = """SELECT c.table_name, c.column_name FROM information_schema.columns c
           WHERE c.table_schema = 'clew' AND c.data_type = 'xid8'"""


@dataclass(frozen=True)
class Restored:
    """What arrived: rows of all tables, objects, and keys copied."""

    rows: int
    objects: int
    keys: int


def restore(folder: Path, at: Settings | None = None, *, keys_folder: Path | None = None,
            progress: Callable[[int, int], None] = lambda done, of: None) -> Restored:
    """Restore the backup in `folder` to the empty node of these settings; afterwards run `upgrade`.

    Hashes are checked before anything is written, rows are counted and objects hashed as they arrive.
    Without `keys_folder` the keys must be in place already. Everyone has to log in again. Officers
    suspended after the backup are active again: review them. Raises BadInput for a folder that is no
    backup, Conflict when the node is not empty, Unavailable when something differs from the manifest.
    """
    at = at or settings()
    manifest = Manifest.read(folder)
    for name, expected in ((DUMP, manifest.dump_sha256), (OBJECTS, manifest.objects_sha256)):
        if not (folder / name).exists() or sha256_of(folder / name) != expected:
            raise Unavailable(f"{name} of this backup was changed or damaged. Use another backup.")
    if keys_folder is not None and not any(keys_folder.glob("*.key")):
        raise BadInput("There are no keys in this keys folder.")
    postgres.ensure(at)
    _refuse_used(at)
    keys = copy_key_files(keys_folder, at.keys) if keys_folder else 0
    objects = _load_objects(folder, at, progress)
    load(at, folder / DUMP)
    rows = _settle(at, manifest)
    if not at.heads_path.exists():  # a longer file that survived the loss says what the restored log lacks
        make_private(at.heads_path.parent)
        write_durably(at.heads_path, (folder / HEADS).read_bytes())
    return Restored(rows, objects, keys)


def _refuse_used(at: Settings) -> None:
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, at)) as conn:
        tables = conn.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'clew' LIMIT 1").fetchone()
        if tables:
            raise Conflict("This node holds data already. Restore into a new CLEW_HOME or an empty database.")
        conn.execute("DROP SCHEMA IF EXISTS clew")


def _load_objects(folder: Path, at: Settings, progress: Callable[[int, int], None]) -> int:
    """Copy every object of the backup into place; objects before rows, as always."""
    source, target, known = LocalFolder(folder / BLOBS), place_of(at), read_known(folder)
    for done, (name, facts) in enumerate(sorted(known.items()), 1):
        if copy_object(source, target, name) != facts:
            target.drop(name)
            raise Unavailable("An object of this backup is missing or damaged. Use another backup.")
        progress(done, len(known))
    return len(known)


def _settle(at: Settings, manifest: Manifest) -> int:
    """Compare rows with the manifest, end all sessions, renew transaction numbers; return the rows in all."""
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, at)) as conn:
        rows = count_rows(conn)
        if rows != manifest.rows:
            wrong = ", ".join(sorted(name for name in rows.keys() | manifest.rows.keys()
                                     if rows.get(name) != manifest.rows.get(name)))
            raise Unavailable(f"The restored rows differ from the backup's manifest in: {wrong}.")
        for table, column in conn.execute(XIDS).fetchall():
            conn.execute(sql.SQL("UPDATE clew.{} SET {} = pg_current_xact_id()").format(
                sql.Identifier(table), sql.Identifier(column)))
        if "sessions" in rows:
            conn.execute("UPDATE clew.sessions SET revoked_at = now() WHERE revoked_at IS NULL")
    return sum(rows.values())
