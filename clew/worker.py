"""Runs jobs, and keeps the signed log up to date; acts with the rights of the officers who caused the jobs."""

import logging
import threading
import time

from sqlalchemy.exc import OperationalError

from clew.domain.matching.depth import feed
from clew.domain.matching.give_up import give_up
from clew.domain.matching.heal import prove_held
from clew.domain.matching.housekeeping import keep_house
from clew.domain.matching.jobs import JOBS
from clew.domain.triage.jobs import JOBS as TRIAGE
from clew.kernel.errors import ClewError
from clew.store import jobs, postgres
from clew.store.audit.sequencer import sequence
from clew.store.db import database

GIVE_UP = 5.0  # seconds between looks at jobs that failed for good
FIRST_HOUSEKEEPING = 600.0  # seconds after the start: the node has better to do then
HOUSEKEEPING = 86_400.0  # and from then on once a day
FEED = 0.5  # seconds between looks at whether there is time for looking in depth
PAUSE = 1.0  # seconds between looks at new events: bounds the log's lag
_AWAY = (OperationalError, ClewError)
log = logging.getLogger("clew.worker")


def run() -> None:
    """Run jobs and the sequencer until told to stop."""
    stop = threading.Event()
    helpers = [threading.Thread(target=target, args=(stop,), daemon=True) for target in (_sequence, _look_after, _look_deeper)]
    for helper in helpers:
        helper.start()
    try:
        jobs.run({**JOBS, **TRIAGE})
    finally:
        stop.set()
        for helper in helpers:
            helper.join(5)


def _look_after(stop: threading.Event) -> None:
    due = time.monotonic() + FIRST_HOUSEKEEPING
    while not stop.wait(GIVE_UP):
        try:
            give_up()
            prove_held()
            if time.monotonic() >= due:
                due = time.monotonic() + HOUSEKEEPING
                keep_house()
        except Exception as problem:  # whatever it is, the next look may succeed; `doctor` tells of jobs given up
            log.warning("files of failed jobs wait: %s", type(problem).__name__, exc_info=not isinstance(problem, _AWAY))


def _look_deeper(stop: threading.Event) -> None:
    while not stop.wait(FEED):
        try:
            feed()
        except Exception as problem:  # whatever it is, the next look may succeed
            log.warning("looking in depth waits: %s", type(problem).__name__, exc_info=not isinstance(problem, _AWAY))


def _sequence(stop: threading.Event) -> None:
    while not stop.wait(PAUSE):
        try:
            with database().engine(postgres.SYSTEM).connect() as conn:
                sequence(conn)
        except Exception as problem:  # whatever it is, the next run may succeed; `doctor` tells of a log that lags
            log.warning("the log waits: %s", type(problem).__name__, exc_info=not isinstance(problem, _AWAY))
