import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.signals.local import geometry
from tests.signals.local.drawn import drawn, stored

CORNERS = geometry.corners((360, 480))


def _off(found: np.ndarray, truth: np.ndarray) -> float:
    """Return how far the corners of the first picture are from where they should be, at most, in pixels."""
    return float(np.abs(geometry.moved(found, CORNERS) - geometry.moved(truth, CORNERS)).max())


@pytest.mark.parametrize(
    "goal",
    [
        [[40, 30], [440, 10], [470, 340], [20, 350]],
        [[470, 20], [460, 350], [30, 330], [10, 10]],
        [[100, 100], [260, 110], [255, 240], [90, 230]],
    ],
)
def test_a_homography_is_found_to_the_pixel(goal):
    truth = cv2.getPerspectiveTransform(CORNERS.astype(np.float32), np.array(goal, np.float32))
    picture = drawn(1)
    other = cv2.warpPerspective(picture, truth, (480, 360), borderValue=(90, 90, 90))
    best = geometry.placements(stored(picture), stored(other), mirrored=False)[0]
    assert best.cells >= 10
    assert _off(best.matrix, truth) < 4
    assert best.agreement > 0.6 and best.apart < 0.25


def test_a_mirror_image_is_found_only_when_asked_for():
    picture, other = stored(drawn(2)), stored(drawn(2)[:, ::-1].copy())
    best = geometry.placements(picture, other, mirrored=True)[0]
    assert best.mirrored and best.cells > 50
    assert np.abs(best.matrix / best.matrix[2, 2] - np.eye(3)).max() < 0.5
    assert max([p.cells for p in geometry.placements(picture, other, mirrored=False)] or [0]) < 10


def test_both_halves_of_a_collage_are_found():
    one, two = drawn(3), drawn(4)
    collage = np.hstack([one[:, :240], two[:, 240:]])
    shown_twice = np.hstack([one[:, :240], one[:, :240]])
    whole = stored(np.hstack([two, one]))  # 960 pixels wide, kept at 800
    found = geometry.placements(stored(collage), whole, mirrored=False)
    assert len(found) >= 2
    assert {round(float(geometry.moved(p.matrix, np.zeros((1, 2)))[0, 0]) / 50) for p in found[:2]} == {8, 0}
    assert len(geometry.placements(stored(one[:, :240].copy()), stored(shown_twice), mirrored=False)) <= 3


def test_pictures_without_anything_in_common_have_no_placement():
    pictures = [stored(drawn(seed)) for seed in range(10, 16)]
    found = [geometry.placements(a, b, m) for a in pictures for b in pictures if a is not b for m in (False, True)]
    assert max((p.cells for ways in found for p in ways), default=0) < 6


def test_the_same_points_give_the_same_placement():
    a, b = stored(drawn(5)), stored(drawn(5)[30:300, 60:400].copy())
    first, second = (geometry.placements(a, b, mirrored=False)[0].matrix for _ in range(2))
    assert np.array_equal(first, second)


@settings(deadline=None)
@given(st.floats(0.1, 8), st.floats(-3, 3), st.floats(-500, 500), st.floats(-500, 500))
def test_turning_scaling_and_moving_are_plausible_and_their_mirror_image_is_not(scale, turn, x, y):
    across, along = scale * np.cos(turn), scale * np.sin(turn)
    matrix = np.array([[across, -along, x], [along, across, y], [0, 0, 1]])
    assert geometry.plausible(matrix, (300, 400))
    assert not geometry.plausible(matrix @ np.diag([-1.0, 1.0, 1.0]), (300, 400))


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((3, 3)),
        np.full((3, 3), np.nan),
        np.diag([1.0, 0.001, 1.0]),
        np.diag([100.0, 100.0, 1.0]),
        np.diag([0.01, 0.01, 1.0]),
        np.array([[1.0, 0, 0], [0, 1, 0], [-0.01, 0, 1]]),
        np.array([[1.0, 0, 0], [0, 1, 0], [0.02, 0, 1]]),
        -np.eye(3),
    ],
)
def test_the_guard_refuses_folds_lines_and_specks(matrix):
    assert not geometry.plausible(matrix, (300, 400))


def test_too_few_points_are_not_fitted():
    assert geometry.fitted(np.zeros((1, 2)), np.zeros((1, 2))) is None
