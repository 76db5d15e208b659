"""Worker processes: killed, stopped and cut off from the database, they lose no job."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from sqlalchemy import text

from clew.kernel.settings import Settings
from clew.store import jobs, postgres
from tests.store.jobs.test_queue import marks, session

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
from pathlib import Path
import sys
from clew.kernel.settings import Settings
from clew.store import jobs
from tests.store.jobs.handlers import HANDLERS

if __name__ == "__main__":
    home, keys, dsn, processes = sys.argv[1:]
    jobs.run(HANDLERS, Settings(home=Path(home), keys=Path(keys), dsn=dsn, work_processes=int(processes)))
"""


@contextmanager
def crew(at: Settings, folder: Path, processes: int = 2) -> Iterator[subprocess.Popen[bytes]]:
    program = folder / "crew.py"
    program.write_text(PROGRAM)
    running = subprocess.Popen(
        [sys.executable, str(program), str(at.home), str(at.keys), at.dsn, str(processes)], cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        yield running
    finally:
        running.terminate()
        running.wait(60)


def until(done: Callable[[], object], seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.05)


def workers(of: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return [child for child in psutil.Process(of.pid).children() if "spawn_main" in " ".join(child.cmdline())]


def test_a_killed_worker_loses_no_job(database: Settings, tmp_path: Path) -> None:
    file = tmp_path / "marks"
    with session(database) as conn:
        jobs.enqueue_many(conn, "slow", [{"file": str(file), "n": n, "s": 0.4} for n in range(12)])
    with crew(database, tmp_path) as running:
        for _ in range(3):
            seen = len(list(tmp_path.glob("marks.*")))
            until(lambda seen=seen: len(list(tmp_path.glob("marks.*"))) > seen or len(set(marks(file))) == 12)
            for victim in workers(running)[:1]:
                victim.send_signal(signal.SIGKILL)
        until(lambda: set(marks(file)) == {str(n) for n in range(12)})
        with session(database) as conn:
            until(lambda: jobs.counts(conn) == [])


def test_a_job_that_kills_its_worker_is_given_up(database: Settings, tmp_path: Path) -> None:
    file = tmp_path / "marks"
    with session(database) as conn:
        jobs.enqueue(conn, "die", {"file": str(file), "n": 1})
    with crew(database, tmp_path, processes=1), session(database) as conn:
        until(lambda: jobs.failed(conn))
        assert jobs.failed(conn)[0].reason == "The worker died while it ran this job."
    assert len(marks(file)) == jobs.ATTEMPTS


def test_on_sigterm_the_running_job_is_finished_and_the_rest_waits(database: Settings, tmp_path: Path) -> None:
    file = tmp_path / "marks"
    with session(database) as conn:
        jobs.enqueue_many(conn, "slow", [{"file": str(file), "n": n} for n in range(9)])
    with crew(database, tmp_path, processes=1) as running:
        until(lambda: list(tmp_path.glob("marks.*")))
        running.terminate()
        assert running.wait(60) == 0
    started = {path.suffixes[0] for path in tmp_path.glob("marks.*.*")}
    assert {f".{n}" for n in marks(file)} == started
    with session(database) as conn:
        tally = jobs.counts(conn)[0]
    assert (tally.waiting, tally.running) == (9 - len(started), 0)


def test_workers_end_with_their_parent_and_its_successor_takes_over(database: Settings, tmp_path: Path) -> None:
    file = tmp_path / "marks"
    with session(database) as conn:
        jobs.enqueue(conn, "slow", {"file": str(file), "n": 1, "s": 2})
    with crew(database, tmp_path, processes=1) as running:
        until(lambda: list(tmp_path.glob("marks.*")))
        orphan = workers(running)[0]
        running.kill()
        until(lambda: not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE)
    assert marks(file) == []
    with crew(database, tmp_path, processes=1):
        until(lambda: marks(file) == ["1"])


def test_work_goes_on_after_every_connection_was_cut(database: Settings, tmp_path: Path) -> None:
    file = tmp_path / "marks"
    with crew(database, tmp_path, processes=1):
        with session(database) as conn:
            jobs.enqueue(conn, "mark", {"file": str(file), "n": 1})
        until(lambda: marks(file) == ["1"])
        cut(database)
        with session(database) as conn:
            jobs.enqueue(conn, "mark", {"file": str(file), "n": 2})
        until(lambda: marks(file) == ["1", "2"])


def cut(at: Settings) -> None:
    """Cut the worker's connections as a killed server would."""
    with session(at, postgres.SYSTEM) as conn:
        conn.execute(text("""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND usename = 'clew_system' AND pid <> pg_backend_pid()"""))
