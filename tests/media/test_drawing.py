"""A comparison as one picture: regions, points and segments in the same colours on both sides, whatever `where` holds."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image

from clew.media.drawing import BAR, COLOURS, GAP, PANEL, Side, drawn

GREY = np.full((90, 120, 3), 128, np.uint8)
QUAD = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)]


def shown(a: Side, b: Side, where: dict[str, object]) -> Image.Image:
    return Image.open(io.BytesIO(drawn(a, b, where))).convert("RGB")


def coloured(image: Image.Image, colour: tuple[int, int, int]) -> np.ndarray:
    return np.argwhere((np.asarray(image) == colour).all(2))


def test_a_region_is_outlined_on_both_sides_in_one_colour() -> None:
    places = coloured(shown(Side(GREY), Side(GREY), {"a_quad": QUAD, "b_quad": QUAD}), COLOURS[0])
    left, right = places[places[:, 1] < PANEL + GAP], places[places[:, 1] > PANEL + GAP]
    assert len(left) > 400 and len(left) == len(right)
    assert abs(left[:, 1].min() - (GAP + 0.2 * PANEL)) < 4 and abs(left[:, 1].max() - (GAP + 0.8 * PANEL)) < 4


def test_a_box_is_a_region_too_and_two_regions_have_two_colours() -> None:
    where = {"a_quads": [QUAD, QUAD[:1] * 4], "a_box": (0.1, 0.1, 0.5, 0.5)}
    image = shown(Side(GREY), Side(GREY), where)
    assert len(coloured(image, COLOURS[0])) and len(coloured(image, COLOURS[2]))
    assert not len(coloured(image, COLOURS[4]))


def test_points_are_joined_across() -> None:
    image = shown(Side(GREY), Side(GREY), {"a_points": [(0.5, 0.5)], "b_points": [(0.5, 0.5)]})
    assert len(coloured(image, COLOURS[2])) > 10


def test_segments_are_drawn_on_two_lanes_to_scale() -> None:
    image = shown(Side(GREY, 100), Side(None, 20), {"segments": [[50, 60, 0, 10]]})
    places = coloured(image, COLOURS[0])
    assert image.height == 360 + 2 * GAP + 2 * (BAR + GAP)
    upper, lower = (places[places[:, 0] < image.height - BAR - GAP], places[places[:, 0] >= image.height - BAR - GAP])
    wide = 2 * PANEL + GAP
    assert upper[:, 1].min() == pytest.approx(GAP + wide / 2, abs=2)
    assert upper[:, 1].max() == pytest.approx(GAP + wide * 0.6, abs=2)
    assert lower[:, 1].min() == GAP and lower[:, 1].max() == pytest.approx(GAP + wide / 2, abs=2)


numbers = some.floats(-1e6, 1e6)


@settings(max_examples=30, deadline=None)
@given(quad=some.lists(some.tuples(numbers, numbers), min_size=4, max_size=4),
       segments=some.lists(some.tuples(*[some.floats(0, 1e5)] * 4), max_size=30),
       high=some.integers(1, 40), wide=some.integers(1, 40))
def test_whatever_is_told_is_drawn(quad: list[tuple[float, float]], segments: list[tuple[float, ...]], high: int,
                                   wide: int) -> None:
    side = Side(np.zeros((high, wide, 3), np.uint8), 3.0)
    assert shown(side, Side(None, 0.0), {"a_quad": quad, "b_quad": quad, "segments": segments}).width == 2 * PANEL + 3 * GAP
