import numpy as np
import pytest

from clew.signals.local.features import SIDE, empty, extract, mirrored, working
from tests.signals.local.drawn import drawn


def test_a_rich_picture_has_as_many_points_as_asked_for_and_always_the_same():
    picture = drawn(1, 700, 900)
    features = extract(picture, 300)
    assert len(features) == 300
    again = extract(picture, 300)
    assert np.array_equal(features.descriptors, again.descriptors)
    assert np.array_equal(features.xy, again.xy)
    height, width = features.size
    assert max(height, width) == SIDE
    assert (features.xy > -1).all() and (features.xy < (width, height)).all()


def test_root_sift_has_unit_length():
    lengths = np.linalg.norm(extract(drawn(2)).descriptors.astype(float) / 512, axis=1)
    assert abs(lengths - 1).max() < 0.02


def test_lettering_cannot_take_the_whole_budget():
    picture = drawn(3, 600, 800)
    picture[:150] = np.random.default_rng(0).integers(0, 2, (150, 800, 1)).astype(np.uint8) * 255
    below = extract(picture, 400).xy[:, 1] > 160
    assert below.mean() > 0.5


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((1, 1, 3), np.uint8),
        np.zeros((1, 5000, 3), np.uint8),
        np.full((500, 500, 3), 128, np.uint8),
        np.random.default_rng(0).integers(126, 130, (400, 400, 3)).astype(np.uint8),
        np.tile(np.linspace(0, 255, 600).astype(np.uint8)[None, :, None], (40, 1, 3)),
    ],
)
def test_tiny_thin_and_plain_pictures_have_none_or_few(pixels):
    features = extract(pixels)
    assert len(features) < 20
    assert len(features) == len(features.descriptors) == len(features.scale) == len(features.angle)


def test_a_large_picture_is_made_smaller_and_a_small_one_is_left():
    assert working(np.zeros((3000, 1500, 3), np.uint8)).shape == (800, 400)
    assert working(np.zeros((90, 120, 3), np.uint8)).shape == (90, 120)


def test_features_of_the_mirror_image_need_no_second_look():
    picture = drawn(4)
    turned, looked = mirrored(extract(picture)), extract(picture, mirrored=True)
    gap = np.linalg.norm(turned.xy[:, None] - looked.xy[None], axis=2)
    assert np.median(gap.min(axis=1)) < 0.1
    gap += 9 * np.abs(np.angle(np.exp(1j * (turned.angle[:, None] - looked.angle[None]))))
    near = gap.argmin(axis=1)
    same = gap.min(axis=1) < 1
    assert same.mean() > 0.75
    a, b = turned.descriptors[same].astype(float), looked.descriptors[near[same]].astype(float)
    assert np.median((a * b).sum(axis=1)) / 512**2 > 0.99


def test_twice_mirrored_is_the_picture_itself():
    features = extract(drawn(5))
    twice = mirrored(mirrored(features))
    assert np.array_equal(twice.descriptors, features.descriptors)
    assert np.allclose(twice.xy, features.xy, atol=1e-3)
    assert np.allclose(np.cos(twice.angle - features.angle), 1, atol=1e-5)


def test_nothing_is_nothing_in_the_mirror_too():
    assert len(mirrored(empty((20, 30)))) == 0
