"""What is asked of the networks, and when the dear one is not asked at all."""

from typing import Any

import numpy as np
import pytest

from clew.signals.places.network import paired, worth_asking
from clew.signals.places.points import Points


def points(descriptors: np.ndarray, size: tuple[int, int] = (600, 800)) -> Points:
    chance = np.random.default_rng(1)
    unit = descriptors / np.linalg.norm(descriptors, axis=1, keepdims=True)
    xy = (chance.random((len(unit), 2)) * (size[1], size[0])).astype(np.float32)
    return Points(size, xy, unit.astype(np.float32), np.zeros((len(unit), 3), np.uint8))


def random(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 64))


@pytest.mark.parametrize(("shared", "asked"), [(0, False), (9, False), (10, True), (200, True)])
def test_a_twentieth_of_the_points_has_to_look_alike(shared: int, asked: bool) -> None:
    ours, theirs = random(200, 2), random(300, 3)
    theirs[50:50 + shared] = ours[:shared]
    assert worth_asking(points(ours), points(theirs)) is asked
    assert worth_asking(points(theirs), points(ours)) is asked


class Says:
    """A network of pairs that gives the same table, and keeps what it was asked."""

    def __init__(self, table: np.ndarray) -> None:
        self.table, self.given = table, dict[str, Any]()

    def run(self, network: str, **given: np.ndarray) -> dict[str, np.ndarray]:
        assert network == "pairs"
        self.given = given
        return {"scores": np.log(self.table)[None].astype(np.float32)}


def test_pairs_are_one_to_one_and_sure_enough() -> None:
    table = np.full((3, 4), 1e-6)
    table[0, 2], table[1, 2], table[1, 1], table[2, 3] = 0.9, 0.5, 0.4, 0.05
    mine, theirs, sure = paired(Says(table), points(random(3, 4)), points(random(4, 5)))  # type: ignore[arg-type]
    assert (mine.tolist(), theirs.tolist()) == ([0], [2])
    assert sure == pytest.approx([0.9], abs=1e-3)


def test_places_are_told_around_the_middle_by_the_longer_side() -> None:
    asked = Says(np.full((2, 2), 0.5))
    xy = np.array([[0, 0], [800, 600]], np.float32)
    corner = Points((600, 800), xy, np.eye(2, 64, dtype=np.float32), np.zeros((2, 3), np.uint8))
    paired(asked, corner, corner)  # type: ignore[arg-type]
    assert asked.given["places0"][0].tolist() == [[-1, -0.75], [1, 0.75]]
