"""Shapes on both sides: corners that answer each other, whoever is told first, however a picture was turned."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.signals import sides
from clew.signals.examples import blobs
from clew.signals.orientations import NAMES, STEPS

SHARE = st.floats(0, 1).map(lambda value: round(value, 3))
POINT = st.lists(SHARE, min_size=2, max_size=2)
QUAD = st.lists(POINT, min_size=4, max_size=4)
BOX = st.lists(st.floats(0.02, 0.5).map(lambda value: round(value, 3)), min_size=4, max_size=4)
MARKS = st.fixed_dictionaries({}, optional={
    "a_quad": QUAD, "b_quad": QUAD, "a_box": BOX, "b_box": BOX, "orientation": st.sampled_from(NAMES), "a_time": SHARE,
    "b_time": SHARE, "a_points": st.lists(POINT, max_size=4), "b_points": st.lists(POINT, max_size=4)})


def test_what_is_told_of_two_sides_turns_round_and_back() -> None:
    where = {"segments": [[1, 2, 5, 6], [7, 8, 3, 4]], "a_quad": [1], "b_time": 2.0, "b_box": [3], "answer": "copy",
             "orientation": "turned_90"}
    assert sides.turned_round(where) == {"segments": [[3, 4, 7, 8], [5, 6, 1, 2]], "b_quad": [1], "a_time": 2.0,
                                         "a_box": [3], "answer": "copy", "orientation": "turned_270"}
    assert sides.turned_round(sides.turned_round(where)) == {**where, "segments": sorted(where["segments"])}


@given(MARKS)
def test_the_same_corners_answer_each_other_whichever_side_is_told_first(where: dict[str, Any]) -> None:
    one = [set(zip(a, b, strict=True)) for a, b in sides.outlines(where)]
    other = [set(zip(b, a, strict=True)) for a, b in sides.outlines(sides.turned_round(where))]
    assert [{tuple(np.round(pair, 6).ravel()) for pair in each} for each in one] == [
        {tuple(np.round(pair, 6).ravel()) for pair in each} for each in other]
    assert sides.points(where) == [(a, b) for b, a in sides.points(sides.turned_round(where))]


@pytest.mark.parametrize("name", NAMES)
def test_a_corner_of_a_turned_picture_is_where_its_pixels_are(name: str) -> None:
    picture = blobs(3)
    transposed, flipped, mirrored = STEPS[NAMES.index(name)]
    done = picture.swapaxes(0, 1) if transposed else picture
    done = done[::-1] if flipped else done
    done = done[:, ::-1] if mirrored else done

    def pixel(pixels: Any, corner: sides.Point) -> list[int]:
        height, width = pixels.shape[:2]
        found: list[int] = pixels[round(corner[1] * (height - 1)), round(corner[0] * (width - 1))].tolist()
        return found

    [(a, b)] = sides.outlines({"orientation": name})
    assert [pixel(picture, corner) for corner in a] == [pixel(done, corner) for corner in b]


def test_a_part_inside_bars_answers_the_whole_and_a_sound_marks_nothing() -> None:
    [(a, b)] = sides.outlines({"orientation": "mirrored", "b_box": [0.25, 0.0, 0.5, 1.0]})
    assert a == ((0, 0), (1, 0), (1, 1), (0, 1))
    assert b == ((0.75, 0), (0.25, 0), (0.25, 1), (0.75, 1))
    assert sides.outlines({"segments": [[0, 1, 2, 3]]}) == sides.outlines({}) == []
    assert sides.outlines({"a_quads": [[[0, 0]] * 4] * 2, "b_quads": [[[1, 1]] * 4] * 2}) == [
        (((0.0, 0.0),) * 4, ((1.0, 1.0),) * 4)] * 2


@given(QUAD)
def test_the_box_round_an_outline_holds_its_corners(quad: list[list[float]]) -> None:
    outline = tuple((2 * x - 0.5, 2 * y - 0.5) for x, y in quad)
    left, top, width, height = sides.boxed(outline)
    assert 0 <= left <= left + width <= 1 + 1e-9
    for x, y in outline:
        inside = left - 1e-9 <= x <= left + width + 1e-9 and top - 1e-9 <= y <= top + height + 1e-9
        assert inside or not (0 <= x <= 1 and 0 <= y <= 1)
    assert not math.isnan(height)
