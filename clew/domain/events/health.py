"""The verb of looking after a node: do its parts work, and what waits in the queue. Never content."""

import shutil
from dataclasses import dataclass
from typing import Literal

from clew.access.verb import verb
from clew.kernel.errors import Unavailable
from clew.kernel.settings import settings
from clew.kernel.viewer import Viewer
from clew.media.cage import INSTALL_LINE
from clew.signals import limits
from clew.signals.models.states import states
from clew.store.db import Work
from clew.store.jobs import Failed, Tally, counts, failed

_LITTLE = 5  # GB: below this an operator should make room


@dataclass(frozen=True, slots=True)
class Part:
    """One part of this node; `remedy` is a command or a sentence, empty where nothing is to be done."""

    name: str
    state: Literal["ok", "off", "broken"]
    finding: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """What the parts of this node say, the jobs by kind, and those given up last."""

    parts: tuple[Part, ...]
    jobs: tuple[Tally, ...]
    failed: tuple[Failed, ...]


@verb("get_health", right="health")
def get_health(work: Work, viewer: Viewer) -> Health:
    """Show whether the parts of this node work, and how many jobs wait, run and failed."""
    version = work.value("SHOW server_version")
    parts = (Part("PostgreSQL", "ok", str(version)), _sandbox(), _disk(), _model("likeness"), _model("place"), _limits())
    return Health(parts, tuple(counts(work.conn)), tuple(failed(work.conn, 20)))


def _sandbox() -> Part:
    """Say whether files can be opened; the worker's own start proves more than the program being there."""
    program = shutil.which("bwrap")
    if program is None:
        return Part("bubblewrap", "broken", "", INSTALL_LINE)
    return Part("bubblewrap", "ok", program)


def _disk() -> Part:
    free = shutil.disk_usage(settings().home).free // 10**9
    return Part("CLEW_HOME", "ok" if free >= _LITTLE else "broken", f"{free} GB")


def _model(purpose: str) -> Part:
    """Say which model finds look-alikes, or places; without one that matcher is off, and nothing else is."""
    for one in states():
        if one.purpose == purpose and one.state != "off":
            return Part(purpose, "ok" if one.state == "on" else "broken", one.name, one.remedy)
    return Part(purpose, "off", "", "clew models list")


def _limits() -> Part:
    """Say where each matcher's `match` begins, and how many false pairs matched of those it was measured on."""
    try:
        found = [limits.in_force(matcher) for matcher in limits.GAPS]
    except Unavailable as problem:
        return Part("match", "broken", "", problem.message)
    return Part("match", "ok", ", ".join(f"{one.matcher} >= {one.match:g} ({one.false}/{one.tried:,})" for one in found))
