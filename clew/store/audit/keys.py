"""The two keys of the log (0600 files): one signs heads, one seals events. No database holds them."""

import base64
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clew.kernel.errors import Unavailable
from clew.kernel.settings import settings
from clew.store.keys import KEY, read_keys

SIGNING, SEALING = "signing.key", "events.key"


def make_keys(folder: Path) -> None:
    """Make both keys where neither exists. Unavailable when only one is left: none is ever replaced."""
    there = [(folder / name).exists() for name in (SIGNING, SEALING)]
    if all(there):
        return
    if any(there):
        raise Unavailable(f"One of {SIGNING} and {SEALING} is missing from the keys folder. "
                          "Put it back from the backup of the keys.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (SIGNING, SEALING):
        _write_once(folder / name, base64.b64encode(secrets.token_bytes(KEY)) + b"\n")


def _write_once(path: Path, key: bytes) -> None:
    """Put a new 0600 file in place whole; the first of two writers wins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, key)
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its key counts
    finally:
        draft.unlink()


@lru_cache
def _read(path: Path) -> bytes:
    """Return the 32 bytes of a key file, read once per process."""
    return read_keys(path)[0]


def _key(name: str, folder: Path | None) -> bytes:
    """Return a key, made first on a new node."""
    place = folder or settings().keys
    if not (place / name).exists():
        _read.cache_clear()
        make_keys(place)
    return _read(place / name)


def event_key(folder: Path | None = None) -> bytes:
    """Return the 32-byte key that seals events on this node."""
    return _key(SEALING, folder)


def signing_key(folder: Path | None = None) -> Ed25519PrivateKey:
    """Return the Ed25519 key that signs heads on this node."""
    return Ed25519PrivateKey.from_private_bytes(_key(SIGNING, folder))
