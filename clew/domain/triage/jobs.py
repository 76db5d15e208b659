"""The job that goes on with a long act, step by step, with the rights its officer has at each step. Safe to run twice."""

from collections.abc import Callable, Mapping
from typing import Any

from clew.kernel.events import Event
from clew.store.db import database

STEP = 1_000
"""Exhibits of one step: others of the agency wait so long at most."""


def act(payload: dict[str, Any]) -> None:
    """Go on with an act until it is done, or its officer may no more; what was done stays."""
    state = "running"
    while state in ("waiting", "running"):
        with database().system_work() as work:
            step = work.write("SELECT * FROM clew.go_on(CAST(:act AS uuid), :most)", {"act": payload["act"], "most": STEP})
            state = step[0].state if step else "done"
            if step:
                work.record(Event("act", subject=f"act:{payload['act']}", detail={
                    "done": step[0].done, "changed": step[0].changed, "state": state}))


JOBS: Mapping[str, Callable[[dict[str, Any]], None]] = {"act": act}
