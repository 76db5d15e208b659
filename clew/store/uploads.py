"""Uploads under way: sealed on disk byte for byte as they arrive, so that they can go on after any crash.

One file per upload: a head (length, the upload's own key sealed under the key ring, a mark) and sealed
segments of at most 1 MiB. No name, no case and no clear content is ever in it.
"""

import fcntl
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clew.kernel.errors import BadInput, Conflict, Damaged, NotFound
from clew.store.blobs.frames import Bytes
from clew.store.blobs.local import SpoolFile, flush_folder, make_private, sweep_folder
from clew.store.blobs.places import disk_errors
from clew.store.blobs.writer import BlobWriter
from clew.store.keys import KEY, NONCE, SEALED_KEY, KeyRing, seal

MAGIC = b"CLEWUPL\1"
TAG = 16
SEGMENT = 1 << 20  # plain bytes in a segment at most
MARK_AT = len(MAGIC) + 8 + SEALED_KEY
MARK = NONCE + 16 + TAG
BODY_AT = MARK_AT + MARK
LENGTH = 4 + NONCE  # in front of each segment


class Partial:
    """One upload under way, opened: knows up to where its bytes are sure, and adds more behind them."""

    def __init__(self, fd: int, upload_id: uuid.UUID, keyring: KeyRing) -> None:
        head = os.pread(fd, MARK_AT, 0)
        if len(head) < MARK_AT or not head.startswith(MAGIC):  # a crash while it was being created
            raise NotFound
        self._fd = fd
        self._id = upload_id.bytes
        self.length = int.from_bytes(head[8:16], "big")
        self._key = keyring.open_small(head[16:], _context(upload_id, self.length))
        self._cipher = AESGCM(self._key)
        self._waiting = bytearray()
        self.offset, self._end = self._read_mark()
        for plain, end in self.segments(self.offset, self._end):
            self.offset, self._end = self.offset + len(plain), end

    def segments(self, offset: int, at: int) -> Iterator[tuple[bytes, int]]:
        """Yield (plain bytes, file position behind) from a known start until the first torn segment."""
        while True:
            front = os.pread(self._fd, LENGTH, at)
            size = int.from_bytes(front[:4], "big")
            if len(front) < LENGTH or not 0 < size <= SEGMENT:
                return
            sealed = os.pread(self._fd, size + TAG, at + LENGTH)
            try:
                plain = self._cipher.decrypt(front[4:], sealed, self._bound(offset))
            except InvalidTag:
                return
            offset, at = offset + size, at + LENGTH + size + TAG
            yield plain, at

    def content(self) -> Iterator[bytes]:
        """Yield every byte from the start; raise Damaged when some are gone."""
        offset = 0
        for plain, _ in self.segments(0, BODY_AT):
            offset += len(plain)
            yield plain
        if offset != self.length:
            raise Damaged("What was uploaded so far is damaged on the server. Send the file again.")

    def add(self, chunk: Bytes) -> None:
        """Add bytes; they are sure only after `settle`."""
        if self.offset + len(self._waiting) + len(chunk) > self.length:
            raise BadInput("More bytes came than announced. Begin the upload again with its true length.")
        with memoryview(chunk) as rest:
            at = 0
            while at < len(rest):
                taken = SEGMENT - len(self._waiting)
                self._waiting += rest[at:at + taken]
                at += taken
                if len(self._waiting) == SEGMENT:
                    self._write_segment()

    def settle(self) -> None:
        """Make everything added durable, then set the mark from which the next opening need not look back."""
        if self._waiting:
            self._write_segment()
        with disk_errors():
            os.fsync(self._fd)
            place = self.offset.to_bytes(8, "big") + self._end.to_bytes(8, "big")
            os.pwrite(self._fd, seal(self._key, place, b"mark" + self._id), MARK_AT)

    def cut_tail(self) -> None:
        """Remove what a crash left behind the last whole segment."""
        with disk_errors():
            os.ftruncate(self._fd, self._end)

    def _write_segment(self) -> None:
        plain = bytes(self._waiting)
        self._waiting.clear()
        sealed = len(plain).to_bytes(4, "big") + seal(self._key, plain, self._bound(self.offset))
        with disk_errors():
            rest, at = memoryview(sealed), self._end
            while rest:
                written = os.pwrite(self._fd, rest, at)
                rest, at = rest[written:], at + written
        self.offset, self._end = self.offset + len(plain), at

    def _read_mark(self) -> tuple[int, int]:
        sealed = os.pread(self._fd, MARK, MARK_AT)
        try:
            place = self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], b"mark" + self._id)
        except (InvalidTag, ValueError):  # none yet, or torn: look through the whole file
            return 0, BODY_AT
        return int.from_bytes(place[:8], "big"), int.from_bytes(place[8:], "big")

    def _bound(self, offset: int) -> bytes:
        return b"segment" + self._id + offset.to_bytes(8, "big")


