"""Sealed objects in an S3 bucket. Each is sealed into a local spool file first: its name is known last."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import MemoryStore, S3Store

from clew.kernel.errors import BadInput, Unavailable
from clew.store.blobs.frames import FRAME, HEADER, TAG
from clew.store.blobs.local import LocalFolder, SpoolFile, make_private, sweep_folder
from clew.store.blobs.places import Found, Place, disk_errors, is_object_name, object_path
from clew.store.keys import read_secret

if TYPE_CHECKING:  # not there at run time
    from obstore.store import S3Config

PART = 8 << 20
PARTS = 9_000  # S3 takes 10,000; larger objects get larger parts


@contextmanager
def _s3_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise Unavailable("The S3 store that holds content does not answer as it should. Nothing was stored; "
                          "try again, and ask the administrator to run `clew doctor`.") from error


class S3Bucket:
    """A bucket of objects as aa/bb/<name>. Give it a lifecycle rule that ends unfinished multipart uploads."""

    read_ahead = 8

    def __init__(self, store: S3Store | MemoryStore, spool: Path) -> None:
        self._store = store
        self._spool = spool
        make_private(spool)

    def draft(self) -> "S3Draft":
        """Begin an object."""
        return S3Draft(self._store, self._spool)

    def open(self, name: str) -> "S3Reading | None":
        """Open an object with one request that brings its size and first frame; None when there is none."""
        path = object_path(name)
        with _s3_errors():
            try:
                answer = obstore.get(self._store, path, options={"range": (0, HEADER + FRAME + TAG)})
                return S3Reading(self._store, path, answer.meta["size"], bytes(answer.bytes()))
            except FileNotFoundError:
                return None

    def drop(self, name: str) -> None:
        """Remove an object; silent when there is none."""
        with _s3_errors():
            try:
                obstore.delete(self._store, object_path(name))
            except FileNotFoundError:  # S3 is silent, other stores are not
                return

    def found(self) -> Iterator[Found]:
        """List every object in order of name, one of 256 prefixes at a time."""
        for prefix in range(256):
            with _s3_errors():
                facts = [fact for page in obstore.list(self._store, f"{prefix:02x}/") for fact in page]
            for fact in sorted(facts, key=lambda fact: fact["path"]):
                name = fact["path"].rpartition("/")[2]
                if is_object_name(name):
                    yield Found(name, fact["size"], fact["last_modified"].timestamp())

    def sweep(self, older_than: timedelta) -> int:
        """Remove spool files that a crash left behind; return how many."""
        with disk_errors():
            return sweep_folder(self._spool, older_than)


class S3Draft(SpoolFile):
    """An object being written towards a bucket."""

    def __init__(self, store: S3Store | MemoryStore, spool: Path) -> None:
        super().__init__(spool / secrets.token_hex(16))
        self._store = store

    def keep(self, name: str) -> None:
        """Send the spooled file (in parts when it is large), see that it arrived whole, remove it here."""
        self.close()
        size = self.path.stat().st_size
        with _s3_errors():
            obstore.put(self._store, object_path(name), self.path, chunk_size=max(PART, -(-size // PARTS)))
            arrived = obstore.head(self._store, object_path(name))["size"]
        if arrived != size:
            raise Unavailable("The S3 store kept only a part of the content. Send the file again.")
        self.abandon()


class S3Reading:
    """One object of a bucket opened for reading."""

    def __init__(self, store: S3Store | MemoryStore, path: str, sealed_size: int, front: bytes) -> None:
        self._store = store
        self._path = path
        self._front = front
        self.sealed_size = sealed_size

    def at(self, offset: int, length: int) -> bytes:
        """Return `length` sealed bytes from `offset`; fewer only at the end."""
        if offset + length <= len(self._front):
            return self._front[offset:offset + length]
        with _s3_errors():
            return bytes(obstore.get_range(self._store, self._path, start=offset, length=length))

    def close(self) -> None:
        """Nothing to let go of."""


def open_place(address: str, *, spool: Path, secret_file: Path | None = None) -> Place:
    """Return the place of `settings().blob_place`: a folder, or s3://bucket/prefix with its secret file.

    `spool` is a local folder for sealed files on their way to S3. The secret file (0600) is one JSON object
    of access_key_id, secret_access_key and, where needed, region, endpoint, session_token.
    """
    if not address.startswith("s3://"):
        return LocalFolder(Path(address))
    if secret_file is None:
        raise BadInput("An S3 address needs CLEW_BLOBS_SECRET_FILE: a JSON file with access_key_id and "
                       "secret_access_key.")
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    config = _read_credentials(secret_file)
    plain = config.get("endpoint", "").startswith("http://")
    with _s3_errors():
        store = S3Store(bucket, prefix=prefix or None, config=cast("S3Config", config),
                        client_options={"allow_http": plain})
    return S3Bucket(store, spool)


def _read_credentials(secret_file: Path) -> dict[str, str]:
    try:
        config = json.loads(read_secret(secret_file))
    except ValueError:
        config = None
    allowed = {"access_key_id", "secret_access_key", "region", "endpoint", "session_token"}
    if not isinstance(config, dict) or not {"access_key_id", "secret_access_key"} <= config.keys() <= allowed:
        raise BadInput("The S3 secret file is one JSON object: access_key_id, secret_access_key and, where "
                       "needed, region, endpoint, session_token.")
    return {key: str(value) for key, value in config.items()}
