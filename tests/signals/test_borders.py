import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.signals import borders
from clew.signals.examples import blobs


@settings(deadline=None)
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


def test_bars_that_last_belong_to_a_film_or_a_part_of_it_and_those_of_one_moment_do_not():
    bars, none = (20, 20, 0, 0), (0, 0, 0, 0)
    assert borders.lasting([bars, bars, bars], (100, 200)) == [bars] * 3
    assert borders.lasting([none, none, bars, (20, 21, 0, 0), bars, none], (100, 200)) == [none, none, none, bars, none, none]
    assert borders.lasting([(30, 0, 0, 0), (20, 0, 0, 0), (40, 0, 0, 0)], (100, 200)) == [none] * 3
    assert borders.lasting([bars], (100, 200)) == [bars]


def _screen(seed: int, ground: int) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """A picture with a busy inside, 200 x 240, in a screen with a line of letters and buttons above and below."""
    draw = np.random.default_rng(seed)
    inner = draw.integers(0, 256, (200, 240, 3), np.uint8)
    screen = np.full((520, 240, 3), ground, np.uint8)
    screen[20:34, 20:120:7] = 255 - ground
    screen[120:320] = inner
    for top in (340, 380, 420):
        screen[top : top + 12, 15:190:5] = 255 - ground
    return screen, (120, 200, 0, 0)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 50), st.sampled_from([0, 20, 235, 255]))
def test_a_picture_in_a_screen_is_found_to_the_line(seed, ground):
    screen, cut = _screen(seed, ground)
    assert borders.frame(screen) == cut
    noisy = np.clip(screen + np.random.default_rng(seed).integers(-4, 5, screen.shape), 0, 255).astype(np.uint8)
    assert np.abs(np.subtract(borders.frame(noisy), cut)).max() <= 2


def test_a_picture_without_a_frame_keeps_its_plain_edges():
    for seed in range(1, 9):
        assert borders.frame(blobs(seed)) == borders.plain_edges(blobs(seed))
    for side in (1, 2, 9):
        assert borders.frame(np.zeros((side, side, 3), np.uint8)) == borders.plain_edges(np.zeros((side, side, 3), np.uint8))


def test_the_box_in_a_screen_may_be_smaller_than_inside_bars():
    screen, _ = _screen(1, 255)
    assert borders.box_inside((210, 210, 0, 0), *screen.shape[:2]) is None
    assert borders.box_inside((210, 210, 0, 0), *screen.shape[:2], borders.FRAMED) is not None
