import cv2
import numpy as np

from clew.signals.local.overlay import NOTHING, laid_over
from clew.signals.local.pixels import small
from tests.signals.local.drawn import drawn

SAME = np.eye(3)


def _same(picture: np.ndarray, other: np.ndarray, matrix: np.ndarray = SAME):
    return laid_over(small(picture), small(other), matrix)


def test_a_picture_agrees_with_itself_and_with_its_darker_and_smaller_copies():
    picture = drawn(1)
    for other in (picture, (picture * 0.6).astype(np.uint8), cv2.resize(picture, (160, 120), interpolation=cv2.INTER_AREA)):
        seen = _same(picture, other)
        assert seen.agreeing > 0.95 * seen.squares > 100
        assert seen.exact > 0.8 and seen.faint > 0.9 and seen.deep < 0.01
        assert seen.spread == seen.core == 1


def test_unrelated_pictures_do_not_agree():
    seen = _same(drawn(1), drawn(2))
    assert seen.agreeing < 0.12 * seen.squares
    assert seen.exact < 0.2


def test_a_part_agrees_where_it_lies_and_nowhere_else():
    picture = drawn(3)
    part = picture[90:270, 120:360].copy()
    right = np.array([[0.5, 0, 0.25], [0, 0.5, 0.25], [0, 0, 1.0]])
    wrong = np.array([[0.5, 0, 0.3], [0, 0.5, 0.2], [0, 0, 1.0]])
    there, back, beside = _same(part, picture, right), _same(picture, part, np.linalg.inv(right)), _same(part, picture, wrong)
    assert there.agreeing > 0.9 * there.squares
    assert (back.squares, back.agreeing) == (there.squares, there.agreeing)
    assert beside.agreeing < 0.3 * beside.squares
    assert abs(there.b_covered - 0.25) < 0.06 and there.a_covered > 0.8


def test_a_shared_frame_agrees_outside_only():
    one, two = drawn(4), drawn(5)
    two[:60], two[-60:] = one[:60], one[-60:]
    seen = _same(one, two)
    assert seen.core < 0.3 < seen.spread
    assert seen.deep > 0.3


def test_lettering_over_a_copy_leaves_the_faint_squares_as_they_were():
    picture = drawn(6)
    written = picture.copy()
    for y in range(60, 360, 80):
        cv2.putText(written, "seen again", (20, y), cv2.FONT_HERSHEY_SIMPLEX, 2, (255, 255, 255), 5)
    seen = _same(picture, written)
    assert seen.core == 1 and seen.faint > 0.5 and seen.exact > 0.5


def test_plain_pictures_and_misses_say_nothing():
    flat = np.full((100, 100, 3), 90, np.uint8)
    assert _same(flat, flat) == NOTHING
    away = np.array([[1.0, 0, 5], [0, 1, 5], [0, 0, 1]])
    assert _same(drawn(1), drawn(1), away) == NOTHING
    tiny = np.zeros((1, 1, 3), np.uint8)
    assert _same(tiny, drawn(1)) == NOTHING


def test_two_pictures_in_one_screen_are_compared_inside_it():
    screens = [np.full((600, 300, 3), 250, np.uint8) for _ in range(2)]
    for number, screen in enumerate(screens):
        screen[150:380] = drawn(number, 230, 300)
        for y in (20, 60, 430, 470, 510):
            screen[y : y + 12, 10:150:5] = 0
    assert _same(screens[0], screens[0]).core == 1
    seen = _same(*screens)
    assert seen.agreeing < 0.2 * seen.squares and seen.core < 0.6
