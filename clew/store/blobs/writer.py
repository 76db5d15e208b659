"""One object on its way in: hashed and sealed while its bytes stream; nothing clear touches a disk."""

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from clew.store.blobs.frames import FRAME, SALT, Bytes, Sealer, make_header
from clew.store.blobs.hashing import Hashes
from clew.store.blobs.places import Draft


@dataclass(frozen=True, slots=True)
class Stored:
    """One durable object. Commit a row with `data_key` wrapped, or drop `object_name`."""

    object_name: str = field(repr=False)  # never the same twice: a repeated request is told by its content
    sha256: bytes
    sha1: bytes
    md5: bytes
    size: int  # plain bytes
    data_key: bytes = field(repr=False)


def name_object(object_key: bytes, sha256: bytes, salt: bytes) -> str:
    """Return HMAC-SHA256(object key, content hash and salt) in hex: it tells a thief nothing."""
    return hmac.new(object_key, sha256 + salt, hashlib.sha256).hexdigest()


class BlobWriter:
    """Feed it bytes of any chunking, then `finish`; used as a context it abandons what is not finished."""

    def __init__(self, draft: Draft, object_key: bytes) -> None:
        self._draft = draft
        self._object_key = object_key
        self._salt = os.urandom(SALT)
        self._data_key = os.urandom(32)
        header = make_header(self._salt)
        self._sealer = Sealer(self._data_key, header)
        self._hashes = Hashes()
        self._waiting = bytearray()  # at most one frame: the last frame must be sealed as such
        self.size = 0
        try:
            draft.write(header)
        except BaseException:
            draft.abandon()
            raise

    def write(self, data: Bytes) -> None:
        """Add bytes; raise Unavailable when the place is full or gone."""
        with memoryview(data).cast("B") as rest:
            self.size += len(rest)
            at = 0
            while len(self._waiting) + len(rest) - at > FRAME:
                if not self._waiting:  # a whole frame is at hand: no copy
                    self._seal(rest[at:at + FRAME], final=False)
                    at += FRAME
                    continue
                taken = FRAME - len(self._waiting)
                self._waiting += rest[at:at + taken]
                at += taken
                self._seal_waiting(final=False)
            self._waiting += rest[at:]

    def finish(self) -> Stored:
        """Seal the last frame, make the object durable and return its names and key."""
        self._seal_waiting(final=True)
        sha256, sha1, md5 = self._hashes.digests()
        name = name_object(self._object_key, sha256, self._salt)
        self._draft.keep(name)
        return Stored(name, sha256, sha1, md5, self.size, self._data_key)

    def abort(self) -> None:
        """Leave nothing behind; harmless after `finish`."""
        self._draft.abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.abort()

    def _seal_waiting(self, *, final: bool) -> None:
        with memoryview(self._waiting) as plain:
            self._seal(plain, final=final)
        self._waiting.clear()

    def _seal(self, plain: memoryview, *, final: bool) -> None:
        self._hashes.update(plain)
        self._draft.write(self._sealer.seal(plain, final=final))