class Uploads:
    """The folder of uploads under way; safe for any number of processes."""

    def __init__(self, folder: Path, keyring: KeyRing) -> None:
        self._folder = folder
        self._keyring = keyring
        make_private(folder)

    def create(self, upload_id: uuid.UUID, length: int) -> None:
        """Begin an upload of `length` bytes; raise Conflict when it was begun before."""
        if length < 0:
            raise BadInput("The length of an upload is a number of bytes, 0 or more.")
        path = self._path(upload_id)
        if path.exists():
            raise Conflict("This upload was begun before. Ask for its offset and go on from there.")
        sealed_key = self._keyring.seal_small(os.urandom(KEY), _context(upload_id, length))
        head = SpoolFile(path)
        try:
            head.write(MAGIC + length.to_bytes(8, "big") + sealed_key + bytes(MARK))
            head.flush()
        finally:
            head.close()
        with disk_errors():
            flush_folder(self._folder)

    def offset(self, upload_id: uuid.UUID) -> int:
        """Return how many bytes are here and whole; raise NotFound for an upload never begun or dropped."""
        with self._opened(upload_id) as partial:
            return partial.offset

    def length(self, upload_id: uuid.UUID) -> int:
        """Return how many bytes were announced."""
        with self._opened(upload_id) as partial:
            return partial.length

    def append(self, upload_id: uuid.UUID, offset: int, chunks: Iterable[Bytes]) -> int:
        """Add bytes from `offset` on and return the new offset, durable; raise Conflict at another offset.

        When the sender breaks off (`chunks` raises), what had arrived is kept and the error goes on.
        """
        with self._opened(upload_id, alone=True) as partial:
            if offset != partial.offset:
                raise Conflict("The upload stands at another byte. Ask for its offset and go on from there.")
            partial.cut_tail()
            try:
                for chunk in chunks:
                    partial.add(chunk)
            finally:
                partial.settle()
            return partial.offset

    def assemble(self, upload_id: uuid.UUID, writer: BlobWriter) -> None:
        """Feed the whole upload to `writer`; the caller finishes that, commits a row, drops the upload."""
        with self._opened(upload_id, alone=True) as partial:
            if partial.offset != partial.length:
                raise Conflict("The upload is not complete yet. Ask for its offset and go on from there.")
            for plain in partial.content():
                writer.write(plain)

    def drop(self, upload_id: uuid.UUID) -> None:
        """Remove an upload; silent when there is none."""
        with disk_errors():
            self._path(upload_id).unlink(missing_ok=True)

    def sweep(self, older_than: timedelta) -> int:
        """Remove uploads nothing was added to for `older_than`; return how many."""
        with disk_errors():
            return sweep_folder(self._folder, older_than)

    def _path(self, upload_id: uuid.UUID) -> Path:
        return self._folder / upload_id.hex

    @contextmanager
    def _opened(self, upload_id: uuid.UUID, *, alone: bool = False) -> Iterator[Partial]:
        try:
            fd = os.open(self._path(upload_id), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            raise NotFound from None
        try:
            if alone:
                _lock(fd)
            yield Partial(fd, upload_id, self._keyring)
        finally:
            os.close(fd)


def _lock(fd: int) -> None:
    """Keep every other request and process from adding; the lock goes with the file, also after kill -9."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Conflict("Another request is still sending this upload. Wait a moment, ask for the "
                       "offset and go on from there.") from None


def _context(upload_id: uuid.UUID, length: int) -> str:
    return f"upload:{upload_id}:{length}"
