"""The logins of access.md and one for the door alone, and their passwords: random, one 0600 file each in the keys folder."""

import os
import secrets
from pathlib import Path
from urllib.parse import quote, urlencode

from psycopg.conninfo import conninfo_to_dict

from clew.kernel.errors import Unavailable

APP = "clew_app"  # web: every transaction opens with a viewer
DOOR = "clew_door"  # web: logging in and enrolling, before there is a viewer; sees no table
SYSTEM = "clew_system"  # the worker's named jobs
OWNER = "clew_owner"  # migrations only
LOGINS = {APP: 60, DOOR: 20, SYSTEM: 40, OWNER: 10}  # most connections of each at a time


def password(keys: Path, login: str, *, make: bool) -> str:
    """Return the password of `login`, made on first use when `make`. Raises Unavailable when missing."""
    path = keys / f"{login}.password"
    if make and not path.exists():
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(path, secrets.token_urlsafe(32))
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        raise Unavailable(f"No password file for the database login {login}. Run `clew init`.") from None


def _write_once(path: Path, text: str) -> None:
    """Write a new 0600 file and put it in place whole; the first of two writers wins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def dsn(place: str, login: str, secret: str) -> str:
    """Return `place` (any libpq address) as a URL for another login; further parameters are kept."""
    given = {key: str(value) for key, value in conninfo_to_dict(place).items() if value is not None}
    for replaced in ("user", "password", "passfile"):
        given.pop(replaced, None)
    name = given.pop("dbname", "clew")
    return f"postgresql://{quote(login)}:{quote(secret, safe='')}@/{quote(name, safe='')}?{urlencode(given)}"
