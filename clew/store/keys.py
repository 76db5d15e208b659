"""Keys: a master key in a file opens agency keys, which open the data keys of objects. Nothing here logs.

data key (one per object) <- agency key (in its row, wrapped) <- master key (a file outside the data folder).
Every wrapping is AES-256-GCM with a random nonce; what it belongs to is bound in as associated data.
"""

import base64
import binascii
import contextlib
import os
import secrets
import stat
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from clew.kernel.errors import BadInput, Conflict, Unavailable

MASTER = "master.key"  # one key a line, the newest first; older ones only while a rotation is under way
OBJECT = "object.key"  # names objects; never changes
SMALL = "small.key"  # root of the keys for small values, wrapped under the master key
KEY = 32
NONCE = 12
SEALED_KEY = KEY + NONCE + 16

_NOT_OURS = "A sealed key does not open. It belongs elsewhere, was changed, or the master key is another one."


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """Return nonce, ciphertext and tag (28 bytes more than `plain`), opened only with the same `bound_to`."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Return what `seal` was given; raise Unavailable when anything differs."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], bound_to)
    except (InvalidTag, ValueError):
        raise Unavailable(_NOT_OURS) from None


class _Secret:
    """Something that holds keys: shows nothing of itself and cannot be pickled."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> NoReturn:
        raise BadInput("Keys stay in the process that opened them.")


class AgencyKey(_Secret):
    """The opened key of one agency; wraps and unwraps data keys. Erasing every wrapping erases content."""

    __slots__ = ("_agency", "_key")

    def __init__(self, agency_id: uuid.UUID, key: bytes) -> None:
        self._agency = agency_id.bytes
        self._key = key

    def wrap(self, object_name: str, data_key: bytes) -> bytes:
        """Return the 60 bytes that only this agency's key opens, for this object only."""
        return seal(self._key, data_key, self._bound(object_name))

    def unwrap(self, object_name: str, wrapped: bytes) -> bytes:
        """Return the data key of an object; raise Unavailable when it was not wrapped here for it."""
        return unseal(self._key, wrapped, self._bound(object_name))

    def _bound(self, object_name: str) -> bytes:
        return b"clew data key\0" + self._agency + object_name.encode()


class KeyRing(_Secret):
    """The keys of this node, opened once per process. `masters`: newest first."""

    __slots__ = ("_agencies", "_masters", "_small", "object_key")

    def __init__(self, masters: list[bytes], object_key: bytes, wrapped_small: bytes) -> None:
        self._masters = masters
        self.object_key = object_key
        self._small = _open_with(self._masters, wrapped_small, b"clew small root")
        self._agencies: dict[bytes, AgencyKey] = {}

    @classmethod
    def open(cls, folder: Path, *, data: Path) -> "KeyRing":
        """Read the key files of `folder`; refuse when others may read them or a copy of `data` holds them."""
        check_folder(folder, data=data)
        return cls(read_keys(folder / MASTER), read_keys(folder / OBJECT)[0],
                   read_keys(folder / SMALL, SEALED_KEY)[0])

    def new_agency_key(self, agency_id: uuid.UUID) -> bytes:
        """Return a new random agency key, wrapped (60 bytes) for the agency's row."""
        return seal(self._masters[0], os.urandom(KEY), _agency_bound(agency_id))

    def agency(self, agency_id: uuid.UUID, wrapped: bytes) -> AgencyKey:
        """Return the opened key of an agency from its row; opened keys are kept for the process's life."""
        known = self._agencies.get(agency_id.bytes + wrapped)
        if known is None:
            known = AgencyKey(agency_id, _open_with(self._masters, wrapped, _agency_bound(agency_id)))
            self._agencies[agency_id.bytes + wrapped] = known
        return known

    def rewrap(self, agency_id: uuid.UUID, wrapped: bytes) -> bytes:
        """Return the same agency key wrapped under the newest master key."""
        bound = _agency_bound(agency_id)
        return seal(self._masters[0], _open_with(self._masters, wrapped, bound), bound)

    def seal_small(self, plain: bytes, context: str) -> bytes:
        """Return a small value sealed for a row, 28 bytes longer; `context` names the row ("totp:<id>")."""
        return seal(self._small_key(context), plain, context.encode())

    def open_small(self, sealed: bytes, context: str) -> bytes:
        """Return what `seal_small` was given; raise Unavailable for another context or a changed value."""
        return unseal(self._small_key(context), sealed, context.encode())

    def _small_key(self, context: str) -> bytes:
        return HKDFExpand(SHA256(), KEY, b"clew small\0" + context.encode()).derive(self._small)


