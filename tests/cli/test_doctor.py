"""The doctor: every part is named with what to do, and nothing is made, started or changed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from clew.cli.app import build
from clew.kernel import settings as chosen
from clew.kernel.settings import Settings
from clew.store import postgres
from clew.store.jobs import ATTEMPTS
from tests.node import Node, make_test_node


@pytest.fixture
def node(database: Settings) -> Iterator[Node]:
    yield make_test_node(database)


def _run(*arguments: str) -> tuple[int, Any]:
    done = CliRunner().invoke(build(arguments[0]), [*arguments, "--json"])
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout.splitlines()[-1])


def test_the_doctor_names_every_part_and_what_is_broken(node: Node) -> None:
    code, found = _run("doctor")
    parts = {one["what"]: one["ok"] for one in found}
    assert {"keys", "database", "sealed content", "sandbox", "jobs", "exiftool", "fpcalc", "likeness", "place"} <= parts.keys()
    assert code == 0
    assert parts["database"]
    assert parts["jobs"]
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, node.at)) as owner:
        owner.execute("INSERT INTO clew.pgqueuer (priority, entrypoint, status, attempts, created, updated, execute_after) "
                      "VALUES (0, 'describe', 'queued', %s, now(), now(), now())", [ATTEMPTS])
        owner.execute("UPDATE clew.alembic_version SET version_num = 'older'")
    code, found = _run("doctor")
    assert code == 1
    assert "clew upgrade" in next(one["says"] for one in found if one["what"] == "database")
    assert "1 jobs were put back" in next(one["says"] for one in found if one["what"] == "jobs")


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where no node was ever made."""
    for name in ("home", "keys", "postgres_folder"):
        monkeypatch.setenv(f"CLEW_{name.upper()}", str(tmp_path / name))
    monkeypatch.delenv("CLEW_DSN", raising=False)
    monkeypatch.setattr(chosen, "_chosen", [])
    return tmp_path


def test_where_there_is_no_node_the_doctor_says_how_to_make_one_and_makes_nothing(nowhere: Path) -> None:
    code, found = _run("doctor")
    says = {one["what"]: one["says"] for one in found if not one["ok"]}
    assert code == 1
    assert all("clew init" in says[what] for what in ("data folder", "keys", "database", "sealed content", "jobs"))
    assert list(nowhere.iterdir()) == []


@pytest.mark.parametrize("words", [
    ["check"], ["audit", "verify"], ["backup", "copy"], ["upgrade"], ["serve"], ["work"],
    ["init", "--admin-dsn-file", "missing"]], ids=" ".join)
def test_without_a_node_or_a_file_a_command_says_so_in_a_line_and_makes_nothing(nowhere: Path, words: list[str]) -> None:
    given = [str(nowhere / word) if word in ("copy", "missing") else word for word in words]
    done = CliRunner().invoke(build(words[0]), given)
    assert isinstance(done.exception, SystemExit), done.exception
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert ("clew init" if words[0] != "init" else "Check the path") in done.stderr
    assert list(nowhere.iterdir()) == []


def test_a_database_that_is_not_there_is_said_in_a_line(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (nowhere / "keys").mkdir()
    for login in postgres.LOGINS:
        (nowhere / "keys" / f"{login}.password").write_text("no secret")
    monkeypatch.setenv("CLEW_DSN", f"host={nowhere} dbname=clew connect_timeout=2")
    done = CliRunner().invoke(build("audit"), ["audit", "verify"])
    assert (done.exit_code, done.stderr) == (1, "The database does not answer or lets nobody in. Run: clew doctor\n")
