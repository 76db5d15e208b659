"""The laws on which "no missed match" rests: every bit in one band, and thresholds that leave no room between them."""

from itertools import combinations

import numpy as np
import pytest

from clew.signals.indexes import plan
from clew.signals.indexes.search import band_key


def test_the_bands_cover_every_bit_once():
    """Band b of a row is bits 16 b to 16 b + 15 from the top of word 0: together they are the row."""
    row = np.random.default_rng(1).integers(0, 2**63, 4).astype(np.uint64)
    joined = "".join(f"{band_key(row, band):016b}" for band in range(plan.BANDS))
    assert joined == "".join(f"{int(word):064b}" for word in row)
    assert sorted(plan.bit_order()) == list(range(256))


@pytest.mark.parametrize("radius", range(32))
def test_thresholds_leave_no_room_for_a_pair_within_the_radius(radius):
    """A pair that escapes every band differs by at least t_b + 1 in each: together more than the radius."""
    assert sum(threshold + 1 for threshold in plan.thresholds(radius)) == radius + 1


@pytest.mark.parametrize("radius", range(32))
def test_the_masks_are_all_patterns_within_the_threshold(radius):
    table = plan.probes(radius)
    for (start, stop, *_), threshold in zip(table.bands, plan.thresholds(radius), strict=True):
        masks = table.masks[start:stop].tolist()
        due = {sum(1 << b for b in bits) for n in range(threshold + 1) for bits in combinations(range(16), n)}
        assert set(masks) == due
        assert len(masks) == len(due)


@pytest.mark.parametrize("radius", [0, 5, 12, 15, 16, 30, 31])
def test_a_pair_within_the_radius_has_a_band_that_agrees_with_its_neighbour(radius):
    """Pigeonring, on random differences: some band is within its threshold and, with the next, within both."""
    chance, table = np.random.default_rng(radius), plan.probes(radius).bands
    for _ in range(6_000):
        weights = chance.dirichlet(np.full(plan.BANDS, chance.choice([0.05, 1, 50])))
        differs = chance.multinomial(chance.choice([radius, chance.integers(0, radius + 1)]), weights)
        both = differs + np.roll(differs, -1)
        assert ((differs <= table[:, 2]) & (both <= table[:, 3])).any()


@pytest.mark.parametrize("radius", range(32))
def test_what_the_next_band_may_differ_by_is_never_negative(radius):
    """The compiled comparison takes it as an unsigned number."""
    table = plan.probes(radius)
    for start, stop, _, pair in table.bands:
        assert all(mask.bit_count() <= pair for mask in table.masks[start:stop].tolist())


def test_the_order_of_the_bits_never_changes():
    """Snapshots on disk depend on it: a change needs a new snapshot format."""
    assert plan.bit_order()[:8] == (134, 225, 87, 161, 42, 70, 143, 109)


def test_small_indexes_are_only_scanned():
    assert [plan.band_count(n) for n in (0, 19_999, 20_000, 10**8)] == [0, 0, 16, 16]
