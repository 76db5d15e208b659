"""clew doctor: what works on this node, and what to do about what does not. It starts, makes and changes nothing."""

import shutil
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import typer

from clew import __version__
from clew.cli.officers import Json
from clew.cli.output import careful, emit, in_words, show
from clew.kernel.errors import ClewError
from clew.kernel.settings import settings
from clew.media import cage
from clew.signals import limits
from clew.signals.models.states import remedy_for
from clew.store import jobs, migrate, postgres
from clew.store.audit.sequencer import lag
from clew.store.db import database
from clew.store.vault import vault


def _line(name: str, look: Callable[[], str]) -> dict[str, Any]:
    """Run one look; what fails says why and goes on with the next."""
    try:
        return {"what": name, "ok": True, "says": look()}
    except Exception as problem:
        return {"what": name, "ok": False, "says": in_words(problem) or f"{type(problem).__name__}: look at the log."}


def _database() -> str:
    postgres.demand_running()
    found, newest = migrate.revision(), migrate.newest()
    if found is None:
        raise ClewError("The database is empty. Run: clew init")
    if found != newest:
        raise ClewError(f"The database is at revision {found}, this Clew needs {newest}. Run: clew upgrade")
    return f"reachable, revision {found}"


def _sandbox() -> str:
    if problem := cage.probe():
        raise ClewError(problem)
    return "files open in it"


def _folder() -> str:
    at = settings()
    if not at.home.is_dir():
        raise ClewError(f"There is none at {at.home}. Make a node with: clew init - or set CLEW_HOME to where it is.")
    return str(at.home)


def _keys() -> str:
    _folder()  # opening the keys would make folders beside them
    return f"{vault().keyring} opened; master key outside the data folder"


def _blobs() -> str:
    _folder()
    next(iter(vault().blobs.found()), None)
    free = shutil.disk_usage(settings().home).free >> 30
    if free < 5:
        raise ClewError(f"Only {free} GiB are free at the data folder. Make room.")
    return f"readable, {free} GiB free"


def _jobs() -> str:
    with database().engine(postgres.SYSTEM).connect() as conn:
        broken, waiting, late = jobs.failed(conn), jobs.stalled(conn), lag(conn)
    if broken:
        raise ClewError(f"{len(broken)} jobs were given up; the newest: {broken[0]}. Mend what stopped them, then: clew retry")
    if late.too_large:
        raise ClewError("The signed log is behind. Is `clew work` running?")
    if waiting:
        raise ClewError(f"{waiting} jobs were put back again and again: the node lacks something. The log of `clew work` "
                        "says what; they go on by themselves once it is there.")
    return f"none given up, none put back again and again; the log waits for {late.waiting} events"


def _program(name: str, package: str, what: str) -> str:
    if shutil.which(name) is None:
        raise ClewError(f"Not installed, so {what} is off. Install it: apt-get install {package}")
    return "installed"


def _model(purpose: str) -> str:
    if problem := remedy_for(purpose):
        raise ClewError(problem)
    return "a model is on"


def _limit(matcher: str) -> str:
    return limits.in_force(matcher).in_words()


def examine() -> list[dict[str, Any]]:
    """Return one line for each part of the node: what, ok, and what it says."""
    return [
        {"what": "clew", "ok": True, "says": f"{__version__} on Python {sys.version.split()[0]}"},
        _line("data folder", _folder), _line("keys", _keys), _line("database", _database), _line("sealed content", _blobs),
        _line("sandbox", _sandbox), _line("jobs", _jobs),
        _line("exiftool", lambda: _program("exiftool", "libimage-exiftool-perl", "full metadata")),
        _line("fpcalc", lambda: _program("fpcalc", "libchromaprint-tools", "sound comparison")),
        *(_line(purpose, partial(_model, purpose)) for purpose in ("likeness", "place")),
        *(_line(f"limit of {matcher}", partial(_limit, matcher)) for matcher in limits.GAPS)]


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
