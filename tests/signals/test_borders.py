import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clew.signals import borders
from clew.signals.examples import blobs


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 255))
def test_plain_bars_are_measured_to_the_line(top, bottom, left, right, grey):
    inner = np.random.default_rng(1).integers(0, 256, (100, 120, 3), np.uint8)
    framed = np.full((100 + top + bottom, 120 + left + right, 3), grey, np.uint8)
    framed[top : top + 100, left : left + 120] = inner
    cut = borders.plain_edges(framed)
    assert cut == (top, bottom, left, right)
    assert np.array_equal(borders.inside(framed, cut), inner)


def test_a_picture_without_bars_has_no_box():
    assert borders.box_inside(borders.plain_edges(blobs(1)), 120, 160) is None


def test_an_empty_picture_has_no_inside():
    flat = np.zeros((50, 60, 3), np.uint8)
    assert borders.box_inside(borders.plain_edges(flat), 50, 60) is None


def test_the_box_is_in_shares_of_the_picture():
    assert borders.box_inside((20, 20, 0, 0), 100, 200) == (0.0, 0.2, 1.0, 0.6)
    assert borders.box_inside((45, 45, 0, 0), 100, 200) is None


def test_a_film_has_the_bars_that_all_its_frames_have():
    assert borders.common([(10, 10, 0, 4), (12, 9, 0, 30)]) == (10, 9, 0, 4)
