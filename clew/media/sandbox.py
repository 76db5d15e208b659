"""Opens untrusted files: asks a caged reader, believes nothing it says, survives whatever happens."""

import fcntl
import json
import math
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from clew.kernel.errors import Refused, Unavailable
from clew.media import answers, limits, members
from clew.media.cage import Cage
from clew.media.incoming import File, read_only
from clew.media.members import Member
from clew.media.opened import Opened, Pixels
from clew.media.wire import Garbled, Inbox, Silent

T = TypeVar("T")
_LAST_WORD_SECONDS = 1.0
_PIPE_BYTES = 1 << 20  # the most that Linux gives anybody
_DEATHS = {str(-signal.SIGXCPU): "time", str(-signal.SIGKILL): "memory"}



class Sandbox:
    """A warm reader process in bubblewrap; one per process, safe to share between threads.

    Without bubblewrap the first use raises Unavailable and nothing is opened.
    """

    def __init__(self, cage: Cage | None = None) -> None:
        self._cage = cage or Cage()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the warm parent and with it every reader."""
        with self._lock:
            self._end()

    def open(self, file: File, *, name_hint: str = "") -> Opened:
        """Return pixels, samples and facts of `file` (bytes, descriptor or binary file, from its start).

        Raises Refused with the reason; `name_hint` only makes it readable and never decides anything.
        """
        return self._answer(file, {"job": "open"}, answers.opened, name_hint)

    def render(self, file: File, *, time: float | None = None, side: int = 2048) -> Pixels:
        """Return one still, long side <= `side` (never enlarged): a picture, or a film at `time` seconds."""
        side = max(16, min(side, limits.RENDER_SIDE))
        request = {"job": "render", "side": side, "time": time or 0.0}
        return self._answer(file, request, lambda inbox: answers.rendered(inbox, side))

    def unpack(self, file: File, *, name_hint: str = "") -> Iterator[Member]:
        """Yield the members of an archive (and of archives in it) one by one; a bad one only costs itself.

        A member's `file` is good until the next is asked for. Raises Refused when the whole is refused.
        """
        given = read_only(file)
        try:
            budget = members.Budget(os.fstat(given).st_size)
            yield from self._unpack(given, "", name_hint, 1, budget)
        except _Orphaned:
            raise Refused(answers.sentence("crash", name_hint)) from None
        finally:
            os.close(given)

    def _unpack(self, given: int, inside: str, name: str, depth: int, budget: members.Budget) -> Iterator[Member]:
        seen: set[str] = set()
        with self._ask(given, {"job": "unpack"}, members.SECONDS) as asked:
            while (found := asked.answer(lambda inbox: members.receive(inbox, seen, budget), name)) is not None:
                path = inside + found.name
                if found.file is None:
                    yield Member(path, None, found.refused)
                    continue
                with found.file as content:
                    if not members.is_archive(content.fileno()):
                        yield Member(path, content, None)
                    elif depth >= limits.NESTING:
                        yield Member(path, None, members.sentence("nesting"))
                    else:
                        yield from self._nested(content.fileno(), path, depth, budget)

    def _nested(self, given: int, path: str, depth: int, budget: members.Budget) -> Iterator[Member]:
        empty = True
        try:
            for member in self._unpack(given, f"{path}!/", "", depth + 1, budget):
                empty = False
                yield member
            if empty:
                yield Member(path, None, members.sentence("empty"))
        except Refused as why:
            if budget.spent:
                raise
            yield Member(path, None, why.message)

    def _answer(self, file: File, request: dict[str, Any], take: Callable[[Inbox], T], name: str = "", *,
                seconds: float | None = None) -> T:
        """Return what `take` makes of the answer; should the warm parent die meanwhile, ask a new one, once."""
        for _ in range(2):
            with self._ask(file, request, seconds) as asked:
                try:
                    return asked.answer(take, name)
                except _Orphaned:
                    self._bury(asked.control)
        raise Refused(answers.sentence("crash", name))

    def _bury(self, control: socket.socket) -> None:
        """Forget a warm parent that has died, unless another thread has done so already."""
        with self._lock:
            if self._control is control:
                self._end()

    def _ask(self, file: File, request: dict[str, Any], seconds: float | None = None) -> "_Asked":
        """Hand `file` to a fresh reader; a warm parent that has died is started again, once."""
        given = read_only(file)
        seconds = seconds or limits.wall_seconds(os.fstat(given).st_size)
        request = {"seconds": seconds, "cpu": math.ceil(seconds * limits.THREADS), **request}
        try:
            with self._lock:
                for last in (False, True):
                    control = self._started()
                    try:
                        return _Asked(control, given, request, seconds)
                    except OSError:
                        self._end()
                        if last:
                            raise
        except OSError:
            raise Unavailable("The sandbox has stopped. Try again, or run clew doctor.") from None
        finally:
            os.close(given)
        raise AssertionError

    def _started(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._control is None:
            self._process, self._control = self._cage.start()
        return self._control

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._control = None


class _Orphaned(Exception):
    """The warm parent died with the reader, so nobody can tell why."""


class _Asked:
    """One request under way. Leaving it hangs up, and the warm parent kills a reader nobody listens to."""

    def __init__(self, control: socket.socket, file: int, request: dict[str, Any], seconds: float) -> None:
        self.control = control
        self._answer, answer = os.pipe()
        self._status, status = os.pipe()
        with suppress(OSError):  # a whole picture fits: reader and asker need not take turns over 64 KiB
            fcntl.fcntl(answer, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        try:
            socket.send_fds(control, [json.dumps(request).encode()], [file, answer, status])
        except OSError:
            self.hang_up()
            raise
        finally:
            os.close(answer)
            os.close(status)
        self.inbox = Inbox(self._answer, time.monotonic() + seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Close both ends; the reader, if it still runs, is killed."""
        os.close(self._answer)
        os.close(self._status)

    def answer(self, take: Callable[[Inbox], T], name: str = "") -> T:
        """Return what `take` makes of the answer; every way to fail becomes Refused with a reason."""
        try:
            return take(self.inbox)
        except answers.GaveUp as why:
            reason = why.reason
        except Silent:
            reason = "time"
        except Garbled:
            reason = self._death()
        raise Refused(answers.sentence(reason, name))

    def _death(self) -> str:
        """Return why a reader ended without a proper answer."""
        with suppress(Garbled, Silent, OSError):
            told = Inbox(self._status, time.monotonic() + _LAST_WORD_SECONDS).receive()
            if told is None:
                raise _Orphaned
            return _DEATHS.get(str(told[0].get("status")), "crash")
        return "crash"
