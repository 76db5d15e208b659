"""Every job of the worker by its name: all of them may run twice, none of them shows anything to anybody."""

from collections.abc import Callable, Mapping
from typing import Any

from clew.domain.matching.depth import look
from clew.domain.matching.describe import describe
from clew.domain.matching.heal import heal
from clew.domain.matching.match import match
from clew.domain.matching.search import search
from clew.domain.matching.stacks import mend
from clew.domain.matching.tools import index, shelf
from clew.kernel.events import Event
from clew.store.db import database
from clew.store.shelves import IN_DEPTH


def rebuild(_: dict[str, Any]) -> None:
    """Build the index anew, so that nothing erased stays in it, and prove a sample of the stacks by it."""
    with database().system_work() as work:
        index().built_anew(work)
        for matcher in IN_DEPTH:
            shelf(matcher).built_anew(work)
        if mended := mend(work):
            work.record(Event("stack", detail={"mended": mended}))


JOBS: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "describe": describe, "match": match, "search": search, "rebuild": rebuild, "heal": heal,
    "look": look}
