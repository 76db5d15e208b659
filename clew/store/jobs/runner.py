"""One worker process: takes jobs from the queue and runs their handlers in threads."""

import asyncio
import faulthandler
import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
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

from clew.kernel.errors import ClewError, Unavailable
from clew.store.jobs.queue import CHANNEL, NAMES

Hear = Callable[[str | bytes | bytearray], None]
Handler = Callable[[dict[str, Any]], None]
ATTEMPTS = 5  # runs of one job, the first included, before it is parked as failed
FIRST_DELAY = timedelta(seconds=1)  # then 4, 16 and 64 seconds
LONGEST_DELAY = timedelta(minutes=1)
LOST = timedelta(minutes=5)  # a silent connection that the lock has not betrayed
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


class ListeningDriver(PsycopgDriver):
    """Listens on a connection of its own: psycopg holds a connection's lock while it waits for a NOTIFY."""

    def __init__(self, work: psycopg.AsyncConnection, listen: psycopg.AsyncConnection) -> None:
        super().__init__(work)
        self._listening = PsycopgDriver(listen)
        self._ears: list[tuple[str, Hear]] = []

    async def add_listener(self, channel: str, callback: Hear) -> None:
        """Listen on the other connection."""
        await self._listening.add_listener(channel, callback)
        self._ears.append((channel, callback))

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
            queries = _queries(ListeningDriver(conn, listen))
            queue = QueueManager(queries, channel=Channel(CHANNEL))
            for entrypoint, handler in handlers.items():
                queue.register_executor(entrypoint, _executor(handler, lane, threads))
            await conn.execute("SELECT pg_advisory_lock(%s, hashtext(%s))",
                               [LIVENESS, str(queue.queue_manager_id)])
            if not only_what_waits:
                for number in (signal.SIGTERM, signal.SIGINT):
                    asyncio.get_running_loop().add_signal_handler(number, queue.shutdown.set)
                threading.Thread(target=_end_when_stuck, args=(queries,), daemon=True).start()
            mode = QueueExecutionMode.drain if only_what_waits else QueueExecutionMode.continuous
            await queue.run(timedelta(seconds=5), batch_size=lane.at_once // 2, mode=mode,
                            max_concurrent_tasks=lane.at_once, heartbeat_timeout=LOST,
                            # A handler's first imports can hold the loop for seconds, and the queue is also polled.
                            shutdown_on_listener_failure=False)


class Watched(Queries):
    """Notes when it last looked for work, so that a worker that looks no more is found out."""

    looked = 0.0

    async def dequeue(self, *args: Any, **more: Any) -> list[Job]:
        """Look for work."""
        self.looked = time.monotonic()
        return await super().dequeue(*args, **more)


def _end_when_stuck(queries: Watched) -> None:
    """End this process when it has not looked for work for STUCK seconds: its jobs run again elsewhere."""
    queries.looked = time.monotonic()
    while time.monotonic() - queries.looked < STUCK:
        time.sleep(5)
    log.error("a worker process is stuck and ends; where it stood:")
    faulthandler.dump_traceback()
    os._exit(1)


def _queries(driver: PsycopgDriver) -> Watched:
    return Watched(driver, QueryBuilderEnvironment(NAMES), QueryQueueBuilder(NAMES), QuerySchedulerBuilder(NAMES))


def _executor(handler: Handler, lane: Lane, threads: ThreadPoolExecutor) -> DatabaseRetryEntrypointExecutor:
    async def run(job: Job) -> None:
        payload = json.loads(job.payload or b"{}")
        try:
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
    except Unavailable as error:
        log.warning("job %s waits: %s", entrypoint, error.message)
        raise
    except ClewError as error:
        log.warning("job %s failed: %s", entrypoint, error.message)
        raise JobError(error.message) from None
    except Exception as error:
        log.exception("job %s failed", entrypoint)
        raise JobError(f"Unexpected {type(error).__name__}; the worker's log has the details.") from None
