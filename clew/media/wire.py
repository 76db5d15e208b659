"""Messages from a reader to its parent: a length, JSON of plain values, raw bytes. Never pickle."""

import json
import os
import select
import struct
import time
from typing import Any

from clew.media import limits

_LENGTHS = struct.Struct(">IQ")


class Garbled(Exception):
    """The reader's answer breaks the protocol: it is in an adversary's hands, or died half-way."""


class Silent(Exception):
    """The reader did not answer in time."""


def send(fd: int, header: dict[str, Any], raw: bytes | memoryview = b"") -> None:
    """Write one message to `fd`; `raw` is any contiguous buffer."""
    body = memoryview(raw).cast("B")
    words = json.dumps(header, allow_nan=False).encode()
    _write_all(fd, memoryview(_LENGTHS.pack(len(words), len(body)) + words))
    _write_all(fd, body)


def _write_all(fd: int, view: memoryview) -> None:
    while view:
        view = view[os.write(fd, view):]


def _no_constant(word: str) -> None:
    raise ValueError(word)


class Inbox:
    """Reads messages from a reader that may be hostile, never longer than until `deadline` (monotonic)."""

    def __init__(self, fd: int, deadline: float) -> None:
        self.fd = fd
        self.deadline = deadline
        self._poll = select.poll()
        self._poll.register(fd, select.POLLIN)

    def receive(self) -> tuple[dict[str, Any], int] | None:
        """Return the next header and the number of raw bytes that follow; None at a clean end."""
        start = self._exactly(_LENGTHS.size, end_allowed=True)
        if start is None:
            return None
        size, raw = _LENGTHS.unpack(start)
        if size > limits.HEADER_BYTES:
            raise Garbled
        words = self._exactly(size)
        try:
            header = json.loads(bytes(words or b""), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Garbled from None
        if not isinstance(header, dict):
            raise Garbled
        return header, raw

    def raw(self, size: int, most: int) -> bytearray:
        """Return exactly `size` raw bytes; refuses more than `most` before any memory is taken."""
        if size > most:
            raise Garbled
        return self._exactly(size) or bytearray()

    def _exactly(self, size: int, *, end_allowed: bool = False) -> bytearray | None:
        buffer = bytearray(size)
        view = memoryview(buffer)
        while view:
            got = self._some(view)
            if not got:
                if end_allowed and len(view) == size:
                    return None
                raise Garbled
            view = view[got:]
        return buffer

    def _some(self, view: memoryview) -> int:
        left = self.deadline - time.monotonic()
        if left <= 0 or not self._poll.poll(left * 1000):
            raise Silent
        return os.readv(self.fd, [view])
