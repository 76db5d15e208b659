"""Points from a network's maps: what is said in numbers must be what the published look-ups say."""

import numpy as np
import pytest

from clew.signals.examples import blobs
from clew.signals.places import points
from clew.signals.places.points import Floats, find


def maps_with(spots: list[tuple[int, int]], sure: float = 1.0):
    """Return a network that sees corners at these (x, y), and whose features tell column and row."""
    def maps(grey: Floats) -> dict[str, Floats]:
        high, wide = grey.shape[2] // 8, grey.shape[3] // 8
        corners = np.full((1, 65, high, wide), -20, np.float32)
        corners[0, 64] = 0
        for number, (x, y) in enumerate(spots):
            corners[0, (y % 8) * 8 + x % 8, y // 8, x // 8] = 5 + number
        row, column = np.mgrid[0:high, 0:wide].astype(np.float32)
        features = np.stack([np.cos(column / 40), np.sin(column / 40), np.full_like(row, 0.0)])[None]
        return {"corners": corners, "sure": np.full((1, 1, high, wide), sure, np.float32), "features": features}

    return maps


def picture(height: int = 320, width: int = 480) -> np.ndarray:
    chance = np.random.default_rng(1)
    return chance.integers(0, 255, (height, width, 3), np.uint8)


def test_points_are_where_the_network_saw_corners_the_surest_first() -> None:
    found = find(picture(), maps_with([(17, 33), (200, 100), (479, 319)]))
    assert found is not None
    assert found.size == (320, 480)
    # at the very edge half of the map's neighbours are missing, so that corner counts for less
    assert sorted(found.xy.tolist()) == [[17, 33], [200, 100], [479, 319]]
    assert found.xy[0].tolist() == [200, 100]


def test_of_two_corners_close_by_the_stronger_stays() -> None:
    found = find(picture(), maps_with([(100, 100), (102, 101), (110, 100)]))
    assert found is not None
    assert sorted(found.xy.tolist()) == [[102, 101], [110, 100]]


def test_no_more_than_asked_and_none_where_the_network_is_not_sure() -> None:
    spots = [(20 + 12 * i, 40 + 9 * i) for i in range(20)]
    some = find(picture(), maps_with(spots), most=7)
    assert some is not None
    assert len(some) == 7
    assert find(picture(), maps_with(spots, sure=0.0)) is None


def test_descriptors_are_looked_up_between_the_cells() -> None:
    found = find(picture(), maps_with([(100, 100), (300, 200)]))
    assert found is not None
    for (x, _), descriptor in zip(found.xy, found.descriptors, strict=True):
        at = x * 60 / 479 - 0.5  # the place on the map of 60 columns, as the network was taught
        assert descriptor == pytest.approx([np.cos(at / 40), np.sin(at / 40), 0], abs=1e-3)
    assert np.linalg.norm(found.descriptors, axis=1) == pytest.approx(np.ones(2), abs=1e-5)


def test_a_cubic_look_up_returns_a_map_at_its_own_places_and_nothing_beyond() -> None:
    values = np.random.default_rng(2).normal(size=(3, 6, 7)).astype(np.float32)
    at = np.array([[2, 3], [6, 5], [0, 0]], np.float32)
    sampled = points._sampled(values, at, points._cubic, 4)
    assert sampled == pytest.approx(np.stack([values[:, 3, 2], values[:, 5, 6], values[:, 0, 0]]), abs=1e-5)
    assert not points._sampled(values, np.array([[-3, -3], [9, 9]], np.float32), points._cubic, 4).any()


def test_large_pictures_are_brought_down_and_their_sides_fit_the_network() -> None:
    sizes = []

    def maps(grey: Floats) -> dict[str, Floats]:
        sizes.append(grey.shape)
        return maps_with([(10, 10)])(grey)

    found = find(picture(1500, 1000), maps)
    assert sizes == [(1, 1, 800, 512)]
    assert found is not None
    assert found.size == (800, 533)
    assert found.xy[0] == pytest.approx([10 * 533 / 512, 10], abs=1e-3)


@pytest.mark.parametrize("plain", [blobs(0), np.zeros((20, 900, 3), np.uint8), picture(60, 200)])
def test_plain_and_tiny_pictures_say_nothing(plain: np.ndarray) -> None:
    assert find(plain, maps_with([(10, 10)])) is None
