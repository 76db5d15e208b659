"""Migrations run as clew_owner, once, whole, and never backwards."""

from pathlib import Path

import psycopg
import pytest

from clew.kernel.errors import Unavailable
from clew.kernel.settings import Settings
from clew.store import postgres
from clew.store.migrate import migrate, newest, revision
from tests.database import TestServer


def test_an_empty_database_comes_to_the_newest_revision(server: TestServer, tmp_path: Path) -> None:
    with server.database(tmp_path, template="template0") as at:
        assert revision(at) is None
        assert migrate(at) == newest() == revision(at)
        assert migrate(at) == newest()


def test_everything_belongs_to_the_owner_and_nothing_lies_outside_the_schema(database: Settings) -> None:
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, database)) as conn:
        rows = conn.execute("""
            SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner) FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'""").fetchall()
    assert {(schema, owner) for schema, _, owner in rows} == {("clew", "clew_owner")}


def test_an_older_clew_refuses_a_newer_database(database: Settings) -> None:
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, database)) as conn:
        conn.execute("UPDATE clew.alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable, match="newer Clew"):
        migrate(database)


def test_a_broken_file_leaves_nothing_behind_and_names_itself(
        server: TestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "migrations" / "sql" / "0001"
    broken.mkdir(parents=True)
    (broken / "10_good.sql").write_text("CREATE TABLE clew.half (a text DEFAULT '100% :good'); SELECT 1;")
    (broken / "20_bad.sql").write_text("CREATE TABLE clew.half (a int);")
    monkeypatch.setattr("clew.store.sql_files.files", lambda package: tmp_path)
    with server.database(tmp_path, template="template0") as at:
        with pytest.raises(Exception, match="half") as caught:
            migrate(at)
        assert "20_bad.sql" in str(getattr(caught.value, "__notes__", "")) + str(caught.value.__cause__)
        assert revision(at) is None
        with psycopg.connect(postgres.dsn_for(postgres.OWNER, at)) as conn:
            assert conn.execute("SELECT to_regclass('clew.half')").fetchone() == (None,)
