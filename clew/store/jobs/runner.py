"""One worker process: takes jobs from the queue and runs their handlers in threads."""

import asyncio
import faulthandler
import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from pgqueuer.adapters.drivers.psycopg import PsycopgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job
from pgqueuer.domain.types import Channel, QueueExecutionMode

from clew.kernel.errors import ClewError, Damaged, Unavailable
from clew.store.jobs.queue import CHANNEL, NAMES

Hear = Callable[[str | bytes | bytearray], None]
Handler = Callable[[dict[str, Any]], None]
ATTEMPTS = 5  # runs of one job, the first included, before it is parked as failed
FIRST_DELAY = timedelta(seconds=1)  # then 4, 16 and 64 seconds
LONGEST_DELAY = timedelta(minutes=1)
LOST = timedelta(minutes=5)  # a silent connection that the lock has not betrayed
NEWS_S = 0.01  # news of queued jobs that come together are passed on as one
STUCK = 180.0  # seconds; a healthy worker looks for work every few, however busy it is
LIVENESS = 1668048247  # "clew", the class of the workers' advisory locks
log = logging.getLogger("clew.jobs")


class JobError(Exception):
    """Why an attempt failed, in words that are safe to keep and show."""


@dataclass(frozen=True)
class Lane:
    """How one process works: `at_once` jobs in threads (2 or more, an even number)."""

    dsn: str
    at_once: int = 2
    attempts: int = ATTEMPTS
    first_delay: timedelta = FIRST_DELAY


class Ear:
    """Passes news of queued jobs on once in a while: any number of them only say that there is something to fetch."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._waiting = False

    def __call__(self, message: str | bytes | bytearray) -> None:
        """Hear one message; what is no such news goes on at once."""
        if b"table_changed_event" not in (message.encode() if isinstance(message, str) else message):
            self._hear(message)
        elif not self._waiting:
            self._waiting = True
            asyncio.get_running_loop().call_later(NEWS_S, self._tell, message)

    def _tell(self, message: str | bytes | bytearray) -> None:
        self._waiting = False
        self._hear(message)


class Room:
    """Places for running jobs, so that nobody asks the database for jobs while all are taken."""

    def __init__(self, places: int) -> None:
        self.left = places
        self._free = asyncio.Event()
        self._free.set()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place while a job runs."""
        self.left -= 1
        if self.left <= 0:
            self._free.clear()
        try:
            yield
        finally:
            self.left += 1
            self._free.set()

    async def wait(self) -> None:
        """Return when a place is free, or after a second: only the database knows for sure."""
        await asyncio.sleep(0)  # what was fetched last takes its places now
        with suppress(TimeoutError):
            await asyncio.wait_for(self._free.wait(), 1.0)


class ListeningDriver(PsycopgDriver):
    """Listens on a connection of its own: psycopg holds a connection's lock while it waits for a NOTIFY."""

    def __init__(self, work: psycopg.AsyncConnection, listen: psycopg.AsyncConnection) -> None:
        super().__init__(work)
        self._listening = PsycopgDriver(listen)
        self._ears: list[tuple[str, Hear]] = []

    async def add_listener(self, channel: str, callback: Hear) -> None:
        """Listen on the other connection."""
        ear = Ear(callback)
        await self._listening.add_listener(channel, ear)
        self._ears.append((channel, ear))

    async def __aexit__(self, *_: object) -> None:
        await super().__aexit__()
        while self._ears:
            with suppress(psycopg.OperationalError):
                await self._listening.remove_listener(*self._ears.pop())


