"""Keeps worker processes alive: starts them again, frees the jobs of dead ones, stops them in peace."""

import asyncio
import logging
import multiprocessing as mp
import os
import signal
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess

import psycopg

from clew.kernel.errors import ClewError
from clew.kernel.settings import Settings, settings
from clew.store import postgres
from clew.store.jobs.runner import Handler, Lane, work

TICK = 1.0  # seconds between looks at the queue for jobs of dead workers
KEEP = "7 days"  # of the queue's own log
log = logging.getLogger("clew.jobs")


def run(handlers: Mapping[str, Handler], at: Settings | None = None, *, at_once: int = 2,
        grace_s: float = 60.0) -> None:
    """Run jobs in settings().work_processes processes of `at_once` threads until SIGTERM or SIGINT.

    Call it in the main thread. Handlers must be importable functions (processes are spawned). A job that
    fails is tried ATTEMPTS times with growing delays, then parked as failed (one that raises Unavailable waits
    on, a minute at most between tries); a job whose process died is
    free again within about a second. On a stop, running jobs get `grace_s` seconds to finish; what is cut
    off then runs again later.
    """
    at = at or settings()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    lane = Lane(postgres.dsn_for(postgres.SYSTEM, at), at_once)
    crew = [Member(handlers, lane) for _ in range(at.work_processes)]
    while not stop.is_set():
        try:
            postgres.ensure(at)
            _watch(crew, lane, stop)
        except (psycopg.OperationalError, ClewError) as error:
            # Without a database no job can end well: start anew as soon as it is back.
            log.warning("the database is away: %s", type(error).__name__)
            for member in crew:
                member.kill()
            stop.wait(TICK)
    _stop(crew, grace_s)


def drain(handlers: Mapping[str, Handler], at: Settings | None = None, *, lane: Lane | None = None) -> None:
    """Run in this process what waits now and what it queues, then return; for tests and small tools."""
    lane = lane or Lane(postgres.dsn_for(postgres.SYSTEM, at))
    with psycopg.connect(lane.dsn, autocommit=True) as conn:
        conn.execute("SELECT clew.free_jobs_of_dead_workers(%s)", [lane.attempts])
    asyncio.run(work(handlers, lane, only_what_waits=True))


class Member:
    """One worker process, started again when it dies, more slowly each time it dies young."""

    def __init__(self, handlers: Mapping[str, Handler], lane: Lane) -> None:
        self._handlers, self._lane = dict(handlers), lane
        self._pause, self._not_before, self._started = 0.0, 0.0, 0.0
        self.process: SpawnProcess | None = None

    def keep_alive(self) -> None:
        """Start the process when there is none and its pause is over."""
        if self.process is not None and self.process.is_alive():
            return
        now = time.monotonic()
        if self.process is not None:
            self._pause = 0.0 if now - self._started > 10 else min(self._pause * 2 + 0.2, 5.0)
            self._not_before = now + self._pause
            log.warning("a worker process ended (%s); starting another", self.process.exitcode)
            self.process = None
        if now >= self._not_before:
            self.process = mp.get_context("spawn").Process(target=_child, args=(self._handlers, self._lane))
            self.process.start()
            self._started = now

    def kill(self) -> None:
        """End the process at once; its jobs run again."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None


def _watch(crew: list[Member], lane: Lane, stop: threading.Event) -> None:
    """Look after the crew and the queue until told to stop; raises OperationalError with the database."""
    with psycopg.connect(lane.dsn, autocommit=True) as conn:
        swept = 0.0
        while not stop.is_set():
            for member in crew:
                member.keep_alive()
            conn.execute("SELECT clew.free_jobs_of_dead_workers(%s)", [lane.attempts])
            if time.monotonic() - swept > 3600 or not swept:
                conn.execute("DELETE FROM clew.pgqueuer_log WHERE created < now() - %s::interval", [KEEP])
                conn.execute("DELETE FROM clew.pgqueuer_statistics WHERE created < now() - %s::interval", [KEEP])
                swept = time.monotonic()
            ends = [member.process.sentinel for member in crew if member.process is not None]
            wait(ends, timeout=TICK) if ends else stop.wait(TICK)


def _stop(crew: list[Member], grace_s: float) -> None:
    """Ask every process to finish, wait, and kill what is left."""
    running = [member.process for member in crew if member.process is not None]
    for process in running:
        process.terminate()
    give_up = time.monotonic() + grace_s
    for process in running:
        process.join(max(0.0, give_up - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()


def _child(handlers: Mapping[str, Handler], lane: Lane) -> None:
    """Be a worker process; never outlive the parent, and leave no half-ended thread behind."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    with suppress(KeyboardInterrupt):
        try:
            asyncio.run(work(handlers, lane))
        except psycopg.OperationalError as error:
            log.warning("a worker lost the database: %s", type(error).__name__)
            os._exit(1)


def _die_with_parent() -> None:
    parent = mp.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
