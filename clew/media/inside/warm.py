"""The warm parent in the sandbox: imports every decoder once, then forks one reader per file.

It never looks at a file itself; the reader it forks can do nothing but compute and answer.
"""

import array
import gc
import json
import os
import resource
import select
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from clew.media import limits, seccomp, wire
from clew.media.inside.refusal import Refusal

Job = Callable[[int, int, dict[str, Any]], None]  # file, answer, request

_FDS = 3  # file, answer, status
_LIBRARIES_BYTES = 512 << 20  # address space, not memory, that the loaded libraries may span


def main(control: int, jobs: Mapping[str, Job] | None = None) -> None:
    """Serve requests from `control` until it closes."""
    work = _standard_jobs() if jobs is None else jobs
    rules = seccomp.reader_filter()
    _silence()
    wake = os.pipe2(os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake[1])
    gc.collect()
    gc.freeze()  # forks share what is loaded
    with socket.socket(fileno=control) as door:
        door.send(b"ready")
        _serve(door, wake, work, rules)


def _standard_jobs() -> Mapping[str, Job]:
    # Here, because tests bring jobs of their own that need no decoders.
    from clew.media.inside.jobs import JOBS  # noqa: PLC0415
    from clew.media.inside.rehearsal import warm_up  # noqa: PLC0415

    warm_up()
    return JOBS


def _silence() -> None:
    """Point the three standard streams at a pipe nobody reads, so that no decoder can fill a disk."""
    read, write = os.pipe()
    for stream in (0, 1, 2):
        os.dup2(write, stream)
    os.close(read)
    os.close(write)


def _serve(door: socket.socket, wake: tuple[int, int], jobs: Mapping[str, Job], rules: bytes) -> None:
    readers: dict[int, int] = {}  # status pipe -> process
    poll = select.poll()
    poll.register(door, select.POLLIN)
    poll.register(wake[0], select.POLLIN)
    while True:
        for fd, _ in poll.poll():
            if fd == wake[0]:
                os.read(fd, 4096)
            elif fd == door.fileno():
                if not _fork(door, wake, readers, poll, jobs, rules):
                    return
            elif fd in readers:
                os.kill(readers[fd], signal.SIGKILL)  # the asker hung up
                poll.unregister(fd)
        _reap(readers, poll)


def _reap(readers: dict[int, int], poll: select.poll) -> None:
    for status_pipe, process in list(readers.items()):
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            del readers[status_pipe]
            with suppress(KeyError):  # gone already when the asker hung up
                poll.unregister(status_pipe)
            with suppress(OSError):
                wire.send(status_pipe, {"status": os.waitstatus_to_exitcode(status)})
            os.close(status_pipe)


def _fork(door: socket.socket, wake: tuple[int, int], readers: dict[int, int], poll: select.poll,
          jobs: Mapping[str, Job], rules: bytes) -> bool:
    """Take one request and fork its reader; False when the asker is gone."""
    words, extra, _, _ = door.recvmsg(limits.HEADER_BYTES, socket.CMSG_LEN(4 * _FDS))
    if not words:
        return False
    fds = array.array("i")
    for _, _, data in extra:
        fds.frombytes(data)
    file, answer, status = fds
    process = os.fork()
    if not process:
        _read([door.fileno(), *wake, status, *readers], file, answer, json.loads(words), jobs, rules)
    readers[status] = process
    poll.register(status, 0)  # only hang-ups
    os.close(file)
    os.close(answer)
    return True


def _read(foreign: list[int], file: int, answer: int, request: dict[str, Any], jobs: Mapping[str, Job],
          rules: bytes) -> None:
    """Be the reader: close everything else, bind hands, work, answer, end."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for fd in foreign:
            os.close(fd)
        _bind(request["cpu"], rules)
        try:
            jobs[request["job"]](file, answer, request)
        except Refusal as why:
            wire.send(answer, {"refused": why.reason})
        except MemoryError:
            wire.send(answer, {"refused": "memory"})
        except Exception:  # a decoder may raise anything
            wire.send(answer, {"refused": "broken"})
        code = 0
    finally:
        os._exit(code)


def _bind(cpu: int, rules: bytes) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))  # SIGXCPU first, so that the reason is known
    for what, most in (
        (resource.RLIMIT_AS, _LIBRARIES_BYTES + limits.MEMORY_BYTES),
        (resource.RLIMIT_DATA, limits.MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64), (resource.RLIMIT_MEMLOCK, 0), (resource.RLIMIT_MSGQUEUE, 0),
    ):
        resource.setrlimit(what, (most, most))
    seccomp.install(rules)
