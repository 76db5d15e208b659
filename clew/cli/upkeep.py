"""Looking after a node: check, audit verify, backup, restore, upgrade. These open the store themselves."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from clew.cli.officers import Json
from clew.cli.output import careful, complain, counted, emit, say
from clew.domain.events.service import AUDITED
from clew.kernel.errors import ClewError
from clew.kernel.events import Event
from clew.store import jobs, postgres
from clew.store.audit.checks.verify import verify
from clew.store.audit.sequencer import sequence
from clew.store.backup.keys_copy import copy_keys
from clew.store.backup.make import backup
from clew.store.backup.restore import restore
from clew.store.backup.upgrade import upgrade as bring_up
from clew.store.blobs.check import Expected, check_objects
from clew.store.db import database
from clew.store.vault import vault

audit = typer.Typer(help="The signed log of events.", no_args_is_help=True)
_AGAIN = ("match", "look")  # a file whose opening was given up was refused with a reason: it is contributed again
_EXPECTED = """
    SELECT m.object_name, m.sha256, m.size, k.held
    FROM clew.media m, LATERAL (
        SELECT array_agg(ARRAY[a.id::text, encode(a.wrapped_key, 'hex'), encode(y.wrapped_key, 'hex')]) AS held
        FROM clew.media_keys y JOIN clew.agencies a ON a.id = y.agency_id WHERE y.media_id = m.id) k
    WHERE k.held IS NOT NULL ORDER BY m.object_name COLLATE "C" """


def _expected() -> Iterator[Expected]:
    """Yield what the rows say of their objects, in order, however many there are: as they were at the start."""
    with database().system_work() as work:
        for row in work.stream(_EXPECTED):
            keys = {_data_key(row.object_name, *held) for held in row.held}
            yield Expected(row.object_name, bytes(row.sha256), row.size, next(iter(keys)),
                           locked_out=len(keys) > 1 or None in keys)


def _data_key(object_name: str, agency: str, agency_key: str, wrapped: str) -> bytes | None:
    """Return the data key as one agency holds it, or None where its wrapping does not open."""
    try:
        held = vault().keyring.agency(uuid.UUID(agency), bytes.fromhex(agency_key))
        return held.unwrap(object_name, bytes.fromhex(wrapped))
    except ClewError:
        return None


@careful
def check(as_json: Json = False,
          deep: Annotated[bool, typer.Option(help="Read and hash every object, not only look at sizes.")] = True) -> None:
    """Compare every sealed object with its row and hash."""
    postgres.wake()
    report = check_objects(vault().blobs, _expected(), deep=deep)
    if as_json:
        emit(report)
    else:
        say(f"{report.objects} objects, {report.read_bytes >> 20} MiB read: {len(report.missing)} missing, "
            f"{len(report.damaged)} damaged, {len(report.orphans)} without a row.")
        for name in [*report.missing, *report.damaged]:
            complain(f"missing or damaged: {name}. Restore it from a backup, or contribute the file again.")
    if not report.whole:
        raise typer.Exit(1)


@careful
def retry(as_json: Json = False) -> None:
    """Try again to compare the files whose jobs were given up, once what stopped them is mended (see `clew doctor`)."""
    postgres.wake()
    with database().system_work() as work:
        again = jobs.retry(work.conn, _AGAIN)
        work.record(Event("retry_jobs", detail={"jobs": again}))
    if as_json:
        emit({"jobs": again})
    else:
        say(f"{again} jobs run again. `clew doctor` and the health page say how they end.")


@audit.command("verify")
@careful
def verify_log(as_json: Json = False) -> None:
    """Prove the whole log: every event, tree head, signature, and the rows that events bind."""
    postgres.wake()
    with database().engine(postgres.SYSTEM).connect() as conn:
        sequence(conn)
    with database().engine(postgres.SYSTEM).connect() as conn:
        report = verify(conn, AUDITED)
    if as_json:
        emit(report)
    else:
        say(f"{report.events} events, {report.heads} signed heads, {report.rows} bound rows. Root {report.root}.")
        for finding in report.findings:
            complain(finding.words)
        say("The log is whole." if not report.findings else f"{len(report.findings)} findings. Call the auditor.")
    if report.findings:
        raise typer.Exit(1)


@careful
def backup_node(folder: Annotated[Path, typer.Argument(help="Folder of the backup; a second run adds what is new.")],
                keys: Annotated[Path | None, typer.Option(help="Also copy the keys, to another folder.")] = None,
                as_json: Json = False) -> None:
    """Back up database, signed heads and sealed objects while the node runs. Keys are never in it."""
    postgres.wake()
    with counted("Backing up", "objects", quiet=as_json) as tell:
        manifest = backup(folder, progress=tell)
    copied = copy_keys(keys) if keys else 0
    if as_json:
        emit({"manifest": manifest, "keys": copied})
    else:
        say(f"Backed up {manifest.objects} objects and {sum(manifest.rows.values())} rows to {folder}."
            + ("" if keys else " The keys are not in it: keep a copy of them elsewhere (--keys)."))


@careful
def restore_node(folder: Annotated[Path, typer.Argument(exists=True, help="Folder of the backup.")],
                 keys: Annotated[Path | None, typer.Option(help="Folder of the copied keys.")] = None,
                 as_json: Json = False) -> None:
    """Restore a backup into an empty node, proved by hashes and counts."""
    with counted("Restoring", "objects", quiet=as_json) as tell:
        done = restore(folder, keys_folder=keys, progress=tell)
    if as_json:
        emit(done)
    else:
        say("Restored. Everybody has to log in again. Run: clew upgrade; clew check; clew audit verify")


@careful
def upgrade(backed_up: Annotated[bool, typer.Option("--backed-up", help="A backup was made just now.")] = False,
            as_json: Json = False) -> None:
    """Bring the database to this version of Clew. Stop serve and work, and back up, first."""
    postgres.wake()
    former, present = bring_up(backed_up=backed_up)
    if as_json:
        emit({"former": former, "present": present})
    else:
        say(f"Up to date at revision {present}." if former == present else f"Upgraded from {former} to {present}.")
