from pathlib import Path

import pytest

from clew.signals.models.install import install
from clew.signals.models.installed import recorded
from clew.signals.models.states import remedy_for, states
from tests.signals.models.tiny import tiny_model


def test_every_card_has_one_state_and_those_that_are_off_say_how_to_be_on(home: Path) -> None:
    found = {one.name: one for one in states()}
    assert {one.state for one in found.values()} == {"off"}
    assert "clew models install sscd" in found["sscd"].remedy
    assert "--file" in found["likeness-own"].remedy


def test_a_package_that_is_missing_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    sscd = next(one for one in states() if one.name == "sscd")
    assert sscd.remedy.index("pip install") < sscd.remedy.index("clew models install sscd")


def test_one_model_a_purpose_is_on(home: Path, tmp_path: Path) -> None:
    assert recorded("likeness") == ""
    install("likeness-own", tiny_model(tmp_path / "m.onnx"))
    assert recorded("likeness") == "likeness-own"
    assert [one.name for one in states() if one.state == "on"] == ["likeness-own"]
    assert remedy_for("likeness") == ""
    assert "is off" in remedy_for("voices")
