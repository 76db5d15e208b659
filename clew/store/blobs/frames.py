"""The sealed form of one object: a header, then AES-256-GCM frames of 1 MiB. Pure; touches no disk.

Each frame is bound to the header, to its place in the row and to being the last one or not (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizar 2015), so that a changed, moved, repeated, missing or
foreign frame fails. One data key seals one object only, so that a counter is a safe nonce.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clew.kernel.errors import Damaged

Bytes = bytes | bytearray | memoryview

MAGIC = b"CLEWBLOB"
VERSION = 1
FRAME_BITS = 20
FRAME = 1 << FRAME_BITS  # plain bytes in every frame but the last
TAG = 16
SALT = 16
HEADER = 32

REMEDY = "Ask the administrator to run `clew check` and to restore it from the backup."


def make_header(salt: bytes) -> bytes:
    """Return the 32 header bytes: magic, version, log2 of the frame size, six zeros, 16 bytes of salt."""
    return MAGIC + bytes((VERSION, FRAME_BITS)) + bytes(6) + salt


def read_header(header: bytes) -> bytes:
    """Return the salt; raise Damaged for anything that is not a header of this version."""
    salt = header[HEADER - SALT:HEADER]
    if len(header) != HEADER or header != make_header(salt):
        raise Damaged(f"The stored content does not begin as Clew wrote it. {REMEDY}")
    return salt


def frame_nonce(index: int, *, final: bool) -> bytes:
    """Return the 12 nonce bytes of a frame: its number, then one byte that says whether it is the last."""
    return index.to_bytes(11, "big") + bytes((final,))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the frames of an object of `sealed_size` bytes lie."""

    sealed_size: int
    frames: int
    size: int  # plain bytes

    @classmethod
    def of(cls, sealed_size: int) -> "Layout":
        """Return the layout; raise Damaged when no object can have this size."""
        body = sealed_size - HEADER
        frames = -(-body // (FRAME + TAG))
        last = body - (frames - 1) * (FRAME + TAG)
        if body < TAG or last < TAG or (last == TAG and frames > 1):
            raise Damaged(f"The stored content is cut short. {REMEDY}")
        return cls(sealed_size, frames, body - frames * TAG)

    def span(self, first: int, count: int) -> tuple[int, int]:
        """Return (offset, length) in the sealed object of `count` frames from `first`."""
        offset = HEADER + first * (FRAME + TAG)
        return offset, min(count * (FRAME + TAG), self.sealed_size - offset)


def sealed_size(size: int) -> int:
    """Return the bytes on disk of an object of `size` plain bytes."""
    return HEADER + size + TAG * max(1, -(-size // FRAME))


class Sealer:
    """Seals the frames of one object in order; the returned view is valid until the next call."""

    def __init__(self, data_key: bytes, header: bytes) -> None:
        self._cipher = AESGCM(data_key)
        self._header = header
        self._index = 0
        self._sealed = bytearray()

    def seal(self, plain: memoryview, *, final: bool) -> memoryview:
        """Return ciphertext and tag of the next frame; every frame but the final one is FRAME bytes."""
        length = len(plain) + TAG
        if len(self._sealed) < length:
            self._sealed = bytearray(length)
        view = memoryview(self._sealed)[:length]
        self._cipher.encrypt_into(frame_nonce(self._index, final=final), plain, self._header, view)
        self._index += 1
        return view


class Opener:
    """Opens single frames of one object, in any order."""

    def __init__(self, data_key: bytes, header: bytes, layout: Layout) -> None:
        read_header(header)
        self._cipher = AESGCM(data_key)
        self._header = header
        self._last = layout.frames - 1

    def open(self, index: int, sealed: Bytes) -> bytes:
        """Return the plain bytes of frame `index`; raise Damaged when it is not what was sealed there."""
        nonce = frame_nonce(index, final=index == self._last)
        try:
            return self._cipher.decrypt(nonce, sealed, self._header)
        except InvalidTag:
            raise Damaged(f"The stored content was changed since it was written. {REMEDY}") from None
