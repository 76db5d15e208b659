"""What a taken-over reader can do (nothing), and how the sandbox lives on."""

import io
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clew.kernel.errors import Refused
from clew.media import answers
from clew.media.cage import Cage
from clew.media.sandbox import Sandbox
from clew.media.wire import Inbox
from tests.media.made import picture

STUB = Cage(entry="escape_stub", extra=(Path(__file__).parent / "caged",))


@pytest.fixture(scope="module")
def hostile() -> Iterator[Sandbox]:
    with Sandbox(STUB) as sandbox:
        yield sandbox


def header(inbox: Inbox) -> dict[str, Any]:
    return answers.next_header(inbox)[0]


def ask(sandbox: Sandbox, job: str, *, seconds: float | None = None, take: Any = header, **more: Any) -> Any:
    return sandbox._answer(b"some file", {"job": job, **more}, take, seconds=seconds)


def warm_parent(sandbox: Sandbox) -> int:
    assert sandbox._process is not None
    return sandbox._process.pid


def test_no_way_out_works(hostile: Sandbox) -> None:
    told = ask(hostile, "escape")
    assert {name for name, outcome in told["tried"].items() if outcome == "succeeded"} == set()
    assert len(told["tried"]) > 30
    assert set(told["held"]) <= {0, 1, 2, *told["given"]}
    assert set(told["environment"]) <= {"MALLOC_ARENA_MAX", "OPENBLAS_NUM_THREADS", "PWD", "LC_CTYPE"}


@pytest.mark.parametrize(("job", "reason", "more"), [
    ("memory", "memory", {}), ("threads", "damaged|stop", {"seconds": 30}), ("crash", "broke down", {}),
    ("leave", "broke down", {}), ("garbage", "broke down", {}), ("pickle", "broke down", {}),
    ("sleep", "too long", {"seconds": 0.3}), ("spin", "too long", {"cpu": 1, "seconds": 60}),
])
def test_a_reader_that_misbehaves_is_refused_and_the_next_works(
        hostile: Sandbox, job: str, reason: str, more: dict[str, Any]) -> None:
    ask(hostile, "fine")
    before = warm_parent(hostile)
    with pytest.raises(Refused, match=reason):
        ask(hostile, job, take=answers.opened if job != "threads" else header, **more)
    assert ask(hostile, "fine") == {"fine": "some file"}
    assert warm_parent(hostile) == before


def test_a_flood_of_frames_is_cut_off(hostile: Sandbox) -> None:
    with pytest.raises(Refused):
        ask(hostile, "flood", take=answers.opened)
    assert ask(hostile, "fine") == {"fine": "some file"}


def test_a_dead_warm_parent_is_started_again(sandbox: Sandbox) -> None:
    with Sandbox(STUB) as own:
        ask(own, "fine")
        first = warm_parent(own)
        os.kill(first, signal.SIGKILL)
        assert own._process is not None
        own._process.wait(10)  # a kill is on its way for a moment, in which the old one may still answer
        assert ask(own, "fine") == {"fine": "some file"}
        assert warm_parent(own) != first


def test_closing_ends_the_processes_and_it_can_be_used_again() -> None:
    own = Sandbox(STUB)
    ask(own, "fine")
    first = own._process
    own.close()
    assert first is not None and first.poll() is not None
    assert ask(own, "fine") == {"fine": "some file"}
    own.close()


def test_bytes_descriptor_and_file_are_the_same(sandbox: Sandbox, tmp_path: Path) -> None:
    data = picture("PNG")
    path = tmp_path / "x"
    path.write_bytes(data)
    with path.open("rb") as file:
        file.seek(100)
        shown = [sandbox.open(given).picture for given in
                 (data, bytearray(data), memoryview(data), file, file.fileno(), io.BytesIO(data))]
        assert file.tell() == 100
    assert all(one is not None and one.tobytes() == shown[0].tobytes() for one in shown)  # type: ignore[union-attr]


def test_the_name_only_makes_the_reason_readable(sandbox: Sandbox) -> None:
    with pytest.raises(Refused) as caught:
        sandbox.open(b"%PDF-1.7 not a picture", name_hint="holi\x1b[31mday.jpg")
    assert caught.value.message.startswith("holi[31mday.jpg: This kind of file is not opened.")
    assert sandbox.open(picture("PNG"), name_hint="x.exe").media_type == "image/png"


def test_an_empty_file_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(Refused, match="empty"):
        sandbox.open(b"")


def test_threads_share_one_sandbox(sandbox: Sandbox) -> None:
    data, seen = picture("JPEG"), []

    def work() -> None:
        seen.extend(sandbox.open(data).width for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [320] * 20


def test_nothing_is_left_open(sandbox: Sandbox) -> None:
    sandbox.open(picture("PNG"))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        sandbox.open(picture("PNG"))
        with pytest.raises(Refused):
            sandbox.open(b"nothing of the kind")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
