"""Lends opened content to a sandbox: in anonymous memory, never on a disk and never a second time in a process's heap."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from clew.kernel.errors import Refused
from clew.media import limits
from clew.store.vault import vault


@contextmanager
def in_memory(object_name: str, data_key: bytes, size: int) -> Iterator[int]:
    """Lend a descriptor of the content of an object of `size` plain bytes, decrypted piece by piece.

    Raises Refused when it is too large for a sandbox, Damaged when the object is missing or does not open.
    """
    if size > limits.FILE_BYTES:
        raise Refused(f"The file is larger than {limits.FILE_BYTES >> 30} GiB. It is kept; cut it into parts and add those.")
    held = os.memfd_create("content", os.MFD_CLOEXEC)
    try:
        for piece in vault().blobs.read(object_name, data_key):
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(held, rest):]
        os.lseek(held, 0, os.SEEK_SET)
        yield held
    finally:
        os.close(held)
