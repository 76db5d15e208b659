"""A folder of numpy arrays on disk: written once, synced, sealed by checksums, mapped read-only; never pickled."""

import hashlib
import json
import math
import mmap
import os
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import Unavailable
from clew.signals.indexes.rows import read_only

MANIFEST = "manifest.json"
LONGEST_HEADER = 1 << 16
DAMAGED = "This index snapshot is damaged and was refused; build the index again from the store."


def new_file(path: Path) -> int:
    """Create a file that only its owner may read, and return its descriptor; an existing one is an error."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class ArrayFile:
    """One array being written in parts along its first axis; what goes past is summed up in its checksum."""

    def __init__(self, folder: Path, name: str, dtype: Any, shape: tuple[int, ...]) -> None:
        self.name, self.dtype, self.shape = name, np.dtype(dtype), shape
        self._file = os.fdopen(new_file(folder / f"{name}.npy"), "wb")
        self._digest = hashlib.sha256()
        header = BytesIO()
        described = {"descr": self.dtype.str, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(header, described)
        self._put(header.getvalue())

    def _put(self, data: bytes | memoryview) -> None:
        self._digest.update(data)
        self._file.write(data)

    def add(self, part: NDArray[Any]) -> None:
        """Append rows."""
        if part.size:
            self._put(np.ascontiguousarray(part, self.dtype).data.cast("B"))

    def close(self) -> dict[str, Any]:
        """Sync the file to disk and return its line of the manifest."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return {"dtype": self.dtype.str, "shape": list(self.shape), "sha256": self._digest.hexdigest()}


def write_array(folder: Path, name: str, array: NDArray[Any]) -> dict[str, Any]:
    """Write one whole array and return its line of the manifest."""
    file = ArrayFile(folder, name, array.dtype, array.shape)
    file.add(array)
    return file.close()


def _seal(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write what the folder holds, last: without it there is no snapshot."""
    with os.fdopen(new_file(folder / MANIFEST), "w") as file:
        json.dump({"facts": facts, "seal": _seal(facts)}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what the folder says it holds; raise Unavailable when the manifest was changed."""
    try:
        sealed = json.loads((folder / MANIFEST).read_text())
        facts: dict[str, Any] = sealed["facts"]
        whole = sealed["seal"] == _seal(facts)
    except (ValueError, KeyError, TypeError) as error:
        raise Unavailable(DAMAGED) from error
    if not whole:
        raise Unavailable(DAMAGED)
    return facts


def map_array(folder: Path, name: str, line: Mapping[str, Any]) -> NDArray[Any]:
    """Map one array read-only, after its checksum, type and shape agreed with the manifest; else raise Unavailable.

    What is summed up is the mapping itself: afterwards every page of it is at hand, and no lookup waits for the first
    touch of one.
    """
    try:
        with (folder / f"{name}.npy").open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if hashlib.sha256(mapped).hexdigest() != line["sha256"]:
            raise Unavailable(DAMAGED)
        array = _array_in(mapped)
    except ValueError as error:  # nothing in it, or its header promises more than there is
        raise Unavailable(DAMAGED) from error
    if array.dtype.str != line["dtype"] or list(array.shape) != line["shape"]:
        raise Unavailable(DAMAGED)
    return read_only(array)


def _array_in(mapped: mmap.mmap) -> NDArray[Any]:
    """Return the array that a mapped .npy file holds, without copying it."""
    header = BytesIO(mapped[:LONGEST_HEADER])
    np.lib.format.read_magic(header)
    shape, _, dtype = np.lib.format.read_array_header_1_0(header)
    return np.frombuffer(mapped, dtype, math.prod(shape), header.tell()).reshape(shape)
