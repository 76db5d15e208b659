"""One sandbox for all tests of media, and the same reading without the sandbox."""

import os
import threading
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest

from clew.kernel.errors import Refused
from clew.media import answers
from clew.media.incoming import read_only
from clew.media.inside import jobs, picture
from clew.media.inside.refusal import Refusal
from clew.media.opened import Opened
from clew.media.sandbox import Sandbox
from clew.media.wire import Inbox, send

Open = Callable[[bytes], Opened]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture(params=["caged", "plain"])
def open_media(request: pytest.FixtureRequest, sandbox: Sandbox) -> Open:
    """Open bytes in the sandbox, and once more by the same code in this process (made files only)."""
    return sandbox.open if request.param == "caged" else open_here


def open_here(data: bytes) -> Opened:
    return run_here(jobs.open_media, data, answers.opened, {"seconds": 9.0})


def run_here(job: Any, data: bytes, take: Any, request: dict[str, Any]) -> Any:
    """Run a reader's job in a thread of this process and take its answer as the parent would."""
    picture.prepare()
    file, (read, write) = read_only(data), os.pipe()

    def work() -> None:
        try:
            job(file, write, request)
        except Refusal as why:
            send(write, {"refused": why.reason})
        finally:
            os.close(write)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        return take(Inbox(read, monotonic() + 60))
    except answers.GaveUp as why:
        raise Refused(answers.sentence(why.reason)) from None
    finally:
        thread.join(60)
        os.close(read)
        os.close(file)
