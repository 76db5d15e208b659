import threading

import cv2
import numpy as np
import pytest

from clew.signals.local.scale_space import LAYER, OCTAVE, SCALE, STRENGTH, X, Y, octaves_of, points_of
from tests.signals.local.drawn import drawn


def _grey(seed: int, height: int = 240, width: int = 320) -> np.ndarray:
    return cv2.cvtColor(drawn(seed, height, width), cv2.COLOR_RGB2GRAY)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_points_lie_where_opencv_finds_them(seed):
    grey = _grey(seed)
    ours = points_of(octaves_of(grey), 0.03)
    theirs = cv2.SIFT.create(nfeatures=0, contrastThreshold=0.03).detect(grey, None)
    other = np.unique(np.array([[*p.pt, p.size] for p in theirs], np.float32).round(3), axis=0)
    gap = np.abs(ours[:, None, [X, Y, SCALE]] - other[None]).max(axis=2)
    assert len(ours) > 30
    assert (gap.min(axis=1) < 0.3).mean() > 0.93
    assert (gap.min(axis=0) < 0.3).mean() > 0.93


def test_a_spot_is_found_in_its_middle_and_as_large_as_it_is():
    y, x = np.mgrid[:120, :160]
    spot = (40 + 180 * np.exp(-((x - 70.0) ** 2 + (y - 50.0) ** 2) / (2 * 6.0**2))).astype(np.uint8)
    points = points_of(octaves_of(spot), 0.02)
    best = points[points[:, STRENGTH].argmax()]
    assert np.allclose(best[[X, Y]] - 0.25, (70, 50), atol=0.3)
    assert best[SCALE] / 2 == pytest.approx(6.0, rel=0.2)
    octave = octaves_of(spot)[int(best[OCTAVE])]
    assert octave.blurred[int(best[LAYER])].shape == (round(120 / octave.step), round(160 / octave.step))


def test_an_edge_is_no_point_and_faint_ones_are_left_out():
    edge = np.zeros((100, 100), np.uint8)
    edge[:, 50:] = 200
    assert not len(points_of(octaves_of(edge), 0.02))
    grey = _grey(4)
    octaves = octaves_of(grey)
    assert len(points_of(octaves, 0.02)) > len(points_of(octaves, 0.06)) > 0
    assert points_of(octaves, 0.06)[:, STRENGTH].min() >= 0.06 - 1e-6


@pytest.mark.parametrize("size", [(16, 16), (16, 3000), (17, 33), (31, 800)])
def test_small_and_thin_pictures_have_octaves_too(size):
    grey = np.random.default_rng(0).integers(0, 255, size).astype(np.uint8)
    octaves = octaves_of(grey)
    assert octaves[0].blurred.shape[1:] == (2 * size[0], 2 * size[1])
    points = points_of(octaves, 0.02)
    assert np.isfinite(points).all()
    assert (points[:, [X, Y]] >= 0).all() and (points[:, X] < size[1] + 1).all() and (points[:, Y] < size[0] + 1).all()


def test_another_thread_does_not_disturb_the_room_of_this_one():
    octaves = octaves_of(_grey(5))
    before = octaves[0].blurred.copy()
    other = threading.Thread(target=lambda: octaves_of(_grey(6)))
    other.start()
    other.join()
    assert np.array_equal(octaves[0].blurred, before)
