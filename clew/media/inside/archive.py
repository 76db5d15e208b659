"""Walks ZIP, TAR and 7z and streams each member out; links, devices and odd names are told, not taken."""

import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any, NamedTuple

import py7zr
from py7zr.io import Py7zIO, WriterFactory

from clew.media import limits, names, wire
from clew.media.formats import Format
from clew.media.inside.refusal import Refusal

_DAMAGE = (OSError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError, zipfile.BadZipFile,
           tarfile.TarError, py7zr.exceptions.ArchiveError)
_FILE_TYPES = {0, 0o100000}
_TYPE_BITS = 0o170000


class Member(NamedTuple):
    """One entry: its name as written, why it is not taken, and how its bytes are read."""

    name: str
    fault: str | None
    read: Callable[[], IO[bytes]] | None


def unpack(file: int, answer: int, kind: Format) -> None:
    """Answer, for each member, with its name and then its bytes in chunks, or why it is not taken."""
    stream = io.BufferedReader(io.FileIO(file, closefd=False), 1 << 18)
    stream.seek(0)
    out = Outlet(answer)
    try:
        if kind.decoder == "7z":
            _seven(stream, out)
        else:
            for member in _zip(stream) if kind.decoder == "zip" else _tar(stream):
                out.member(member)
    except MemoryError:
        raise
    except Refusal:
        raise
    except _DAMAGE:
        raise Refusal("broken") from None
    wire.send(answer, {"unpacked": True})


class Outlet:
    """The stream of members towards the parent."""

    def __init__(self, answer: int) -> None:
        self.answer = answer
        self._names: set[str] = set()

    def begin(self, name: str, fault: str | None) -> bool:
        """Announce a member; return whether its bytes are wanted."""
        if len(self._names) >= limits.MEMBERS:
            raise Refusal("too_many")
        plain = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        fault = fault or names.fault(plain) or ("duplicate" if plain in self._names else None)
        self._names.add(plain)
        wire.send(self.answer, {"member": names.shown(plain), "fault": fault})
        return fault is None

    def bytes(self, data: bytes) -> None:
        """Pass on some of the present member's bytes."""
        for at in range(0, len(data), limits.CHUNK_BYTES):
            wire.send(self.answer, {"chunk": True}, memoryview(data)[at:at + limits.CHUNK_BYTES])

    def end(self, fault: str | None = None) -> None:
        """Close the present member, which turned out whole or not."""
        wire.send(self.answer, {"end": True, "fault": fault})

    def member(self, member: Member) -> None:
        """Stream one whole member."""
        if not self.begin(member.name, member.fault) or member.read is None:
            return
        fault, size = None, 0
        try:
            with member.read() as source:
                while data := source.read(limits.CHUNK_BYTES):
                    size += len(data)
                    if size > limits.MEMBER_BYTES:
                        fault = "member_size"
                        break
                    self.bytes(data)
        except (BrokenPipeError, MemoryError):
            raise
        except NotImplementedError:
            fault = "method"
        except _DAMAGE:
            fault = "broken"
        self.end(fault)


def _zip(stream: IO[bytes]) -> Iterator[Member]:
    archive = zipfile.ZipFile(stream)
    for info in archive.infolist():
        fault = None
        kind = (info.external_attr >> 16) & _TYPE_BITS
        if info.is_dir() and not info.file_size:
            continue
        if kind not in _FILE_TYPES:
            fault = "link"
        elif info.flag_bits & 1:
            fault = "encrypted"
        # zipfile cuts a name at a NUL and turns separators; judge the name as it was written.
        yield Member(info.orig_filename, fault, partial(archive.open, info))


class _Header(tarfile.TarInfo):
    """A header of a TAR; what is none is counted, because tarfile passes over it without a word."""

    ended = broken = False

    @classmethod
    def frombuf(cls, buf: Any, encoding: str, errors: str) -> Any:
        """Read one block of 512 bytes."""
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError:
            if buf and not any(buf):
                cls.ended = True  # the block of zeros that ends an archive
            elif buf:
                cls.broken = True
            raise


def _tar(stream: IO[bytes]) -> Iterator[Member]:
    """Yield all members, those behind damage or behind a first end too. Raises Refusal at the end if there was damage."""
    _Header.ended = _Header.broken = False
    with tarfile.open(fileobj=stream, mode="r:*", ignore_zeros=True, tarinfo=_Header) as archive:
        while (info := archive.next()) is not None:
            if not info.isdir():
                yield Member(info.name, None if info.isreg() else "link", partial(_source, archive, info))
    if _Header.broken or not _Header.ended:
        raise Refusal("broken_archive")


def _source(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    source = archive.extractfile(info)
    if source is None:
        raise tarfile.ReadError
    return source


def _seven(stream: IO[bytes], out: Outlet) -> None:
    try:
        archive = py7zr.SevenZipFile(stream)
        locked = archive.needs_password()
    except py7zr.exceptions.PasswordRequired:
        raise Refusal("encrypted") from None
    if locked:
        raise Refusal("encrypted")
    wanted, seen = set(), set()
    for info in archive.files:
        name = info.filename
        odd = info.is_symlink or info.is_junction or info.is_socket
        if info.is_directory:
            continue
        if odd or names.fault(name) or name in seen:
            out.begin(name, "link" if odd else names.fault(name) or "duplicate")
        else:
            wanted.add(name)
        seen.add(name)
    sinks = _Sinks(out, wanted)
    try:
        archive.extract(targets=set(wanted), factory=sinks)
        sinks.finish(None)
    except _DAMAGE:
        sinks.finish("broken")
    for name in sorted(wanted):  # what stood behind the damage
        out.begin(name, "broken")


class _Sinks(WriterFactory):
    """Gives py7zr a place for each member in turn; the next one's start is the last one's end."""

    def __init__(self, out: Outlet, wanted: set[str]) -> None:
        self._out, self._wanted = out, wanted
        self._present: _Sink | None = None

    def create(self, filename: str) -> Any:
        """Return where the bytes of `filename` go."""
        self.finish(None)
        taken = filename in self._wanted and self._out.begin(filename, None)
        self._wanted.discard(filename)
        self._present = _Sink(self._out if taken else None)
        return self._present

    def finish(self, fault: str | None) -> None:
        """Close the present member."""
        if self._present is not None and self._present.out is not None:
            self._out.end(fault)
        self._present = None


class _Sink(Py7zIO):
    """Takes one member from py7zr piece by piece and passes it on."""

    def __init__(self, out: Outlet | None) -> None:
        self.out, self._size = out, 0

    def write(self, s: bytes | bytearray) -> int:
        """Pass on a piece."""
        self._size += len(s)
        if self.out is not None and self._size > limits.MEMBER_BYTES:
            self.out.end("member_size")
            self.out = None
        if self.out is not None:
            self.out.bytes(bytes(s))
        return len(s)

    def read(self, size: int | None = None) -> bytes:
        """Give nothing back."""
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Stay."""
        return 0

    def flush(self) -> None:
        """Keep nothing back."""

    def size(self) -> int:
        """Return how many bytes came."""
        return self._size
