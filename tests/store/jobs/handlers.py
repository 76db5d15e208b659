"""Handlers for the tests of the queue: they leave marks in files, as a worker's process is not ours."""

import os
import time
from pathlib import Path
from typing import Any

from clew.kernel.errors import Damaged, Refused, Unavailable


def mark(payload: dict[str, Any]) -> None:
    with Path(payload["file"]).open("a") as lines:
        lines.write(f"{payload['n']}\n")


def slow(payload: dict[str, Any]) -> None:
    Path(payload["file"]).with_suffix(f".{payload['n']}.{os.getpid()}").touch()
    time.sleep(payload.get("s", 1.0))
    mark(payload)


def refuse(payload: dict[str, Any]) -> None:
    mark(payload)
    raise Refused("This file is no picture. Send the picture.")


def break_down(payload: dict[str, Any]) -> None:
    raise ValueError("secret content")


def unready(payload: dict[str, Any]) -> None:
    mark(payload)
    if len(Path(payload["file"]).read_text().split()) < payload["ready_at"]:
        raise Unavailable("No sandbox. Install bubblewrap.")


def spoil(payload: dict[str, Any]) -> None:
    mark(payload)
    raise Damaged("The stored content is missing. Restore it.")


def die(payload: dict[str, Any]) -> None:
    mark(payload)
    os._exit(9)


HANDLERS = {"mark": mark, "slow": slow, "refuse": refuse, "break": break_down, "die": die, "unready": unready,
            "spoil": spoil}
