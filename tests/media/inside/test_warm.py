"""The warm parent's own work, with an ordinary process in place of a fork."""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

import pytest

from clew.media.inside import warm
from clew.media.inside.refusal import Refusal
from clew.media.wire import Inbox, send


@pytest.fixture
def asker(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[socket.socket, list[subprocess.Popen[bytes]], int]]:
    """Run the serving loop in a thread; each "fork" is a program that sleeps."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    wake = os.pipe()
    started: list[subprocess.Popen[bytes]] = []

    def fork() -> int:
        started.append(subprocess.Popen(["sleep", "60"]))
        return started[-1].pid

    monkeypatch.setattr(os, "fork", fork)
    thread = threading.Thread(target=warm._serve, args=(theirs, wake, {}, b""))
    thread.start()
    yield ours, started, wake[1]
    ours.close()
    thread.join(10)
    theirs.close()
    for fd in wake:
        os.close(fd)
    for process in started:
        process.returncode = 0  # it has been waited for already
    assert not thread.is_alive()


def request(door: socket.socket) -> tuple[int, int]:
    """Send a request as the sandbox does; return the ends to read."""
    answer, status, file = os.pipe(), os.pipe(), os.memfd_create("file")
    socket.send_fds(door, [json.dumps({"job": "x", "cpu": 1}).encode()], [file, answer[1], status[1]])
    for fd in (file, answer[1], status[1]):
        os.close(fd)
    return answer[0], status[0]


def wait_for(started: list[subprocess.Popen[bytes]]) -> None:
    while not started:
        sleep(0.01)


def test_a_reader_that_ends_is_reported(asker: tuple[socket.socket, list[subprocess.Popen[bytes]], int]) -> None:
    door, started, wake = asker
    answer, status = request(door)
    wait_for(started)
    os.kill(started[0].pid, 11)
    os.waitid(os.P_PID, started[0].pid, os.WEXITED | os.WNOWAIT)  # dead, not yet reaped
    os.write(wake, b"x")
    assert Inbox(status, monotonic() + 10).receive() == ({"status": -11}, 0)
    os.close(answer)
    os.close(status)


def test_a_reader_nobody_listens_to_is_killed(asker: tuple[socket.socket, list[subprocess.Popen[bytes]], int]) -> None:
    door, started, wake = asker
    answer, status = request(door)
    wait_for(started)
    os.close(status)
    os.close(answer)
    while alive(started[0].pid):
        os.write(wake, b"x")  # as SIGCHLD does
        sleep(0.01)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("failure", "said"), [
    (None, {"well": 1}), (Refusal("codec"), {"refused": "codec"}), (MemoryError(), {"refused": "memory"}),
    (RuntimeError("text made from the file"), {"refused": "broken"}),
])
def test_a_reader_answers_or_gives_a_word(monkeypatch: pytest.MonkeyPatch, failure: Exception | None,
                                          said: dict[str, Any]) -> None:
    def job(_: int, answer: int, __: dict[str, Any]) -> None:
        if failure is not None:
            raise failure
        send(answer, {"well": 1})

    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr(warm, "_bind", lambda *_: None)
    monkeypatch.setattr(warm.signal, "set_wakeup_fd", lambda _: None)
    read, write = os.pipe()
    spare = os.dup(read)
    warm._read([spare], -1, write, {"job": "x", "cpu": 1}, {"x": job}, b"")
    assert Inbox(read, monotonic() + 5).receive() == (said, 0)
    assert ended == [0]
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(spare)
    os.close(read)
    os.close(write)
