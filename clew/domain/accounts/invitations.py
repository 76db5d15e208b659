"""Enrolment codes: made at random, shown once, kept as hashes; and how often one may hear that a login is taken."""

import hashlib
import secrets
from datetime import datetime

from clew.kernel import clock
from clew.kernel.errors import TooMany
from clew.kernel.ids import OfficerId
from clew.store.db import Work

TAKEN = 10  # logins an officer may find taken in a day; each is an event


def enrolment_code() -> str:
    """Return a code of 80 random bits in letters that cannot be mistaken for one another."""
    return "-".join("".join(secrets.choice("ABCDEFGHJKMNPQRSTUVWXYZ23456789") for _ in range(4)) for _ in range(4))


def set_enrolment(work: Work, officer: OfficerId, code: str, ends: datetime) -> None:
    """Store the hash of an enrolment code."""
    work.write("UPDATE clew.officers SET enrolment_hash = :hash, enrolment_ends = :ends WHERE id = :id",
               {"hash": hashlib.sha256(code.encode()).digest(), "ends": ends, "id": officer})


def demand_tries(work: Work) -> None:
    """Refuse to add anybody, under a taken login or a free one, to who has found too many taken today.

    Logins are one list for the whole node, so each taken one tells of an officer somewhere (docs/decisions/074).
    """
    day = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    if work.value("SELECT clew.my_events('login_taken', :day)", {"day": day}) >= TAKEN:
        raise TooMany(f"You have found {TAKEN} logins taken today, the most allowed. Add officers again tomorrow (UTC).")
