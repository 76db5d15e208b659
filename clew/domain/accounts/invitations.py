"""Enrolment codes: made at random, shown once, kept as hashes."""

import hashlib
import secrets
from datetime import datetime

from clew.kernel.ids import OfficerId
from clew.store.db import Work


def enrolment_code() -> str:
    """Return a code of 80 random bits in letters that cannot be mistaken for one another."""
    return "-".join("".join(secrets.choice("ABCDEFGHJKMNPQRSTUVWXYZ23456789") for _ in range(4)) for _ in range(4))


def set_enrolment(work: Work, officer: OfficerId, code: str, ends: datetime) -> None:
    """Store the hash of an enrolment code."""
    work.write("UPDATE clew.officers SET enrolment_hash = :hash, enrolment_ends = :ends WHERE id = :id",
               {"hash": hashlib.sha256(code.encode()).digest(), "ends": ends, "id": officer})
