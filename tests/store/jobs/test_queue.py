"""Jobs come and go with the caller's transaction, and the web may queue but never read."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from clew.kernel.settings import Settings
from clew.store import jobs, postgres
from clew.store.jobs.runner import Lane
from tests.store.jobs.handlers import HANDLERS


@contextmanager
def session(at: Settings, login: str = postgres.APP) -> Iterator[Connection]:
    engine = create_engine(make_url(postgres.dsn_for(login, at)).set(drivername="postgresql+psycopg"),
                           poolclass=NullPool)
    with engine.connect() as conn, conn.begin():
        yield conn


def quick(at: Settings, **more: object) -> Lane:
    return Lane(postgres.dsn_for(postgres.SYSTEM, at), first_delay=timedelta(0), **more)  # type: ignore[arg-type]


def marks(file: Path) -> list[str]:
    return sorted(file.read_text().split()) if file.exists() else []


@pytest.mark.parametrize("login", [postgres.APP, postgres.SYSTEM])
def test_a_job_exists_when_the_transaction_commits_and_never_else(
        database: Settings, tmp_path: Path, login: str) -> None:
    file = tmp_path / "marks"
    with pytest.raises(ZeroDivisionError), session(database, login) as conn:
        jobs.enqueue(conn, "mark", {"file": str(file), "n": "never"})
        raise ZeroDivisionError
    with session(database, login) as conn:
        ids = jobs.enqueue_many(conn, "mark", [{"file": str(file), "n": n} for n in range(3)])
        with session(database, postgres.SYSTEM) as other:
            assert jobs.counts(other) == []
    assert ids == sorted(set(ids))
    jobs.drain(HANDLERS, database)
    assert marks(file) == ["0", "1", "2"]
    with session(database) as conn:
        assert jobs.counts(conn) == []


def test_no_jobs_are_no_work(database: Settings) -> None:
    with session(database) as conn:
        assert jobs.enqueue_many(conn, "mark", []) == []


@pytest.mark.parametrize("statement", [
    "SELECT payload FROM clew.pgqueuer", "SELECT headers FROM clew.pgqueuer", "DELETE FROM clew.pgqueuer",
    "UPDATE clew.pgqueuer SET payload = ''", "SELECT * FROM clew.pgqueuer_log", "TRUNCATE clew.pgqueuer",
    "SELECT clew.free_jobs_of_dead_workers(5)", "INSERT INTO clew.pgqueuer_log (traceback) VALUES ('{}')"])
def test_the_web_may_not_read_or_change_the_queue(shared_database: Settings, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), session(shared_database) as conn:
        conn.execute(text(statement))


def test_pending_counts_only_what_it_is_about(database: Settings, tmp_path: Path) -> None:
    file = str(tmp_path / "marks")
    with session(database) as conn:
        jobs.enqueue_many(conn, "mark", [{"file": file, "n": n} for n in range(3)], about="one")
        jobs.enqueue(conn, "mark", {"file": file, "n": 9}, about="two")
        jobs.enqueue(conn, "mark", {"file": file, "n": 9})
        assert [(tally.entrypoint, tally.waiting) for tally in jobs.pending(conn, "one")] == [("mark", 3)]
        assert [(tally.entrypoint, tally.waiting) for tally in jobs.counts(conn)] == [("mark", 5)]
    jobs.drain(HANDLERS, database)
    with session(database) as conn:
        assert jobs.pending(conn, "one") == []


def test_higher_priority_runs_first(database: Settings, tmp_path: Path) -> None:
    file = tmp_path / "marks"
    with session(database) as conn:
        for n in range(6):
            jobs.enqueue(conn, "mark", {"file": str(file), "n": n}, priority=10 * (n == 5))
    jobs.drain(HANDLERS, database)
    assert "5" in file.read_text().split()[:2]


def test_a_failing_job_is_tried_again_then_parked_with_a_safe_reason(database: Settings, tmp_path: Path) -> None:
    file = tmp_path / "marks"
    with session(database) as conn:
        refused = jobs.enqueue(conn, "refuse", {"file": str(file), "n": 1})
        broken = jobs.enqueue(conn, "break", {})
    jobs.drain(HANDLERS, database, lane=quick(database, attempts=3))
    assert marks(file) == ["1", "1", "1"]
    with session(database) as conn:
        found = {job.id: job.reason for job in jobs.failed(conn)}
        assert found == {refused: "This file is no picture. Send the picture.",
                         broken: "Unexpected ValueError; the worker's log has the details."}
        assert all(job.attempts == 2 for job in jobs.failed(conn))
        assert {tally.entrypoint: tally.failed for tally in jobs.counts(conn)} == {"refuse": 1, "break": 1}
    with session(database, postgres.SYSTEM) as conn:
        kept = conn.execute(text("SELECT string_agg(traceback::text, ' ') FROM clew.pgqueuer_log")).scalar()
    assert "secret content" not in str(kept)


def test_a_failed_job_can_be_queued_again(database: Settings, tmp_path: Path) -> None:
    file = tmp_path / "marks"
    with session(database) as conn:
        jobs.enqueue(conn, "refuse", {"file": str(file), "n": 1})
    jobs.drain(HANDLERS, database, lane=quick(database, attempts=1))
    with session(database, postgres.SYSTEM) as conn:
        assert jobs.retry(conn, ["mark"]) == 0
        assert jobs.retry(conn, ["refuse"]) == 1
        assert jobs.retry(conn, ["refuse"]) == 0
        assert jobs.failed(conn) == []
    jobs.drain(HANDLERS | {"refuse": HANDLERS["mark"]}, database)
    assert marks(file) == ["1", "1"]


def test_jobs_without_a_handler_wait(database: Settings) -> None:
    with session(database) as conn:
        jobs.enqueue(conn, "unknown", {})
    jobs.drain(HANDLERS, database)
    with session(database) as conn:
        assert [tally.waiting for tally in jobs.counts(conn)] == [1]


def test_a_job_waits_as_long_as_the_node_lacks_something(database: Settings, tmp_path: Path) -> None:
    file = tmp_path / "marks"
    with session(database) as conn:
        jobs.enqueue(conn, "unready", {"file": str(file), "n": 1, "ready_at": 2 * jobs.ATTEMPTS})
    jobs.drain(HANDLERS, database, lane=quick(database))
    assert len(marks(file)) == 2 * jobs.ATTEMPTS
    with session(database) as conn:
        assert jobs.counts(conn) == []


def test_damage_is_not_waited_out(database: Settings, tmp_path: Path) -> None:
    file = tmp_path / "marks"
    with session(database) as conn:
        damaged = jobs.enqueue(conn, "spoil", {"file": str(file), "n": 1})
    jobs.drain(HANDLERS, database, lane=quick(database, attempts=3))
    with session(database) as conn:
        assert [(job.id, job.reason) for job in jobs.failed(conn)] == [(damaged, "The stored content is missing. Restore it.")]


def test_jobs_that_were_put_back_many_times_are_counted(database: Settings, tmp_path: Path) -> None:
    with session(database) as conn:
        waits = jobs.enqueue(conn, "mark", {"file": str(tmp_path / "marks"), "n": 1})
        jobs.enqueue(conn, "mark", {"file": str(tmp_path / "marks"), "n": 2})
    with session(database, postgres.SYSTEM) as conn:
        assert jobs.stalled(conn) == 0
        conn.execute(text("UPDATE clew.pgqueuer SET attempts = :tries WHERE id = :id"), {"tries": jobs.ATTEMPTS, "id": waits})
        assert jobs.stalled(conn) == 1
