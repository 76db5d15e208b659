"""Looking after a node: doctor, check, audit verify, backup, restore, upgrade. These open the store themselves."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from clew import __version__
from clew.cli.officers import Json
from clew.cli.output import careful, complain, console, emit, say, show
from clew.domain.events.service import AUDITED
from clew.kernel.errors import ClewError
from clew.kernel.settings import settings
from clew.media import cage
from clew.signals.models.states import remedy_for
from clew.store import jobs, migrate, postgres
from clew.store.audit.sequencer import lag, sequence
from clew.store.audit.verify import verify
from clew.store.backup.keys_copy import copy_keys
from clew.store.backup.make import backup
from clew.store.backup.restore import restore
from clew.store.backup.upgrade import upgrade as bring_up
from clew.store.blobs.check import Expected, check_objects
from clew.store.db import database
from clew.store.vault import vault

audit = typer.Typer(help="The signed log of events.", no_args_is_help=True)
_EXPECTED = """
    SELECT m.object_name, m.sha256, m.size, k.wrapped_key, a.id AS agency_id, a.wrapped_key AS agency_key
    FROM clew.media m
    LEFT JOIN LATERAL (SELECT * FROM clew.media_keys y WHERE y.media_id = m.id ORDER BY y.agency_id LIMIT 1) k ON true
    LEFT JOIN clew.agencies a ON a.id = k.agency_id
    WHERE k.media_id IS NOT NULL ORDER BY m.object_name COLLATE "C" """


def _line(name: str, look: Callable[[], str]) -> dict[str, Any]:
    """Run one look; what fails says why and goes on with the next."""
    try:
        return {"what": name, "ok": True, "says": look()}
    except ClewError as problem:
        return {"what": name, "ok": False, "says": problem.message}
    except Exception as problem:
        return {"what": name, "ok": False, "says": f"{type(problem).__name__}: look at the log."}


def _database() -> str:
    postgres.ensure()
    found, newest = migrate.revision(), migrate.newest()
    if found != newest:
        raise ClewError(f"The database is at revision {found or 'none'}, this Clew needs {newest}. Run: clew upgrade")
    return f"reachable, revision {found}"


def _sandbox() -> str:
    if problem := cage.probe():
        raise ClewError(problem)
    return "files open in it"


def _keys() -> str:
    return f"{vault().keyring} opened; master key outside the data folder"


def _blobs() -> str:
    next(iter(vault().blobs.found()), None)
    free = shutil.disk_usage(settings().home).free >> 30
    if free < 5:
        raise ClewError(f"Only {free} GiB are free at the data folder. Make room.")
    return f"readable, {free} GiB free"


def _jobs() -> str:
    with database().engine(postgres.SYSTEM).connect() as conn:
        broken, late = jobs.failed(conn), lag(conn)
    if broken:
        raise ClewError(f"{len(broken)} jobs were given up; the newest: {broken[0]}")
    if late.too_large:
        raise ClewError("The signed log is behind. Is `clew work` running?")
    return f"none given up; the log waits for {late.waiting} events"


def _program(name: str, package: str, what: str) -> str:
    if shutil.which(name) is None:
        raise ClewError(f"Not installed, so {what} is off. Install it: apt-get install {package}")
    return "installed"


def _likeness() -> str:
    if problem := remedy_for("likeness"):
        raise ClewError(problem)
    return "a model is on"


def examine() -> list[dict[str, Any]]:
    """Return one line for each part of the node: what, ok, and what it says."""
    at = settings()
    return [
        {"what": "clew", "ok": True, "says": f"{__version__} on Python {sys.version.split()[0]}"},
        {"what": "data folder", "ok": at.home.exists(), "says": str(at.home)},
        _line("keys", _keys), _line("database", _database), _line("sealed content", _blobs),
        _line("sandbox", _sandbox), _line("jobs", _jobs),
        _line("exiftool", lambda: _program("exiftool", "libimage-exiftool-perl", "full metadata")),
        _line("fpcalc", lambda: _program("fpcalc", "libchromaprint-tools", "sound comparison")),
        _line("likeness", _likeness)]


@careful
def doctor(as_json: Json = False) -> None:
    """Say what works on this node and what to do about what does not."""
    found = examine()
    if as_json:
        emit(found)
    else:
        show([{**one, "ok": "yes" if one["ok"] else "NO"} for one in found], ["what", "ok", "says"], empty="")
    needed = {"keys", "database", "sealed content", "sandbox"}
    if any(not one["ok"] and one["what"] in needed for one in found):
        raise typer.Exit(1)


def _expected() -> Iterator[Expected]:
    """Yield what the rows say of their objects, in order, however many there are: as they were at the start."""
    with database().system_work() as work:
        for row in work.stream(_EXPECTED):
            key = vault().keyring.agency(row.agency_id, bytes(row.agency_key)).unwrap(row.object_name, bytes(row.wrapped_key))
            yield Expected(row.object_name, bytes(row.sha256), row.size, key)


@careful
def check(as_json: Json = False,
          deep: Annotated[bool, typer.Option(help="Read and hash every object, not only look at sizes.")] = True) -> None:
    """Compare every sealed object with its row and hash."""
    postgres.ensure()
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


@audit.command("verify")
@careful
def verify_log(as_json: Json = False) -> None:
    """Prove the whole log: every event, tree head, signature, and the rows that events bind."""
    postgres.ensure()
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


def _shown(done: int, of: int) -> None:
    console.print(f"  {done} of {of} objects", end="\r", highlight=False)


@careful
def backup_node(folder: Annotated[Path, typer.Argument(help="Folder of the backup; a second run adds what is new.")],
                keys: Annotated[Path | None, typer.Option(help="Also copy the keys, to another folder.")] = None,
                as_json: Json = False) -> None:
    """Back up database, signed heads and sealed objects while the node runs. Keys are never in it."""
    postgres.ensure()
    manifest = backup(folder) if as_json else backup(folder, progress=_shown)
    copied = copy_keys(keys) if keys else 0
    if as_json:
        emit({"manifest": manifest, "keys": copied})
    else:
        say(f"\nBacked up {manifest.objects} objects and {sum(manifest.rows.values())} rows to {folder}."
            + ("" if keys else " The keys are not in it: keep a copy of them elsewhere (--keys)."))


@careful
def restore_node(folder: Annotated[Path, typer.Argument(exists=True, help="Folder of the backup.")],
                 keys: Annotated[Path | None, typer.Option(help="Folder of the copied keys.")] = None,
                 as_json: Json = False) -> None:
    """Restore a backup into an empty node, proved by hashes and counts."""
    postgres.ensure()
    done = restore(folder, keys_folder=keys) if as_json else restore(folder, keys_folder=keys, progress=_shown)
    if as_json:
        emit(done)
    else:
        say("\nRestored. Everybody has to log in again. Run: clew upgrade; clew check; clew audit verify")


@careful
def upgrade(backed_up: Annotated[bool, typer.Option("--backed-up", help="A backup was made just now.")] = False,
            as_json: Json = False) -> None:
    """Bring the database to this version of Clew. Stop serve and work, and back up, first."""
    former, present = bring_up(backed_up=backed_up)
    if as_json:
        emit({"former": former, "present": present})
    else:
        say(f"Up to date at revision {present}." if former == present else f"Upgraded from {former} to {present}.")
