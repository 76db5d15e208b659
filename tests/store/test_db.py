"""The pools of a process: one a login, whoever asks first; a connection lost meanwhile is replaced."""

import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from clew.kernel.settings import Settings
from clew.store import db, postgres
from tests.database import TestServer

AT_ONCE = 8


class Pool:
    """Stands for an engine; making it takes long enough for every thread to ask."""

    def __init__(self, *_: object, **__: object) -> None:
        everybody_waits.wait(0.2)
        self.closed = False

    def dispose(self) -> None:
        self.closed = True


everybody_waits = threading.Event()  # never set: its wait is a pause


def test_threads_that_ask_first_at_once_get_the_same_pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = Settings(home=tmp_path, keys=tmp_path / "keys", dsn="host=nowhere dbname=none")
    monkeypatch.setattr(db, "create_engine", Pool)
    monkeypatch.setattr(postgres, "dsn_for", lambda login, at: "postgresql://nowhere/none")
    opened, found = db.Database(at), []
    threads = [threading.Thread(target=lambda: found.append(opened.engine(postgres.SYSTEM))) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == AT_ONCE and len({id(one) for one in found}) == 1
    opened.close()
    assert found[0].closed  # type: ignore[attr-defined]


def test_a_connection_lost_since_its_last_use_is_replaced(server: TestServer, database: Settings) -> None:
    held = db.Database(database)
    for _ in range(2):
        with held.system_work() as work:
            assert work.value("SELECT 1") == 1
        with psycopg.connect(server.server.admin_dsn(), autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [
                make_url(postgres.dsn_for(postgres.SYSTEM, database)).database])
    held.close()