async def work(handlers: Mapping[str, Handler], lane: Lane, *, only_what_waits: bool = False) -> None:
    """Run jobs until SIGTERM or SIGINT (running ones are finished first), or until none waits."""
    async with await psycopg.AsyncConnection.connect(lane.dsn, autocommit=True) as conn, \
            await psycopg.AsyncConnection.connect(lane.dsn, autocommit=True) as listen:
        with ThreadPoolExecutor(lane.at_once, thread_name_prefix="job") as threads:
            room = Room(lane.at_once)
            queries = _queries(ListeningDriver(conn, listen), room)
            queue = QueueManager(queries, channel=Channel(CHANNEL))
            for entrypoint, handler in handlers.items():
                queue.register_executor(entrypoint, _executor(handler, lane, threads, room))
            await conn.execute("SELECT pg_advisory_lock(%s, hashtext(%s))",
                               [LIVENESS, str(queue.queue_manager_id)])
            if not only_what_waits:
                for number in (signal.SIGTERM, signal.SIGINT):
                    asyncio.get_running_loop().add_signal_handler(number, queue.shutdown.set)
                threading.Thread(target=_end_when_stuck, args=(queries,), daemon=True).start()
            mode = QueueExecutionMode.drain if only_what_waits else QueueExecutionMode.continuous
            await queue.run(timedelta(seconds=5), mode=mode,
                            batch_size=1,  # of the queue's notes of ended jobs: each at once, so that few run twice
                            # Twice the places: what has ended still counts until it is noted.
                            max_concurrent_tasks=2 * lane.at_once, heartbeat_timeout=LOST,
                            # A handler's first imports can hold the loop for seconds, and the queue is also polled.
                            shutdown_on_listener_failure=False)


class Watched(Queries):
    """Looks for work when there is room, and notes when: a worker that looks no more is found out."""

    looked = 0.0
    room: Room

    async def dequeue(self, batch_size: int, *args: Any, **more: Any) -> list[Job]:
        """Look for as much work as there is room for."""
        self.looked = time.monotonic()
        await self.room.wait()
        return await super().dequeue(max(batch_size, self.room.left), *args, **more)


def _end_when_stuck(queries: Watched) -> None:
    """End this process when it has not looked for work for STUCK seconds: its jobs run again elsewhere."""
    queries.looked = time.monotonic()
    while time.monotonic() - queries.looked < STUCK:
        time.sleep(5)
    log.error("a worker process is stuck and ends; where it stood:")
    faulthandler.dump_traceback()
    os._exit(1)


def _queries(driver: PsycopgDriver, room: Room) -> Watched:
    queries = Watched(driver, QueryBuilderEnvironment(NAMES), QueryQueueBuilder(NAMES), QuerySchedulerBuilder(NAMES))
    queries.room = room
    return queries


def _executor(
    handler: Handler, lane: Lane, threads: ThreadPoolExecutor, room: Room
) -> DatabaseRetryEntrypointExecutor:
    async def run(job: Job) -> None:
        payload = json.loads(job.payload or b"{}")
        try:
            with room.place():
                await asyncio.get_running_loop().run_in_executor(threads, _attempt, handler, job.entrypoint, payload)
        except Unavailable as error:  # the node lacks something, not the job: it waits as long as that takes
            delay = min(lane.first_delay * 4.0 ** min(job.attempts, 9), LONGEST_DELAY)
            raise RetryRequested(delay=delay, reason=error.message) from None

    return DatabaseRetryEntrypointExecutor(
        EntrypointExecutorParameters(concurrency_limit=0, func=run, on_failure="hold"),
        max_attempts=lane.attempts - 1, initial_delay=lane.first_delay, backoff_multiplier=4.0)


def _attempt(handler: Handler, entrypoint: str, payload: dict[str, Any]) -> None:
    """Run the handler; keep details of a failure to the log, and a safe sentence for the queue."""
    try:
        handler(payload)
    except Damaged as error:  # waiting mends nothing here
        log.warning("job %s failed: %s", entrypoint, error.message)
        raise JobError(error.message) from None
    except Unavailable as error:
        log.warning("job %s waits: %s", entrypoint, error.message)
        raise
    except ClewError as error:
        log.warning("job %s failed: %s", entrypoint, error.message)
        raise JobError(error.message) from None
    except Exception as error:
        log.exception("job %s failed", entrypoint)
        raise JobError(f"Unexpected {type(error).__name__}; the worker's log has the details.") from None
