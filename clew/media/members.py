"""Takes members of an archive from a reader, re-checks their names and keeps the account of what came out."""

import os
import time
from dataclasses import dataclass
from typing import BinaryIO

from clew.media import formats, limits, names
from clew.media.answers import GaveUp, next_header
from clew.media.wire import Garbled, Inbox

SECONDS = float(limits.ARCHIVE_CPU_SECONDS)

_SENTENCES = {
    "name_length": "Its name is empty or too long. Rename it and add it again.",
    "name_characters": "Its name holds characters that cannot be shown. Rename it and add it again.",
    "name_path": "Its name points outside the archive. The archive may be made to do harm.",
    "duplicate": "The archive holds this name twice; only the first is taken.",
    "link": "It is a link or a device, not a file.",
    "encrypted": "It is locked with a password. Unlock it and add it again.",
    "method": "It is packed in a way that is not opened. Pack it again as ZIP.",
    "broken": "It is damaged and cannot be unpacked. Ask the source for a new copy.",
    "empty": "It is an archive that holds no files.",
    "member_size": f"It is larger than {limits.MEMBER_BYTES >> 30} GiB unpacked. Add it by itself.",
    "nesting": f"It is an archive more than {limits.NESTING} levels deep. Unpack it and add it by itself.",
}


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive: its path (`inner.zip!/a.jpg` in a nested one), and its bytes or a reason."""

    name: str
    file: BinaryIO | None
    refused: str | None = None


class Budget:
    """What one archive, with all archives in it, may still unpack to."""

    def __init__(self, packed: int) -> None:
        self.packed = packed
        self.members = 0
        self.bytes = 0
        self.spent = False

    def add_member(self) -> None:
        """Count a member. Raises GaveUp."""
        self.members += 1
        if self.members > limits.MEMBERS:
            self._stop("too_many")

    def add_bytes(self, count: int) -> None:
        """Count unpacked bytes. Raises GaveUp when they are too many, by themselves or for the archive's size."""
        self.bytes += count
        if self.bytes > limits.UNPACKED_BYTES:
            self._stop("too_many")
        if self.bytes > limits.RATIO_FROM and self.bytes > limits.RATIO * self.packed:
            self._stop("ratio")

    def _stop(self, reason: str) -> None:
        self.spent = True
        raise GaveUp(reason)


def sentence(fault: str) -> str:
    """Return what a person reads about a member that is not taken."""
    return _SENTENCES[fault]


def is_archive(fd: int) -> bool:
    """Return whether the file is an archive that would be opened, by its first bytes."""
    found = formats.detect(os.pread(fd, formats.HEAD_BYTES, 0))
    return found is not None and found.reader == "archive"


def receive(inbox: Inbox, seen: set[str], budget: Budget) -> Member | None:
    """Return the next member, None at the end. Raises GaveUp, Garbled, wire.Silent."""
    header, raw = _next(inbox)
    if header.get("unpacked") is True and not raw:
        return None
    name, fault = header.get("member"), _fault(header)
    if not isinstance(name, str) or raw or names.shown(name) != name:
        raise Garbled
    budget.add_member()
    if fault is None:
        fault = names.fault(name) or ("duplicate" if name in seen else None)
        if fault:
            raise Garbled  # the reader has checked the same
        seen.add(name)
        return _content(inbox, name, budget)
    return Member(name, None, _SENTENCES[fault])


def _fault(header: dict[str, object]) -> str | None:
    fault = header.get("fault")
    if fault is not None and (not isinstance(fault, str) or fault not in _SENTENCES):
        raise Garbled
    return fault


def _content(inbox: Inbox, name: str, budget: Budget) -> Member:
    """Collect a member in anonymous memory: nothing of it touches a disk unsealed."""
    content = os.fdopen(os.memfd_create("member", os.MFD_CLOEXEC), "w+b")
    try:
        while True:
            header, raw = _next(inbox)
            if "chunk" in header:
                budget.add_bytes(raw)
                content.write(inbox.raw(raw, limits.CHUNK_BYTES))
            elif "end" in header and not raw:
                fault = _fault(header)
                break
            else:
                raise Garbled
        if fault is not None:
            content.close()
            return Member(name, None, _SENTENCES[fault])
        content.seek(0)
    except BaseException:
        content.close()
        raise
    return Member(name, content)


def _next(inbox: Inbox) -> tuple[dict[str, object], int]:
    inbox.deadline = time.monotonic() + limits.SILENCE_SECONDS
    return next_header(inbox)
