"""The queue: jobs queued inside a caller's transaction, run, and run again after kill -9; peer: procrastinate.

Run: python -m benchmarks.jobs  (procrastinate from the bench extra; without it the peer's figures are null)
"""

import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import create_engine, make_url

from clew.kernel.settings import Settings
from clew.store import jobs, postgres
from clew.store.jobs.runner import Lane, work
from tests.database import TestServer, running_server

SMALL, RUNS = 1000, 3


def nothing(payload: dict[str, Any]) -> None:
    """Do nothing, as fast as possible."""


def sleepy(payload: dict[str, Any]) -> None:
    """Leave a mark, then sleep: the job that a kill interrupts."""
    with Path(payload["file"]).open("a") as marks:
        marks.write(f"{time.time()}\n")
    time.sleep(payload["s"])


HANDLERS = {"nothing": nothing, "sleepy": sleepy}


def queue_ours(at: Settings) -> float:
    engine = create_engine(make_url(postgres.dsn_for(postgres.APP, at)).set(drivername="postgresql+psycopg"))
    begun = time.perf_counter()
    with engine.begin() as conn:
        for n in range(SMALL):
            jobs.enqueue(conn, "nothing", {"n": n})
    rate = SMALL / (time.perf_counter() - begun)
    engine.dispose()
    return rate


def run_ours(at: Settings, at_once: int) -> float:
    lane = Lane(postgres.dsn_for(postgres.SYSTEM, at), at_once)
    begun = time.perf_counter()
    asyncio.run(work(HANDLERS, lane, only_what_waits=True))
    return SMALL / (time.perf_counter() - begun)


def peer(server: TestServer) -> Callable[[], tuple[float, float]] | None:
    """Return a function that measures procrastinate: (queued/s inside a transaction, run/s)."""
    try:
        import procrastinate  # noqa: PLC0415
    except ImportError:
        return None
    name = "clew_test_peer"
    postgres.create_database(server.server.admin_dsn(), name)
    dsn = server.server.admin_dsn(name) + "&options=-csearch_path%3Dpublic"
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=dsn))
    task = app.task(name="nothing")(nothing_async)
    with procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=dsn)).open() as sync:
        sync.schema_manager.apply_schema()

    async def measure() -> tuple[float, float]:
        async with app.open_async():
            begun = time.perf_counter()
            async with await psycopg.AsyncConnection.connect(dsn) as conn:
                for n in range(SMALL):
                    await conn.execute(
                        "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default','nothing',0,NULL,NULL,%s,NULL)"
                        "::procrastinate_job_to_defer_v1])", [json.dumps({"n": n})])
            queued = SMALL / (time.perf_counter() - begun)
            begun = time.perf_counter()
            await app.run_worker_async(wait=False, concurrency=2, install_signal_handlers=False)
            return queued, SMALL / (time.perf_counter() - begun)

    assert task
    return lambda: asyncio.run(measure())


async def nothing_async(n: int) -> None:
    """Do nothing, for the peer."""


def recovery(at: Settings, folder: Path) -> float:
    """Seconds from kill -9 of a worker's whole process tree to the next start of its job elsewhere."""
    file = folder / f"marks{time.time()}"
    engine = create_engine(make_url(postgres.dsn_for(postgres.APP, at)).set(drivername="postgresql+psycopg"))
    with engine.begin() as conn:
        jobs.enqueue(conn, "sleepy", {"file": str(file), "s": 2})
    engine.dispose()
    call = [sys.executable, "-m", "benchmarks.jobs", "work", str(at.home), str(at.keys), at.dsn]
    crews = [subprocess.Popen(call)]
    while not file.exists():
        time.sleep(0.01)
    crews.append(subprocess.Popen(call))
    time.sleep(1.5)  # the second crew is up and idle
    crews[0].kill()
    killed = time.time()
    while len(file.read_text().split()) < 2:
        time.sleep(0.01)
    again = float(file.read_text().split()[1])
    crews[1].kill()
    for crew in crews:
        crew.wait()
    return again - killed


def figure(name: str, unit: str, better: str, values: list[float], others: list[float]) -> dict[str, Any]:
    ours = statistics.median(values)
    theirs = statistics.median(others) if others else None
    ratio = None if theirs is None else (ours / theirs if better == "higher" else theirs / ours)
    return {"name": name, "value": round(ours, 2), "unit": unit, "better": better, "runs": len(values),
            "peer": "procrastinate" if others else None, "peer_value": theirs and round(theirs, 2),
            "ratio": ratio and round(ratio, 2), "spread": [round(min(values), 2), round(max(values), 2)]}


def main() -> None:
    """Measure and print."""
    queued, ran, ran_wide, again, peer_queued, peer_ran = [], [], [], [], [], []
    with running_server() as server, tempfile.TemporaryDirectory() as name, \
            server.database(Path(name)) as at:
        measure_peer = peer(server)
        for _ in range(RUNS):
            queued.append(queue_ours(at))
            ran.append(run_ours(at, 2))
            queue_ours(at)
            ran_wide.append(run_ours(at, 8))
            if measure_peer:
                theirs = measure_peer()
                peer_queued.append(theirs[0])
                peer_ran.append(theirs[1])
            again.append(recovery(at, Path(name)))
    print(json.dumps({"machine": f"{platform.machine()}, {os.cpu_count()} cores", "figures": [
        figure("queued one by one in a caller's transaction", "jobs/s", "higher", queued, peer_queued),
        figure("small jobs run, one process, 2 at once", "jobs/s", "higher", ran, peer_ran),
        figure("small jobs run, one process, 8 at once", "jobs/s", "higher", ran_wide, peer_ran),
        figure("from kill -9 of a worker to the next run of its job", "s", "lower", again, []),
    ]}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        home, keys, dsn = sys.argv[2:]
        jobs.run(HANDLERS, Settings(home=Path(home), keys=Path(keys), dsn=dsn, work_processes=1))
    else:
        main()
