import json
from importlib.resources import files

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.media.opened import Frame, Opened
from clew.signals import details
from clew.signals.contract import Signal
from clew.signals.curves import calibrated
from clew.signals.local import codec, pixels
from tests.signals.local.drawn import drawn

BLACK = np.zeros((90, 120, 3), np.uint8)


def _picture(pixels_: np.ndarray) -> Opened:
    return Opened("picture", "image/png", width=pixels_.shape[1], height=pixels_.shape[0], picture=np.ascontiguousarray(pixels_))


def _film(*seeds: int, seconds: float = 6.0) -> Opened:
    frames = [Frame(n * seconds, drawn(seed)) for n, seed in enumerate(seeds)]
    return Opened("film", "video/mp4", width=480, height=360, duration=len(seeds) * seconds, frames=frames)


def _compared(a: Opened, b: Opened):
    return details.compare(details.describe(a), details.describe(b))


@pytest.mark.parametrize(("a", "b", "verdict"), details.EXAMPLES)
def test_examples_give_their_verdict(a, b, verdict):
    assert _compared(a, b).verdict == verdict


@pytest.mark.parametrize(("a", "b", "verdict"), details.EXAMPLES)
def test_the_order_of_two_pictures_does_not_matter(a, b, verdict):
    there, back = _compared(a, b), _compared(b, a)
    assert (there.value, there.verdict, there.why) == (back.value, back.verdict, back.why)
    assert there.where.get("a_quad") == back.where.get("b_quad")
    assert there.where.get("b_points") == back.where.get("a_points")
    json.dumps(there.where)


def test_a_picture_has_points_and_one_signal_that_must_be_sealed():
    points, grey = details.describe(_picture(drawn(1)))
    assert codec.is_features(points.value) and not pixels.is_pixels(points.value)
    assert pixels.is_pixels(grey.value) and not codec.is_features(grey.value)
    assert (points.matcher, points.version) == (grey.matcher, grey.version) == (details.NAME, details.VERSION)
    assert [points, grey] == details.describe(_picture(drawn(1)))


@pytest.mark.parametrize(
    "opened",
    [
        Opened("picture", "image/png"),
        Opened("picture", "image/png", picture=BLACK),
        Opened("picture", "image/png", picture=np.full((1, 1, 3), 200, np.uint8)),
        Opened("film", "video/mp4"),
        Opened("film", "video/mp4", frames=[Frame(0.0, BLACK), Frame(9.0, BLACK)], picture=BLACK),
        Opened("sound", "audio/flac"),
    ],
)
def test_empty_and_plain_media_match_nothing(opened):
    for other in (opened, _picture(drawn(1))):
        score = _compared(opened, other)
        assert (score.value, score.verdict, score.why) == (0.0, "none", "details.too_plain")


@settings(deadline=None, max_examples=12)
@given(st.integers(1, 40), st.integers(0, 3), st.booleans(), st.floats(0, 0.4), st.floats(0, 0.4))
def test_a_turned_and_mirrored_part_matches_and_its_place_is_told(seed, turns, mirrored, x, y):
    picture = drawn(seed)
    left, top = int(x * 480), int(y * 360)
    part = picture[top : top + 216, left : left + 288]
    edited = np.rot90(part[:, ::-1] if mirrored else part, turns)
    score = _compared(_picture(edited), _picture(picture))
    assert score.verdict == "match" and score.where["answer"] == "copy"
    quad = np.array(score.where["b_quad"])
    assert np.abs(quad.min(axis=0) - [left / 480, top / 360]).max() < 0.02
    assert np.abs(quad.max(axis=0) - [(left + 288) / 480, (top + 216) / 360]).max() < 0.02
    assert score.where["orientation"] == ("mirrored" if mirrored else "upright")


def test_a_marked_part_is_found_where_it_is():
    scene = drawn(1, 600, 800)
    poster = drawn(7, 240, 180)
    scene[200:440, 300:480] = poster
    other = drawn(2, 600, 800)
    other[100:420, 500:740] = cv2.resize(poster, (240, 320), interpolation=cv2.INTER_AREA)
    box = (300 / 800, 200 / 600, 180 / 800, 240 / 600)
    score = details.compare(details.describe_region(_picture(scene), box), details.describe(_picture(other)))
    assert score.verdict == "match"
    assert np.abs(np.array(score.where["b_quad"])[0] - [500 / 800, 100 / 600]).max() < 0.02
    assert np.abs(np.array(score.where["a_quad"])[0] - box[:2]).max() < 0.02
    nowhere = details.compare(details.describe_region(_picture(scene), (0, 0, 0.3, 0.3)), details.describe(_picture(other)))
    assert nowhere.verdict == "none"


@pytest.mark.parametrize("box", [(0, 0, 0, 0), (1, 1, 0, 0), (0.999, 0.999, 0.001, 0.001), (0.2, 0.2, 0.9, 0.9)])
def test_any_marked_part_can_be_described(box):
    assert all(signal.box == box for signal in details.describe_region(_picture(drawn(1)), box))
    assert details.describe_region(Opened("sound", "audio/flac"), box) == []


def test_a_picture_is_found_in_a_film_with_its_second():
    score = _compared(_picture(drawn(3)[40:300, 50:400]), _film(1, 2, 3, 4))
    assert score.verdict == "match"
    assert score.where["b_time"] == 12.0 or score.where["a_time"] == 12.0


def test_films_match_by_two_scenes_and_not_by_one_card():
    assert _compared(_film(1, 2, 3), _film(5, 2, 3)).verdict == "match"
    assert _compared(_film(2, 2, 3, 4), _film(2, 2, 2, 6)).verdict == "possible"
    assert _compared(_film(1, 2, 3), _film(1, 6, 7)).verdict == "possible"
    assert _compared(_film(1, 2), _film(3, 4)).verdict == "none"
    assert _compared(_film(1), _film(1)).verdict == "possible"


def test_films_that_match_by_their_stills_say_which_seconds():
    assert _compared(_film(2, 3, 5), _film(1, 2, 3)).where["segments"] == [[0.0, 6.0, 6.0, 12.0]]
    assert _compared(_film(1, 2, 3), _film(2, 3, 5)).where["segments"] == [[6.0, 12.0, 0.0, 6.0]]


def test_a_long_film_is_described_by_few_stills():
    frames = [Frame(n * 0.5, drawn(1, 90, 120)) for n in range(1000)]
    film = Opened("film", "video/mp4", duration=500, frames=frames)
    times = {signal.time for signal in details.describe(film)} - {None}
    assert details.FILM_STILLS - 10 < len(times) <= details.FILM_STILLS
    few = {signal.time for signal in details.describe(Opened("film", "video/mp4", frames=frames[:15]))} - {None}
    assert sorted(few) == [0.0, 3.0, 6.0]


def test_a_signal_without_its_pixels_is_left_out():
    points, grey = details.describe(_picture(drawn(1)))
    whole = [points, grey]
    for part in ([points], [grey], [points, Signal("details", 1, grey.value, box=(0.0, 0.0, 1.0, 1.0))]):
        assert details.compare(part, whole).why == "details.too_plain"


def test_the_curve_says_what_it_came_from_and_rises():
    told = json.loads(files("clew.signals").joinpath("curves", "details.json").read_text(encoding="utf-8"))
    assert told["data"] and told["different_tried"] > 1000
    assert told["verdicts"]["different"]["match"] == 0
    values = [calibrated(details.NAME, strength) for strength in np.linspace(-12, 12, 200)]
    assert values == sorted(values) and values[0] < 0.1 and values[-1] > 0.99
