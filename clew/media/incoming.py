"""Turns what a caller holds into one read-only descriptor that a reader may have."""

import fcntl
import os
from typing import BinaryIO

from clew.kernel.errors import Refused
from clew.media import limits

File = int | bytes | bytearray | memoryview | BinaryIO

_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


def read_only(file: File) -> int:
    """Return a new descriptor of `file`, read-only, at its start; the caller closes it. Raises Refused."""
    if isinstance(file, bytes | bytearray | memoryview):
        return _sealed(memoryview(file).cast("B"))
    number = _descriptor(file)
    if number is None:
        return _copied(file)
    if not isinstance(file, int):
        file.flush()
    if os.fstat(number).st_size > limits.FILE_BYTES:
        raise Refused(_TOO_BIG)
    # Opened anew through /proc: own offset, and no right to write even where the caller's has it.
    return os.open(f"/proc/self/fd/{number}", os.O_RDONLY | os.O_CLOEXEC)


_TOO_BIG = f"The file is larger than {limits.FILE_BYTES >> 30} GiB. Cut it into parts and add those."


def _descriptor(file: File) -> int | None:
    if isinstance(file, int):
        return file
    try:
        return file.fileno()  # type: ignore[union-attr]
    except (AttributeError, OSError):
        return None


def _copied(file: File) -> int:
    """Copy a stream that lives in memory only."""
    assert not isinstance(file, int | bytes | bytearray | memoryview)  # noqa: S101  (narrows the type)
    file.seek(0)
    held = file.read(limits.FILE_BYTES + 1)
    if len(held) > limits.FILE_BYTES:
        raise Refused(_TOO_BIG)
    return _sealed(memoryview(held))


def _sealed(view: memoryview) -> int:
    """Put bytes into anonymous memory that nobody can change any more."""
    writable = os.memfd_create("media", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        while view:
            view = view[os.write(writable, view):]
        fcntl.fcntl(writable, fcntl.F_ADD_SEALS, _SEALS)
        return os.open(f"/proc/self/fd/{writable}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(writable)
