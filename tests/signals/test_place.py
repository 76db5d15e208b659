"""The matcher of places with two tiny networks made here; the real ones where they are installed (tests/signals/places)."""

from pathlib import Path

import numpy as np
import pytest

from clew.kernel import settings as held
from clew.kernel.errors import Unavailable
from clew.kernel.settings import Settings
from clew.media.opened import Frame, Opened, Pixels
from clew.signals import place, registry
from clew.signals.contract import Signal
from clew.signals.curves import calibrated
from clew.signals.examples import film, photo
from clew.signals.indexes.contract import Entry
from clew.signals.indexes.vectors import index as vectors
from clew.signals.models import install as installing
from clew.signals.models.install import install
from clew.signals.places import codec
from tests.signals.models.tiny_networks import tiny_networks, zipped


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "_chosen", [Settings(home=tmp_path / "home", keys=tmp_path / "keys")])


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_networks(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def on(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn the tiny networks on."""
    monkeypatch.setattr(installing, "make", lambda card, wanted, into, python: zipped(tiny, into))
    install("xfeat")


def scene(seed: int, left: int = 0) -> Opened:
    """Return a window of 320 x 480 pixels on a wall of spots, from a column on."""
    chance = np.random.default_rng(seed)
    wall = np.zeros((320, 720, 3), np.uint8)
    for y, x in zip(chance.integers(4, 310, 400), chance.integers(4, 710, 400), strict=True):
        wall[y:y + 3, x:x + 3] = chance.integers(90, 255)
    pixels: Pixels = np.ascontiguousarray(wall[:, left:left + 480])
    return Opened("picture", "image/png", width=480, height=320, picture=pixels)


def test_without_a_model_it_is_off_and_describes_nothing() -> None:
    assert not place.available()
    assert not registry.is_on(place)
    assert place.VERSION == 1
    assert place.describe(photo(1)) == place.describe(film((1, 4))) == []
    assert place.compare([], []).why == "place.too_plain"
    with pytest.raises(AttributeError):
        place.NOTHING  # noqa: B018


@pytest.mark.usefixtures("on")
def test_a_picture_is_its_points_and_a_code_and_only_the_code_is_for_an_index(tmp_path: Path) -> None:
    signals = place.describe(scene(1))
    assert [place.is_points(one) for one in signals] == [True, False]
    assert [registry.is_picture(one) for one in signals] == [True, False]
    points = codec.unpack(signals[0].value)
    assert 100 < len(points) <= 1024
    assert len(signals[0].value) == 16 + 71 * len(points) <= 72_720
    assert len(signals[1].value) == 4 + 2 * 256
    others = [Entry(seed, place.describe(scene(seed))[1]) for seed in (1, 2, 3)]
    index = vectors.build(tmp_path / "index", others, {})
    assert index.propose(place.describe(scene(1, 16)), 1)[0].id == 1


@pytest.mark.usefixtures("on")
def test_one_place_from_a_step_aside_is_possible_and_never_a_match() -> None:
    a, b = place.describe(scene(4)), place.describe(scene(4, 64))
    score = place.compare(a, b)
    assert (score.verdict, score.why) == ("possible", "place.possible")
    assert score.where["answer"] == "place"
    assert score.where["strength"] >= place.POSSIBLE
    assert score.value == calibrated("place", score.where["strength"])
    ours, theirs = np.array(score.where["a_points"]), np.array(score.where["b_points"])
    assert ours.shape == theirs.shape
    assert np.abs((ours - theirs) * (480, 320) - (64, 0)).max() < 2
    back = place.compare(b, a)
    assert (back.value, back.where["b_points"]) == (score.value, score.where["a_points"])
    assert place.compare(a, a).verdict == "possible"


@pytest.mark.usefixtures("on")
def test_another_place_is_none() -> None:
    score = place.compare(place.describe(scene(5)), place.describe(scene(6)))
    assert (score.verdict, score.why) == ("none", "place.none")
    assert score.where["strength"] < place.POSSIBLE


@pytest.mark.usefixtures("on")
def test_a_film_is_some_of_its_stills_and_says_when() -> None:
    frames = [Frame(float(second), _pixels(scene(7 + second // 30, second % 3))) for second in range(0, 60, 2)]
    signals = place.describe(Opened("film", "video/mp4", width=480, height=320, duration=60, frames=frames))
    times = sorted({one.time for one in signals})
    assert len(signals) == 2 * len(times) <= 2 * place.STILLS
    assert times == [0, 10, 20, 30, 40, 50]
    score = place.compare(place.describe(scene(8, 32)), signals)
    assert score.verdict == "possible"
    assert (score.where["a_time"] if "a_time" in score.where else score.where["b_time"]) >= 30
    assert place.compare(signals, place.describe(scene(99))).verdict == "none"


def _pixels(opened: Opened) -> Pixels:
    assert opened.picture is not None
    return opened.picture


@pytest.mark.usefixtures("on")
def test_points_of_other_weights_are_not_compared() -> None:
    a = place.describe(scene(1))
    other = [Signal(one.matcher, one.version, one.value.replace(codec.tag_of(a[0].value), b"else"), one.quality) for one in a]
    assert place.compare(a, other).why == "place.other_model"


def test_a_model_that_went_is_told_when_pairs_are_compared(on: None, tmp_path: Path) -> None:
    a = place.describe(scene(1))
    (tmp_path / "home" / "models" / "place.json").unlink()
    with pytest.raises(Unavailable, match="clew models list"):
        place.compare(a, a)


@pytest.mark.usefixtures("on")
def test_examples_read_as_they_say() -> None:
    for a, b, verdict in place.EXAMPLES:
        assert place.compare(place.describe(a), place.describe(b)).verdict == verdict
