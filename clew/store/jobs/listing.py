"""What waits, what runs and what failed: for health, progress and the administrator. Never a payload."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from clew.store.jobs.runner import ATTEMPTS


@dataclass(frozen=True)
class Tally:
    """Jobs of one entry point: `waiting` (retries too), `running` and `failed`, and the oldest wait in seconds."""

    entrypoint: str
    waiting: int
    running: int
    failed: int
    oldest_s: float


@dataclass(frozen=True)
class Failed:
    """A job that was given up after its last attempt, with a reason that is safe to show."""

    id: int
    entrypoint: str
    attempts: int
    queued_at: datetime
    failed_at: datetime
    reason: str


def counts(conn: Connection) -> list[Tally]:
    """Return the tally of every entry point that has jobs; for health, so never shown to an officer."""
    rows = conn.execute(text("SELECT * FROM clew.job_tally(NULL)")).all()
    return [Tally(*row) for row in rows]


def pending(conn: Connection, about: str) -> list[Tally]:
    """Return the tally of the jobs queued with this `about`; empty when all are done.

    The caller checks the viewer's sight of what `about` names first.
    """
    rows = conn.execute(text("SELECT * FROM clew.job_tally(:about)"), {"about": about}).all()
    return [Tally(*row) for row in rows]


def failed(conn: Connection, limit: int = 100) -> list[Failed]:
    """Return the jobs given up, newest first."""
    rows = conn.execute(text("SELECT * FROM clew.failed_jobs(:limit)"), {"limit": limit}).all()
    return [Failed(*row) for row in rows]


def stalled(conn: Connection) -> int:
    """Return how many jobs wait for something the node lacks: put back after ATTEMPTS tries and more (clew_system only)."""
    return int(conn.execute(text("SELECT count(*) FROM clew.pgqueuer WHERE status = 'queued' AND attempts >= :tries"),
                            {"tries": ATTEMPTS}).scalar_one())


def retry(conn: Connection, entrypoints: Collection[str]) -> int:
    """Queue all failed jobs of some entry points again with all their attempts (clew_system only); return how many."""
    return conn.execute(text("""
        UPDATE clew.pgqueuer SET status = 'queued', attempts = 0, execute_after = now(), updated = now()
         WHERE entrypoint = ANY (:names) AND status = 'failed'"""), {"names": list(entrypoints)}).rowcount
