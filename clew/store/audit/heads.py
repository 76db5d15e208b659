"""Signed heads of the log, chained one to the next, and their append-only file outside the database."""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from clew.store.audit.canonical import canonical

FIRST = "0" * 64  # what the first head names as its predecessor
FIELDS = {"size": int, "root": str, "at": int, "previous": str, "signer": str, "signature": str}


@dataclass(frozen=True, slots=True)
class Head:
    """The log's `size` and `root` at `at` (microseconds since 1970); hashes and keys in hex."""

    size: int
    root: str
    at: int
    previous: str
    signer: str
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """Return what the signature is over: all fields but itself, in canonical JSON."""
        fields = asdict(self)
        del fields["signature"]
        return canonical(fields)

    def digest(self) -> str:
        """Return the SHA-256 by which the next head names this one."""
        return hashlib.sha256(canonical(asdict(self))).hexdigest()

    def line(self) -> str:
        """Return the head as one line of the heads file."""
        return canonical(asdict(self)).decode()


def public(key: Ed25519PrivateKey) -> str:
    """Return the public half of a signing key in hex."""
    return key.public_key().public_bytes_raw().hex()


def sign(key: Ed25519PrivateKey, size: int, root: bytes, at: int, previous: str) -> Head:
    """Return a signed head."""
    bare = Head(size, root.hex(), at, previous, public(key))
    return replace(bare, signature=key.sign(bare.signed_bytes()).hex())


def is_signed(head: Head, trusted: str) -> bool:
    """Tell whether `head` carries a good signature of the public key `trusted` (hex)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(trusted)).verify(
            bytes.fromhex(head.signature), head.signed_bytes())
    except (InvalidSignature, ValueError):
        return False
    return head.signer == trusted


def parse(line: str) -> Head | None:
    """Return the head of one line, or None when it holds none."""
    try:
        fields: Any = json.loads(line)
    except ValueError:
        return None
    if not isinstance(fields, dict) or fields.keys() != FIELDS.keys():
        return None
    if any(type(fields[name]) is not kind for name, kind in FIELDS.items()):
        return None
    return Head(**fields)


def read_file(path: Path) -> tuple[list[Head], list[int]]:
    """Return the heads of the file and the numbers (from 1) of lines that hold none.

    A line torn by a crash is no finding: it is the beginning of the line after it, which repeats it whole.
    """
    if not path.exists():
        return [], []
    lines = path.read_text(errors="replace").splitlines()
    heads = [(number, line, parse(line)) for number, line in enumerate(lines, 1)]
    spoilt = [number for number, line, head in heads
              if head is None and not (number < len(lines) and lines[number].startswith(line))]
    return [head for _, _, head in heads if head is not None], spoilt


def append_missing(path: Path, heads: Sequence[Head], trusted: str) -> int:
    """Add those `heads` (ascending) that are beyond the file's last signed one, fsync, return how many.

    Safe between processes and after a crash: a torn last line is left as it is and a new one begun.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        flock(handle, LOCK_EX)
        known = last_of(path, trusted)
        new = [head for head in heads if known is None or head.size > known.size]
        if new:
            os.write(handle, _lines(path, new))
            os.fsync(handle)
            _sync_folder(path.parent)
    finally:
        os.close(handle)
    return len(new)


def last_of(path: Path, trusted: str) -> Head | None:
    """Return the last head in the file that `trusted` signed, reading the file's end only."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8192))
        lines = file.read().decode(errors="replace").splitlines()
    return next((head for head in map(parse, reversed(lines)) if head and is_signed(head, trusted)), None)


def _lines(path: Path, heads: Iterable[Head]) -> bytes:
    """Return `heads` as lines, after a line break when the file ends inside a torn line."""
    whole = path.read_bytes()[-1:] in (b"", b"\n")
    return ("" if whole else "\n").encode() + "".join(head.line() + "\n" for head in heads).encode()


def _sync_folder(folder: Path) -> None:
    """Make a new name in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
