from pathlib import Path

import numpy as np
import pytest

from clew.kernel.errors import Unavailable
from clew.signals.examples import blobs
from clew.signals.models import session
from clew.signals.models.install import install
from clew.signals.models.installed import chosen
from clew.signals.models.session import open_model
from tests.signals.models.tiny import tiny_model


def test_a_vector_is_of_length_one_and_always_the_same(home: Path, tmp_path: Path) -> None:
    install("likeness-own", tiny_model(tmp_path / "m.onnx"))
    model = session.opened("likeness")
    vector = model.vector(blobs(1))
    assert (vector.shape, vector.dtype) == ((512,), np.float32)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-6)
    assert vector.tobytes() == model.vector(blobs(1)).tobytes()
    assert session.opened("likeness") is model
    assert float(vector @ model.vector(blobs(1, bright=1.1))) > 0.9 > float(vector @ model.vector(blobs(2)))


def test_other_weights_have_another_tag_without_a_restart(home: Path, tmp_path: Path) -> None:
    install("likeness-own", tiny_model(tmp_path / "a.onnx", seed=1))
    first = session.opened("likeness")
    install("likeness-own", tiny_model(tmp_path / "b.onnx", seed=2))
    assert session.opened("likeness").tag != first.tag


def test_a_file_that_is_no_onnx_is_never_on(home: Path, tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"not a model")
    with pytest.raises(Unavailable, match="no ONNX that fits"):
        install("likeness-own", tmp_path / "m.onnx")
    assert session.trouble("likeness") != ""


@pytest.mark.parametrize("wrong", [{"size": 64}, {"name": "pixels"}])
def test_a_model_that_does_not_fit_its_card_is_never_on(home: Path, tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(Unavailable):
        install("likeness-own", tiny_model(tmp_path / "m.onnx", **wrong))
    assert session.trouble("likeness") != ""


def test_without_the_runtime_the_extra_is_named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install("likeness-own", tiny_model(tmp_path / "m.onnx"))
    assert session.trouble("likeness") == ""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for act in (lambda: open_model(chosen("likeness")), lambda: install("likeness-own", tmp_path / "m.onnx")):
        with pytest.raises(Unavailable, match=r"clew\[models\]"):
            act()
