"""What operators run: check, audit verify, init and its settings."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from clew.cli.app import COMMANDS, build
from clew.cli.node import _refuse_open_door, _write_settings
from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions
from clew.kernel.errors import BadInput
from clew.kernel.settings import Settings
from clew.store import postgres
from clew.store.vault import vault
from tests.node import Node, make_test_node


@pytest.fixture
def node(database: Settings) -> Iterator[Node]:
    made = make_test_node(database)
    made.agency("XA-VIU")
    made.officer("XA-VIU", "anna")
    yield made


def _run(*arguments: str) -> tuple[int, Any]:
    done = CliRunner().invoke(build(arguments[0]), [*arguments, "--json"])
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else None


def test_the_log_of_a_node_is_whole_and_a_change_behind_its_back_is_found(node: Node) -> None:
    code, report = _run("audit", "verify")
    assert code == 0
    assert report["findings"] == []
    assert report["events"] > 5
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, node.at)) as owner:
        owner.execute("UPDATE clew.officers SET roles = '{auditor}' WHERE login = 'anna'")
    code, report = _run("audit", "verify")
    assert code == 1
    assert [finding["kind"] for finding in report["findings"]] == ["row_changed"]


def _object_of(node: Node) -> Path:
    viewer = node.viewers["anna"]
    case = cases.open_case(viewer, "A-1")
    contribution = contributions.begin_contribution(viewer, case.id)
    stored = vault().blobs.put([b"some bytes"])
    contributions.add_file(viewer, contribution.id, "a.bin", stored=stored)
    return next(path for path in node.at.home.rglob(stored.object_name) if path.is_file())


def test_check_reads_every_object_and_finds_damage_and_loss(node: Node) -> None:
    path = _object_of(node)
    assert _run("check")[0] == 0
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(content))
    code, report = _run("check")
    assert (code, report["damaged"]) == (1, [path.name])
    path.unlink()
    code, report = _run("check")
    assert (code, report["missing"]) == (1, [path.name])


def test_given_up_comparisons_run_again(node: Node) -> None:
    _object_of(node)
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, node.at)) as owner:
        owner.execute("UPDATE clew.pgqueuer SET entrypoint = 'match', status = 'failed' WHERE entrypoint = 'describe'")
        given_up = owner.execute("SELECT count(*) FROM clew.pgqueuer WHERE status = 'failed'").fetchone()
    assert given_up is not None and given_up[0] > 0
    assert _run("retry") == (0, {"jobs": given_up[0]})
    assert _run("retry") == (0, {"jobs": 0})


def test_check_finds_an_agency_that_is_locked_out_and_goes_on(node: Node) -> None:
    path = _object_of(node)
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, node.at)) as owner:
        owner.execute("INSERT INTO clew.media_keys SELECT k.media_id, a.id, decode(repeat('00', 60), 'hex') "
                      "FROM clew.media_keys k, clew.agencies a JOIN clew.media m ON true "
                      "WHERE m.id = k.media_id AND m.object_name = %s "
                      "AND a.id <> k.agency_id LIMIT 1", [path.name])
    code, report = _run("check")
    assert (code, path.name in report["damaged"]) == (1, True)


def test_every_command_has_help_and_only_its_own_module_is_needed() -> None:
    everything = CliRunner().invoke(build(None), ["--help"])
    assert everything.exit_code == 0
    for name in COMMANDS:
        alone = CliRunner().invoke(build(name), [name, "--help"])
        assert alone.exit_code == 0, name
        assert name in everything.stdout


def test_settings_are_kept_in_the_data_folder_and_hold_no_second_line(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLEW_KEYS", str(tmp_path / "keys"))
    _write_settings({"dsn": "host=db dbname=clew", "blobs": ""})
    assert Settings().dsn == "host=db dbname=clew"
    assert (tmp_path / "home" / "clew.toml").stat().st_mode & 0o777 == 0o600
    with pytest.raises(BadInput):
        _write_settings({"dsn": 'x"\nport = "1'})


def test_clear_text_is_never_spoken_beyond_this_machine(tmp_path: Path) -> None:
    at = Settings(home=tmp_path, keys=tmp_path, host="0.0.0.0")
    with pytest.raises(BadInput, match="TLS"):
        _refuse_open_door(at)
    _refuse_open_door(at.model_copy(update={"origin": "https://clew.example"}))
    _refuse_open_door(at.model_copy(update={"host": "127.0.0.1"}))