def _open_with(masters: list[bytes], wrapped: bytes, bound_to: bytes) -> bytes:
    for master in masters[:-1]:
        try:
            return unseal(master, wrapped, bound_to)
        except Unavailable:
            continue
    return unseal(masters[-1], wrapped, bound_to)


def _agency_bound(agency_id: uuid.UUID) -> bytes:
    return b"clew agency key\0" + agency_id.bytes


def make_keys(folder: Path, *, data: Path) -> None:
    """Make the key files that are missing (0600, folder 0700); never touch one that is there."""
    _check_outside(folder, data)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_folder(folder, data=data)
    sealed_before = (folder / SMALL).exists()  # asked first: another process may be making all of them
    if not (folder / MASTER).exists() and sealed_before:
        raise Conflict("The master key is missing, but keys it sealed are there. Put master.key back "
                       "from your copy; a new one would open nothing.")
    for name in (MASTER, OBJECT):
        if not (folder / name).exists():
            write_secret(folder / name, base64.b64encode(os.urandom(KEY)) + b"\n", anew=True)
    if not (folder / SMALL).exists():
        _write_small(folder, os.urandom(KEY), anew=True)


def add_master(folder: Path, *, data: Path) -> None:
    """Begin a rotation: put a new master key before the present one. Restart, rewrap every agency, retire."""
    check_folder(folder, data=data)
    masters = [os.urandom(KEY), *read_keys(folder / MASTER)]
    write_secret(folder / MASTER, b"".join(base64.b64encode(key) + b"\n" for key in masters))


def retire_masters(folder: Path, agencies: Iterable[tuple[uuid.UUID, bytes]], *, data: Path) -> None:
    """End a rotation: forget all master keys but the newest.

    `agencies` are all (id, wrapped key) rows; raise Unavailable, changing nothing, when one does not open
    under the newest key alone.
    """
    ring = KeyRing.open(folder, data=data)
    newest = read_keys(folder / MASTER)[:1]
    for agency_id, wrapped in agencies:
        _open_with(newest, wrapped, _agency_bound(agency_id))
    _write_small(folder, ring._small)
    write_secret(folder / MASTER, base64.b64encode(newest[0]) + b"\n")


def _write_small(folder: Path, root: bytes, *, anew: bool = False) -> None:
    sealed = seal(read_keys(folder / MASTER)[0], root, b"clew small root")
    write_secret(folder / SMALL, base64.b64encode(sealed) + b"\n", anew=anew)


def check_folder(folder: Path, *, data: Path) -> None:
    """Raise Unavailable when the key folder is open to others or lies inside the data folder."""
    _check_outside(folder, data)
    if not folder.is_dir():
        raise Unavailable("The key folder is missing. Run `clew init`, or set CLEW_KEYS to where it is.")
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        raise Unavailable("Others may look into the key folder. Run `chmod 700` on it and start again.")


def _check_outside(folder: Path, data: Path) -> None:
    """Look through symbolic links: what counts is where the key files really lie."""
    real = data.resolve()
    files = (folder / name for name in (MASTER, OBJECT, SMALL))
    if any(path.resolve().is_relative_to(real) for path in (folder, *files)):
        raise Unavailable("The keys lie inside the data folder, so that a copy of the data would open "
                          "everything. Move them out and set CLEW_KEYS.")


def read_secret(path: Path) -> bytes:
    """Return the content of a secret file; refuse one that its group or the world may touch."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        raise Unavailable(f"The secret file {path.name} cannot be read. Put it back from your copy; "
                          "docs/operations-keys.md says how.") from None
    with os.fdopen(fd, "rb") as file:
        if stat.S_IMODE(os.fstat(fd).st_mode) & 0o077:
            raise Unavailable(f"Others may read the secret file {path.name}. Run `chmod 600` on it and think "
                              "about whether it was copied.")
        return file.read()


def read_keys(path: Path, length: int = KEY) -> list[bytes]:
    """Return the keys (`length` bytes each) of a file, one base64 line each; raise Unavailable otherwise."""
    try:
        keys = [base64.b64decode(line, validate=True) for line in read_secret(path).split()]
    except binascii.Error:
        keys = []
    if not keys or any(len(key) != length for key in keys):
        raise Unavailable(f"The key file {path.name} is damaged. Put it back from your copy.")
    return keys


def write_secret(path: Path, content: bytes, *, anew: bool = False) -> None:
    """Write a secret file (0600) so that after a crash it is wholly the old or wholly the new one.

    `anew`: of two processes that make it at the same time the first wins and the other keeps that one.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(fd)
        if anew:
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(draft)
        else:
            draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
