"""Runs jobs, and keeps the signed log up to date; acts with the rights of the officers who caused the jobs."""

import logging
import threading

from sqlalchemy.exc import OperationalError

from clew.domain.matching.jobs import JOBS
from clew.kernel.errors import ClewError
from clew.store import jobs, postgres
from clew.store.audit.sequencer import sequence
from clew.store.db import database

PAUSE = 1.0  # seconds between looks at new events: bounds the log's lag
_AWAY = (OperationalError, ClewError)
log = logging.getLogger("clew.worker")


def run() -> None:
    """Run jobs and the sequencer until told to stop."""
    stop = threading.Event()
    sequencer = threading.Thread(target=_sequence, args=(stop,), name="sequencer", daemon=True)
    sequencer.start()
    try:
        jobs.run(JOBS)
    finally:
        stop.set()
        sequencer.join(5)


def _sequence(stop: threading.Event) -> None:
    while not stop.wait(PAUSE):
        try:
            with database().engine(postgres.SYSTEM).connect() as conn:
                sequence(conn)
        except Exception as problem:  # whatever it is, the next run may succeed; `doctor` tells of a log that lags
            log.warning("the log waits: %s", type(problem).__name__, exc_info=not isinstance(problem, _AWAY))
