"""The guard: a rigid scene seen twice is told from chance, and from many pairs in one spot."""

import cv2
import numpy as np
import pytest

from clew.signals.places.geometry import agreement

SIZES = ((600, 800), (600, 800))


def seen_twice(count: int, seed: int = 1, turn: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Return where points of a room lie in two pictures of it, taken a step and a turn apart."""
    chance = np.random.default_rng(seed)
    points = chance.uniform((-3, -2, 4), (3, 2, 8), (count, 3))
    turned = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    other = points @ turned.T + (0.8, 0.1, 0.2)
    views = [(600 * seen[:, :2] / seen[:, 2:] + (400, 300)).astype(np.float32) for seen in (points, other)]
    return views[0], views[1]


def test_a_scene_with_depth_is_found_among_wrong_pairs() -> None:
    a, b = seen_twice(150)
    b[100:] = np.random.default_rng(2).uniform(0, 600, (50, 2))
    found = agreement(a, b, SIZES)
    assert found is not None
    assert found.inside[:100].mean() > 0.9
    assert found.inside[100:].mean() < 0.3
    assert found.cells > 80
    assert found.flat < found.cells
    assert 0.2 < found.spread <= 1
    again = agreement(a, b, SIZES)
    assert again is not None
    assert (again.inside == found.inside).all()


def test_chance_agrees_in_few_cells() -> None:
    chance = np.random.default_rng(5)
    most = 0
    for _ in range(10):
        found = agreement(*(chance.uniform(0, 600, (60, 2)).astype(np.float32) for _ in range(2)), SIZES)
        most = max(most, found.cells if found else 0)
    assert most < 25


def test_many_pairs_in_one_spot_count_as_few() -> None:
    chance = np.random.default_rng(6)
    a = chance.uniform(100, 138, (200, 2)).astype(np.float32)
    found = agreement(a, a + 200, SIZES)
    assert found is not None
    assert found.inside.sum() > 150
    assert found.cells <= 9
    assert found.spread < 0.01


def test_too_few_pairs_say_nothing() -> None:
    a, b = seen_twice(7)
    assert agreement(a, b, SIZES) is None


def test_points_that_fit_nothing_are_no_error() -> None:
    chance = np.random.default_rng(8)
    for count in range(8, 40):
        for a, b in ((np.tile([10.0, 10.0], (count, 1)), chance.uniform(0, 600, (count, 2))),
                     (np.stack([np.arange(count)] * 2, axis=1) * 9.0, np.stack([np.arange(count)] * 2, axis=1) * 7.0)):
            agreement(a.astype(np.float32), b.astype(np.float32), SIZES)


def test_an_error_of_the_fit_is_no_agreement(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise cv2.error("model.empty()")

    monkeypatch.setattr(cv2, "findFundamentalMat", fail)
    monkeypatch.setattr(cv2, "findHomography", fail)
    assert agreement(*seen_twice(50), SIZES) is None
