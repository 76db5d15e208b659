"""Sealed objects in a local folder: written beside, flushed to disk, then renamed into sight."""

import os
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from clew.kernel.errors import Unavailable
from clew.store.blobs.places import Found, disk_errors, is_object_name, object_path

INCOMING = "incoming"


def flush_folder(folder: Path) -> None:
    """Make the entries of a folder durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class SpoolFile:
    """A new private file (0600) of sealed bytes, taken away by `abandon` unless it was moved."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with disk_errors():
            self._fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def write(self, sealed: memoryview | bytes) -> None:
        """Add sealed bytes; a write cut short by the system is continued."""
        rest = memoryview(sealed)
        with disk_errors():
            while rest:
                rest = rest[os.write(self._fd, rest):]

    def flush(self) -> None:
        """Make the bytes durable."""
        with disk_errors():
            os.fsync(self._fd)

    def close(self) -> None:
        """Close the file, once."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def abandon(self) -> None:
        """Close and remove it."""
        self.close()
        self.path.unlink(missing_ok=True)


def make_private(folder: Path) -> None:
    """Make a folder (0700), or narrow it to that when it is there already."""
    with disk_errors():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)


def sweep_folder(folder: Path, older_than: timedelta) -> int:
    """Remove the files of `folder` not written to for `older_than`; return how many."""
    horizon = time.time() - older_than.total_seconds()
    removed = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < horizon:
                Path(entry.path).unlink(missing_ok=True)
                removed += 1
    return removed


class LocalFolder:
    """A folder of objects, fanned out as aa/bb/<name>; safe for any number of processes."""

    read_ahead = 1

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / INCOMING
        make_private(root)
        make_private(self._incoming)
        self._durable: set[str] = set()  # fan-out folders this process has itself flushed

    def draft(self) -> "LocalDraft":
        """Begin an object."""
        return LocalDraft(self, self._incoming)

    def settle(self, name: str) -> Path:
        """Return the path of `name`, its folders made and durable.

        A folder another process has just made may not be on disk yet: each process flushes for itself.
        """
        path = self._root / object_path(name)
        folder = path.parent
        if name[:4] not in self._durable:
            folder.parent.mkdir(mode=0o700, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            flush_folder(folder.parent)
            flush_folder(self._root)
            self._durable.add(name[:4])
        return path

    def open(self, name: str) -> "LocalReading | None":
        """Open an object, or return None when there is none."""
        with disk_errors():
            try:
                fd = os.open(self._root / object_path(name), os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                if not self._incoming.is_dir():  # one object may be lost; without this folder it is another disk
                    raise Unavailable("The folder of stored content is not what it was. Is its disk mounted?") from None
                return None
        return LocalReading(fd)

    def drop(self, name: str) -> None:
        """Remove an object durably; silent when there is none."""
        path = self._root / object_path(name)
        with disk_errors():
            try:
                path.unlink()
            except FileNotFoundError:
                return
            flush_folder(path.parent)

    def found(self) -> Iterator[Found]:
        """List every object in order of name."""
        for outer in _inner_folders(self._root):
            for inner in _inner_folders(outer):
                with os.scandir(inner) as entries:
                    names = sorted(entry.name for entry in entries if is_object_name(entry.name))
                for name in names:
                    try:
                        facts = (inner / name).stat()
                    except FileNotFoundError:  # dropped while we were listing
                        continue
                    yield Found(name, facts.st_size, facts.st_mtime)

    def sweep(self, older_than: timedelta) -> int:
        """Remove drafts that a crash left behind; return how many."""
        with disk_errors():
            return sweep_folder(self._incoming, older_than)


def _inner_folders(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        return sorted(Path(entry.path) for entry in entries if len(entry.name) == 2 and entry.is_dir())


class LocalDraft(SpoolFile):
    """An object being written to a LocalFolder."""

    def __init__(self, place: LocalFolder, incoming: Path) -> None:
        super().__init__(incoming / secrets.token_hex(16))
        self._place = place

    def keep(self, name: str) -> None:
        """Flush the file, rename it into sight, flush the folder: in this order, or a cut loses it."""
        self.flush()
        self.close()
        with disk_errors():
            path = self._place.settle(name)
            self.path.rename(path)
            flush_folder(path.parent)


class LocalReading:
    """One object of a LocalFolder opened for reading; stays readable while it is dropped."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.sealed_size = os.fstat(fd).st_size

    def at(self, offset: int, length: int) -> bytes:
        """Return `length` sealed bytes from `offset`; fewer only at the end."""
        with disk_errors():
            return os.pread(self._fd, length, offset)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._fd)
