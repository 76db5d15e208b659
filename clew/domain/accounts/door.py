"""Logging in and enrolling: the only acts without a viewer. What is right, and a bounded number of what is wrong, is an event.

Whoever is anonymous can make an account rest by wrong passwords only; nothing he does stops a right enrolment code.
"""

import hashlib
import hmac
import re
import secrets
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row

from clew.domain.accounts.brake import Brake
from clew.domain.accounts.model import LoggedIn
from clew.domain.accounts.rules import check_password
from clew.kernel import clock, ids
from clew.kernel.errors import BadInput, NotLoggedIn, TooMany
from clew.kernel.events import Event
from clew.kernel.ids import OfficerId
from clew.kernel.settings import settings
from clew.store.db import Work, database, open_session
from clew.store.vault import vault

_WRONG = ("Login, password or one-time code is wrong, or the account rests after too many tries. Check all three (a code "
          "works once and for 30 seconds), or wait a little longer each time.")
_TOO_MANY = ("Too many wrong tries from this address. Check login, enrolment code and one-time code, and try again in ten "
             "minutes; a right enrolment code works at once.")
_STEP = 30
_ROW = "SELECT * FROM clew.login_row(:login)"
_HASHING = threading.Semaphore(2)  # a flood of logins may cost two cores of one process, not all its threads' memory
_WAITING = threading.Semaphore(8)  # so that a flood holds few of the threads all pages and verbs are answered by
_BUSY = "Too many people are logging in at this moment. Try again in a few seconds."
_BRAKE = Brake()  # of this process
_SECRET = re.compile(r"(?:[A-Z2-7]{8}){4,16}")  # 160 bits or more, and whole bytes


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    """Return a hash to check for unknown logins, so that they take as long as known ones."""
    return _hasher().hash(secrets.token_hex(16))


def log_in(login: str, password: str, code: str, *, kind: str = "web", address: str = "") -> LoggedIn:
    """Open a session with password and one-time code. Raises NotLoggedIn, the same for all reasons."""
    asked = {"login": login.strip()}
    with database().door_work() as work:
        hashed = _hash_of(work.first(_ROW, asked))
    right = _is_password(hashed, password)  # outside any transaction: it takes long on purpose
    with database().door_work() as work:
        row = work.first(_ROW, asked)
        if row is not None and right and _hash_of(row) == hashed and _may_enter(row):
            step = _right_step(row, code)
            opened = None if step is None else _open(work, row, kind, address, step)
            if opened is not None:
                return opened
        counts = row is not None and not _resting(row)  # so at most a few an hour
        if row is not None and counts:
            work.write("SELECT clew.login_failed(:id)", {"id": row.id})
        if counts or _BRAKE.allows(address):
            work.record(Event("log_in_failed", officer_id=row.id if row else None, detail={"address": address}))
        else:
            work.first("SELECT pg_logical_emit_message(true, 'clew', 'nobody')")  # as long on disk as what is written down
    raise NotLoggedIn(_WRONG)


def _hash_of(row: Row[Any] | None) -> str:
    """Return what the password is checked against; for nobody a hash that takes as long and never fits."""
    return str(row.password_hash) if row is not None and row.active and row.password_hash else _nobody()


def _may_enter(row: Row[Any]) -> bool:
    return bool(row.active and row.password_hash) and not _resting(row)


def _resting(row: Row[Any]) -> bool:
    return row.locked_until is not None and row.locked_until > clock.now()


def _is_password(stored: str, password: str) -> bool:
    try:
        with _place_to_hash():
            return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@contextmanager
def _place_to_hash() -> Iterator[None]:
    """Hold one of the few places; whoever finds others waiting already is turned away at once. Raises TooMany."""
    if not _WAITING.acquire(blocking=False):
        raise TooMany(_BUSY)
    try:
        with _HASHING:
            yield
    finally:
        _WAITING.release()


def _right_step(row: Row[Any], code: str) -> int | None:
    """Return the 30-second step of a right, unused code (RFC 6238, one step of drift)."""
    if row.totp_sealed is None:
        return None
    secret = vault().keyring.open_small(bytes(row.totp_sealed), f"totp:{row.id}").decode()
    return step_of(secret, code, row.totp_step)


