"""The copy embedding with a tiny model made here; once with the real one where its package is installed."""

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clew.kernel import settings as held
from clew.kernel.settings import Settings
from clew.media.opened import Frame, Opened
from clew.signals import likeness
from clew.signals.curves import calibrated
from clew.signals.examples import blobs, film, photo
from clew.signals.models.install import install
from tests.samples import SAMPLES, needs_samples
from tests.signals.models.real import needs_sscd
from tests.signals.models.tiny import tiny_model


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "_chosen", [Settings(home=tmp_path / "home", keys=tmp_path / "keys")])


@pytest.fixture
def on(tmp_path: Path) -> None:
    """Turn a model on."""
    install("likeness-own", tiny_model(tmp_path / "tiny.onnx"))


def test_without_a_model_it_is_off_and_describes_nothing() -> None:
    assert not likeness.available()
    assert likeness.VERSION == 1
    assert likeness.describe(photo(1)) == likeness.describe(film((1, 4))) == []
    assert likeness.compare([], []).why == "likeness.nothing"
    with pytest.raises(AttributeError):
        likeness.NOTHING  # noqa: B018


def test_installing_a_model_turns_it_on_at_once(tmp_path: Path) -> None:
    assert likeness.describe(photo(1)) == []
    install("likeness-own", tiny_model(tmp_path / "a.onnx", seed=1))
    assert likeness.available()
    first = likeness.describe(photo(1))
    install("likeness-own", tiny_model(tmp_path / "b.onnx", seed=2))
    second = likeness.describe(photo(1))
    assert first[0].version != second[0].version == likeness.VERSION
    score = likeness.compare(first, second)
    assert (score.value, score.verdict, score.why) == (0.0, "none", "likeness.other_model")


@pytest.mark.usefixtures("on")
def test_a_picture_is_512_halves_and_the_mark_of_its_weights() -> None:
    signals = likeness.describe(photo(1))
    assert signals == likeness.describe(photo(1))
    assert [(len(s.value), s.matcher, s.version, s.time, s.box) for s in signals] == [
        (4 + 2 * 512, "likeness", likeness.VERSION, None, None)]


@pytest.mark.usefixtures("on")
def test_a_copy_is_proposed_and_never_called_a_match() -> None:
    score = likeness.compare(likeness.describe(photo(1)), likeness.describe(photo(1)))
    assert (score.verdict, score.why, score.where["cosine"]) == ("possible", "likeness.possible", pytest.approx(1.0, abs=1e-3))
    assert score.value > 0.9
    other = likeness.compare(likeness.describe(photo(1)), likeness.describe(photo(2)))
    assert other.verdict == "none" and other.value < score.value


def test_its_limit_is_the_one_that_was_measured() -> None:
    measured = json.loads(files("clew.signals").joinpath("curves", "likeness.json").read_text())
    assert measured["possible"] == likeness.POSSIBLE
    assert measured["different_tried"] > 700_000
    values = [calibrated("likeness", cosine) for cosine in np.linspace(-1, 1, 200)]
    assert values == sorted(values) and values[0] < 0.01 and values[-1] > 0.99


@pytest.mark.usefixtures("on")
def test_what_lies_inside_plain_bars_is_described_too() -> None:
    framed = np.zeros((200, 160, 3), np.uint8)
    framed[40:160] = blobs(1)
    signals = likeness.describe(Opened("picture", "image/png", 160, 200, picture=framed))
    assert [s.box is None for s in signals] == [True, False]
    score = likeness.compare(signals, likeness.describe(photo(1)))
    assert score.where["cosine"] > 0.99
    assert np.allclose(score.where["a_box"], [0, 0.2, 1, 0.6], atol=0.02)


@pytest.mark.usefixtures("on")
def test_the_picture_on_a_screen_is_described_too() -> None:
    page = np.full((500, 300, 3), 255, np.uint8)
    page[150:330, 30:270] = np.asarray(Image.fromarray(blobs(1)).resize((240, 180)))
    page[20:40, 20:90] = 0
    signals = likeness.describe(Opened("picture", "image/png", 300, 500, picture=page))
    score = likeness.compare(likeness.describe(photo(1)), signals)
    assert score.where["cosine"] > 0.95
    assert np.allclose(score.where["b_box"], [0.1, 0.3, 0.8, 0.36], atol=0.04)


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize("pixels", [
    np.zeros((90, 120, 3), np.uint8), np.full((5, 5, 3), 255, np.uint8), np.full((1, 1, 3), 9, np.uint8),
    np.linspace(0, 255, 120).astype(np.uint8)[None, :, None].repeat(90, 0).repeat(3, 2)])
def test_plain_pictures_are_left_out(pixels: np.ndarray) -> None:
    assert likeness.information(pixels) == 0
    assert likeness.describe(Opened("picture", "image/png", picture=pixels)) == []


def test_a_pale_picture_tells_as_much_as_a_strong_one() -> None:
    fog = (190 + (blobs(1).astype(np.float32) - 128) / 10).astype(np.uint8)
    assert likeness.information(fog) > 0
    noise = np.clip(np.random.default_rng(1).normal(128, 20, (300, 400, 3)), 0, 255).astype(np.uint8)
    assert likeness.information(noise) == 0


@pytest.mark.usefixtures("on")
def test_other_media_have_nothing_to_say() -> None:
    for opened in (Opened("sound", "audio/flac"), Opened("picture", "image/png"), Opened("film", "video/mp4")):
        assert likeness.describe(opened) == []


@pytest.mark.usefixtures("on")
def test_a_picture_is_found_in_a_film_at_its_moment() -> None:
    signals = likeness.describe(film((1, 4), (2, 4), (0, 4)))
    times = [s.time for s in signals]
    assert times == sorted(times) and max(times) < 8, "grey frames are left out"
    score = likeness.compare(likeness.describe(photo(2)), signals)
    assert score.verdict == "possible" and 4 <= score.where["b_time"] < 8
    back = likeness.compare(signals, likeness.describe(photo(2)))
    assert (back.value, back.where["a_time"]) == (score.value, score.where["b_time"])


@pytest.mark.usefixtures("on")
def test_a_still_film_costs_a_run_in_ten_seconds_and_a_wild_one_no_more_than_its_share() -> None:
    standing = Opened("film", "video/mp4", frames=[Frame(t / 2, blobs(1)) for t in range(50)])
    assert [s.time for s in likeness.describe(standing)] == [0.0, 10.0, 20.0]
    wild = Opened("film", "video/mp4", frames=[Frame(t / 2, blobs(1 + t)) for t in range(100)])
    times = [s.time for s in likeness.describe(wild)]
    assert len(times) == likeness.STILLS and (times[0], times[-1]) == (0.0, 49.5)


@needs_sscd
@needs_samples
def test_the_real_model_sees_through_heavy_edits(tmp_path: Path) -> None:
    install("sscd")
    paths = sorted((SAMPLES / "copies/blockhash/test/data").glob("*.jp*g"))[:6]
    images = [Image.open(path).convert("RGB").resize((480, 360)) for path in paths]
    known = [likeness.describe(Opened("picture", "", picture=np.asarray(image))) for image in images]
    for number, image in enumerate(images):
        edited = image.crop((60, 60, 420, 320)).transpose(Image.Transpose.FLIP_LEFT_RIGHT).rotate(12)
        query = likeness.describe(Opened("picture", "", picture=np.asarray(edited)))
        scores = [likeness.compare(query, each).where["cosine"] for each in known]
        assert int(np.argmax(scores)) == number
