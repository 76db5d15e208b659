from dataclasses import replace

import numpy as np
import pytest

from clew.signals.local import codec, pairs
from clew.signals.local.compact import expanded
from tests.signals.local.drawn import drawn, stored


def _slowly(a: codec.Stored, b: codec.Stored) -> dict[int, int]:
    """Mutual nearest neighbours under the ratio, by looking at every distance."""
    far = np.linalg.norm(expanded(a.descriptors)[:, None] - expanded(b.descriptors)[None], axis=2)
    found = {}
    for i, row in enumerate(far):
        at = int(row.argmin())
        elsewhere = np.abs(b.xy - b.xy[at]).max(axis=1) > 4
        if far[:, at].argmin() == i and row[at] < pairs.RATIO * row[elsewhere].min():
            found[i] = at
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_alike_is_what_looking_at_every_distance_gives(seed):
    a, b = stored(drawn(seed), 300), stored(np.rot90(drawn(seed))[20:300, 10:].copy(), 250)
    mine, theirs = pairs.alike(a, b)
    told, slow = dict(zip(mine.tolist(), theirs.tolist(), strict=True)), _slowly(a, b)
    assert len(slow) > 30
    assert len(set(told.items()) ^ set(slow.items())) <= 0.02 * len(slow)


def test_every_point_is_used_once():
    a, b = stored(drawn(3)), stored(drawn(3)[::-1].copy())
    mine, theirs = pairs.alike(a, b)
    assert len(set(mine)) == len(mine) and len(set(theirs)) == len(theirs)


def test_without_points_there_are_no_pairs():
    some = stored(drawn(1), 100)
    none = codec.taken(some, np.zeros(len(some), bool))
    for a, b in ((some, none), (none, some), (none, none)):
        mine, theirs = pairs.alike(a, b)
        assert len(mine) == len(theirs) == 0
        assert pairs.supports(a, b, mine, theirs).shape == (0, 0)


def test_pairs_of_one_similarity_support_each_other_and_no_stray_does():
    a = stored(drawn(4), 60)
    turn, grown = 0.7, 1.4
    rotation = grown * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    moved = (a.xy @ rotation.T + (30, -12)).astype(np.float32)
    b = replace(a, xy=moved, scale=a.scale * np.float32(grown), angle=a.angle + np.float32(turn))
    every = np.arange(len(a))
    assert pairs.supports(a, b, every, every).all()
    stray = replace(b, angle=b.angle + np.where(every == 5, 2.0, 0.0).astype(np.float32))
    agree = pairs.supports(a, stray, every, every)
    assert agree[5].sum() == 1 and agree[:, 5].sum() == 1
