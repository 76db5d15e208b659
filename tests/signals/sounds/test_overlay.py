import numpy as np
import pytest

from clew.signals.sounds.grid import Grid
from clew.signals.sounds.overlay import FEW, along, faster, higher, seeds, together

DICE = np.random.default_rng(2)


def drawn(rows, seed):
    dice = np.random.default_rng(seed)
    loud = dice.integers(0, 1 << 63, rows, dtype=np.uint64)
    return Grid(loud, ~loud & dice.integers(0, 1 << 63, rows, dtype=np.uint64))


def joined(*parts):
    return Grid(np.concatenate([p.loud for p in parts]), np.concatenate([p.low for p in parts]))


def cells(grid):
    def bits(words):
        return np.unpackbits(words.astype("<u8").view(np.uint8).reshape(-1, 8), axis=1, bitorder="little").astype(np.int64)

    return bits(grid.loud) - bits(grid.low)


def test_counts_are_those_of_the_cells():
    a, b = drawn(40, 1), drawn(50, 2)
    counted = along(a, b, 5.0, 1.0, 0, 40)
    mine, theirs = cells(a), cells(b)[5:45]
    assert np.array_equal(counted[:, 0], (mine * theirs).sum(axis=1))
    assert np.array_equal(counted[:, 1], np.abs(mine).sum(axis=1))
    assert np.array_equal(counted[:, 2], np.abs(theirs).sum(axis=1))
    few = 40 * FEW
    expected = (mine * theirs).sum() / np.sqrt((np.abs(mine).sum() + few) * (np.abs(theirs).sum() + few))
    assert together(a, b, 5.0, 1.0, 0, 40) == pytest.approx(expected)


def test_rows_without_a_partner_count_for_nothing():
    a = drawn(20, 3)
    assert not along(a, a, 100.0, 1.0, 0, 20).any()
    assert along(a, a, 10.0, 1.0, 0, 20)[10:].sum() == 0


@pytest.mark.parametrize("at", [0, 1, 37, 158])
def test_a_piece_is_found_where_it_lies(at):
    whole = drawn(190, 4)
    piece = Grid(whole.loud[at:at + 32], whole.low[at:at + 32])
    best = seeds(piece, whole, 0.3)[0]
    assert (best.start, best.offset, best.speed, best.shift) == (0, at, 1.0, 0)
    assert best.likeness > 0.8


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_piece_played_higher_is_found(shift):
    whole = drawn(120, 5)
    assert seeds(higher(whole, shift), whole, 0.3)[0].shift == shift


@pytest.mark.parametrize("speed", [0.94, 0.97, 1.03, 1.06])
def test_a_piece_played_faster_is_found(speed):
    whole = drawn(200, 6)
    best = seeds(faster(whole, speed), whole, 0.3)[0]
    assert best.speed == speed


def test_seeds_are_the_best_of_brute_force():
    a, b = drawn(32, 7), joined(drawn(40, 8), Grid(drawn(32, 7).loud & drawn(32, 9).loud, drawn(32, 7).low), drawn(25, 10))
    tried = {lag: together(a, b, lag, 1.0, 0, 32) for lag in range(len(b) - 31)}
    best = next(seed for seed in seeds(a, b, 0.0) if seed.length == 32)
    assert best.offset == max(tried, key=tried.get) == 40
    assert best.likeness == pytest.approx(max(tried.values()))


def test_strangers_and_sounds_below_a_second_have_no_seeds():
    assert seeds(drawn(100, 11), drawn(100, 12), 0.2) == []
    assert seeds(drawn(15, 13), drawn(15, 13), 0.0) == []
    assert seeds(drawn(0, 13), drawn(40, 13), 0.0) == []