def step_of(secret: str, code: str, last: int) -> int | None:
    """Return the step newer than `last` whose code this is, or None. `secret` is base32."""
    present, given = int(time.time()) // _STEP, code.strip().replace(" ", "").encode(errors="replace")
    totp = pyotp.TOTP(secret, interval=_STEP)
    for step in (present, present - 1, present + 1):
        if step > last and hmac.compare_digest(totp.at(step * _STEP).encode(), given):
            return step
    return None


def _open(work: Work, row: Row[Any], kind: str, address: str, step: int) -> LoggedIn | None:
    """Make the session; None when the code was used in the meantime."""
    token = secrets.token_urlsafe(32)
    at = settings()
    done = work.write(
        "SELECT clew.login_done(:officer, :step, :session, :token, :kind, :address, :idle, :hours)",
        {"officer": row.id, "step": step, "session": ids.random(), "token": token.encode(), "kind": kind,
         "address": address[:100], "idle": at.session_minutes, "hours": at.session_hours})
    if not done[0][0]:
        return None
    viewer = open_session(work, token)
    work.record(Event("log_in", officer_id=viewer.officer_id, agency_id=viewer.agency_id,
                      detail={"kind": kind, "address": address}))
    return LoggedIn(token, OfficerId(row.id), viewer.name, viewer.language)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What the officer's authenticator needs: base32 secret and otpauth:// address, shown once."""

    secret: str
    address: str


def new_secret(login: str) -> NewSecret:
    """Return a fresh one-time-code secret; nothing is stored until `enrol` proves a code of it."""
    secret = pyotp.random_base32()
    return NewSecret(secret, pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="Clew"))


def enrol(login: str, enrolment: str, password: str, secret: str, code: str, *, address: str = "") -> None:
    """Set password and one-time codes with an enrolment code; ends all sessions of the officer.

    A wrong try counts against its address alone: codes are of 78 random bits, and an account must not rest for what
    anybody may send. A right code passes whatever was tried. Raises NotLoggedIn, TooMany.
    """
    check_password(password, login.lower())
    if not _SECRET.fullmatch(secret):
        raise BadInput("The secret is 32 to 128 letters of base32, in eights. Begin again with a fresh one.")
    step = step_of(secret, code, 0)
    if not (step is not None and _is_live(login, enrolment)) and not _BRAKE.allows(address):
        raise TooMany(_TOO_MANY)
    with _place_to_hash():
        hashed = _hasher().hash(password)  # for unknown logins too, and outside any transaction: it takes long on purpose
    with database().door_work() as work:
        row = work.first(_ROW, {"login": login.strip()})
        done = step is not None and row is not None and _set(work, row.id, enrolment, hashed, secret, step)
        if row is not None and done:
            work.record(Event("enrol", officer_id=row.id, agency_id=row.agency_id, row_hashes=_hash(work, row.id)))
        else:
            work.record(Event("enrol_failed", officer_id=row.id if row else None, detail={"address": address}))
    if not done:
        raise NotLoggedIn("Login, enrolment code or one-time code is wrong, or the enrolment code has ended. "
                          "Ask your administrator for a new one.")


def _is_live(login: str, enrolment: str) -> bool:
    """Say whether this is the login's enrolment code, not ended yet."""
    with database().door_work() as work:
        row = work.first(_ROW, {"login": login.strip()})
    given = hashlib.sha256(_spelled(enrolment)).digest()
    return row is not None and row.enrolment_hash is not None and hmac.compare_digest(
        bytes(row.enrolment_hash), given) and row.enrolment_ends > clock.now()


def _spelled(enrolment: str) -> bytes:
    return enrolment.strip().upper().encode()


def _set(work: Work, officer: uuid.UUID, enrolment: str, hashed: str, secret: str, step: int) -> bool:
    sealed = vault().keyring.seal_small(secret.encode(), f"totp:{officer}")
    return bool(work.write(
        "SELECT clew.enrol_done(:officer, :code, :hash, :totp, :step)",
        {"officer": officer, "code": _spelled(enrolment), "hash": hashed,
         "totp": sealed, "step": step})[0][0])


def _hash(work: Work, officer: uuid.UUID) -> dict[str, str]:
    return {f"officers:{officer}": work.value("SELECT clew.row_hash('officers', :id)", {"id": officer})}
