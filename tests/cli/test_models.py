"""clew models: what operators see of the cards, with a tiny model made here."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from clew.cli.app import build
from clew.kernel import settings as held
from clew.kernel.settings import Settings
from clew.signals.models.states import remedy_for, states
from tests.signals.models.tiny import tiny_model


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(held, "_chosen", [Settings(home=tmp_path / "home", keys=tmp_path / "keys")])
    return tmp_path / "home"


def run(*words: str) -> tuple[int, Any, str]:
    """Run `clew models ...`; return exit code, the JSON value if one was asked for, and everything that was said."""
    done = CliRunner().invoke(build("models"), ["models", *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    value = json.loads(done.stdout.splitlines()[0]) if "--json" in words and done.stdout.strip() else None
    return done.exit_code, value, done.output


def test_a_new_node_has_cards_and_no_model() -> None:
    code, cards, _ = run("list", "--json")
    assert code == 0
    assert {one["state"] for one in cards} == {"off"}
    assert all(one["remedy"] and one["licence"] for one in cards)
    assert "sscd" in run("list")[2]
    assert run("check")[0] == 0 and "No model is installed" in run("check")[2]
    assert "clew models list" in remedy_for("likeness")


def test_a_file_of_the_operators_own_is_turned_on_and_checked(tmp_path: Path) -> None:
    file = tiny_model(tmp_path / "m.onnx")
    code, told, _ = run("install", "likeness-own", "--file", str(file), "--json")
    assert (code, told["purpose"], len(told["sha256"])) == (0, "likeness", 64)
    assert {one["name"]: one["state"] for one in run("list", "--json")[1]}["likeness-own"] == "on"
    assert run("check", "--json")[:2] == (0, [{"name": "likeness-own", "purpose": "likeness", "trouble": ""}])
    assert "as they should be" in run("check")[2]
    assert remedy_for("likeness") == ""
    assert "Workers need no restart" in run("install", "likeness-own", "--file", str(file))[2]


def test_a_model_that_broke_is_named_with_what_to_do(home: Path, tmp_path: Path) -> None:
    run("install", "likeness-own", "--file", str(tiny_model(tmp_path / "m.onnx")))
    (home / "models" / "likeness-own.onnx").write_bytes(b"changed")
    code, found, _ = run("check", "--json")
    assert code == 1 and "not those" in found[0]["trouble"]
    assert run("check")[0] == 1
    broken = next(one for one in states() if one.name == "likeness-own")
    assert broken.state == "broken" and broken.remedy == remedy_for("likeness") != ""


def test_without_the_runtime_a_model_is_broken_and_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("install", "likeness-own", "--file", str(tiny_model(tmp_path / "m.onnx")))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "clew[models]" in remedy_for("likeness")
    assert run("list")[0] == 0


@pytest.mark.parametrize(("words", "says"), [
    (("install", "clip"), "no such model"),
    (("install", "likeness-own"), "needs a file"),
    (("install", "sscd", "--file", "tests"), "--file"),
])
def test_what_cannot_be_installed_says_why(words: tuple[str, ...], says: str) -> None:
    code, _, said = run(*words)
    assert code != 0 and says in said


def test_a_file_that_is_no_model_displaces_nothing(home: Path, tmp_path: Path) -> None:
    run("install", "likeness-own", "--file", str(tiny_model(tmp_path / "good.onnx")))
    (tmp_path / "m.onnx").write_bytes(b"nothing")
    code, _, said = run("install", "likeness-own", "--file", str(tmp_path / "m.onnx"))
    assert code == 1 and "no ONNX" in said
    assert run("check")[0] == 0
    assert sorted(one.name for one in (home / "models").iterdir()) == ["likeness-own.onnx", "likeness.json"]
