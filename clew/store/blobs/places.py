"""Where sealed objects may lie: the contract of a place, and what to say when it fails."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from clew.kernel.errors import BadInput, Unavailable

_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Found:
    """One object as listed: name, sealed size in bytes, when it was written (seconds since 1970)."""

    name: str
    sealed_size: int
    written: float


class Draft(Protocol):
    """Sealed bytes on their way in: nobody sees them until `keep` has made them durable."""

    def write(self, sealed: memoryview | bytes) -> None:
        """Add sealed bytes."""

    def keep(self, name: str) -> None:
        """Make everything durable under `name`; when this returns, a power cut loses nothing."""

    def abandon(self) -> None:
        """Leave nothing behind; harmless after `keep`."""


class Reading(Protocol):
    """One object opened for reading."""

    sealed_size: int

    def at(self, offset: int, length: int) -> bytes:
        """Return `length` sealed bytes from `offset`; fewer only at the end."""

    def close(self) -> None:
        """Let go of it."""


class Place(Protocol):
    """A flat store of sealed objects by name. Knows no keys and never sees clear content."""

    read_ahead: int  # frames worth fetching with one request

    def draft(self) -> Draft:
        """Begin an object."""

    def open(self, name: str) -> Reading | None:
        """Open an object, or return None when there is none."""

    def drop(self, name: str) -> None:
        """Remove an object durably; silent when there is none."""

    def found(self) -> Iterator[Found]:
        """List every object in order of name."""

    def sweep(self, older_than: timedelta) -> int:
        """Remove drafts that a crash left behind; return how many."""


def object_path(name: str) -> str:
    """Return `aa/bb/<name>`: two levels of at most 256 folders."""
    if not _NAME.fullmatch(name):
        raise BadInput("This is not the name of a stored object.")
    return f"{name[:2]}/{name[2:4]}/{name}"


def is_object_name(name: str) -> bool:
    """Return whether a file of this name can be an object."""
    return _NAME.fullmatch(name) is not None


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn an error of the operating system into one that says what to do, without any path."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unavailable("The disk that holds content is full. Nothing was stored; "
                              "free some space, then send the file again.") from error
        raise Unavailable("The disk that holds content cannot be used. Nothing was stored; "
                          "ask the administrator to run `clew doctor`.") from error
