from dataclasses import replace

import cv2
import numpy as np

from clew.signals.local import evidence, geometry, likely, outlines
from tests.signals.local.drawn import drawn, view


def test_a_copy_is_stronger_than_the_limit_and_its_place_is_known():
    picture = drawn(1)
    part = picture[90:270, 120:360].copy()
    found = evidence.findings(view(part), view(picture))[0]
    assert found.strength >= evidence.limits().match
    assert found.answer == "copy"
    corners = geometry.moved(found.matrix, np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert np.abs(corners - [[0.25, 0.25], [0.75, 0.75]]).max() < 0.01


def test_a_mirrored_copy_is_found_and_laid_the_right_way():
    picture = drawn(2)
    found = evidence.findings(view(picture), view(picture[:, ::-1].copy()))[0]
    assert found.placement.mirrored and found.strength >= evidence.limits().match
    assert np.abs(geometry.moved(found.matrix, np.array([[0.0, 0.0]])) - [[1.0, 0.0]]).max() < 0.01


def test_two_pictures_in_one_frame_are_no_copy():
    one, two = drawn(3, 480, 360), drawn(4, 480, 360)
    for screen in (one, two):
        screen[:90], screen[-120:] = drawn(9, 90, 360), drawn(8, 120, 360)
    found = evidence.findings(view(one), view(two))[0]
    assert found.strength < evidence.limits().match
    assert found.answer == "frame"


def test_nothing_in_common_is_no_evidence():
    for found in evidence.findings(view(drawn(5)), view(drawn(6))):
        assert found.strength < evidence.limits().possible


def test_the_limits_are_in_order_and_the_signs_mean_what_they_say():
    held = evidence.limits()
    assert held.possible < held.match
    for name, weight in zip(evidence.MEASURES, held.weights, strict=True):
        assert weight <= 0 if name in ("apart", "deep") else weight >= 0


def test_outlines_of_a_part_and_of_two_that_overlap():
    inside = np.array([[0.5, 0, 0.25], [0, 0.5, 0.25], [0, 0, 1.0]])
    whole, part = outlines.outlines(inside)
    assert np.allclose(whole, [[0, 0], [1, 0], [1, 1], [0, 1]]) and np.allclose(part[2], [0.75, 0.75])
    part, whole = outlines.outlines(np.linalg.inv(inside))
    assert np.allclose(whole[2], [1, 1]) and np.allclose(part[0], [0.25, 0.25])
    beside = np.array([[1.0, 0, 0.4], [0, 1, 0], [0, 0, 1]])
    mine, theirs = outlines.outlines(beside)
    assert np.allclose(mine[1], [0.6, 0]) and np.allclose(theirs[0], [0.4, 0])


def test_drawn_points_lie_on_the_same_things():
    picture = drawn(7)
    turned = cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE)
    told = outlines.drawn(evidence.findings(view(picture), view(turned))[0], None, None)
    for (ax, ay), (bx, by) in zip(told["a_points"], told["b_points"], strict=True):
        assert abs(bx - (1 - ay)) < 0.02 and abs(by - ax) < 0.02
    boxed = outlines.drawn(evidence.findings(view(picture), view(picture))[0], (0.5, 0.5, 0.5, 0.5), None)
    assert np.allclose(boxed["a_quad"][0], [0.5, 0.5], atol=0.01)


def test_the_likeliest_stills_are_those_that_share_words(monkeypatch):
    views = [view(drawn(seed, 120, 160)) for seed in range(5)]
    numbered = [replace(v, points=replace(v.points, words=v.points.words + np.uint32(n))) for n, v in enumerate(views)]
    monkeypatch.setattr(likely, "of_compact", lambda packed: (np.zeros(0, np.uint32), None))
    pairs = likely.likely_pairs(numbered, numbered[::-1])
    assert len(pairs) == likely.MOST
    assert {(i, 4 - i) for i in range(5)} <= set(pairs)
    assert likely.likely_pairs(views[:2], views[:3]) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
