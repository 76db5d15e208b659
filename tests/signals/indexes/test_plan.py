"""The laws on which "no missed match" rests: every bit in one band, and thresholds that leave no room between them."""

from itertools import combinations

import numpy as np
import pytest

from clew.signals.indexes import plan

BANDS = (11, 13, 16)


@pytest.mark.parametrize("bands", BANDS)
def test_the_bands_cover_every_bit_once(bands):
    assert sum(plan.widths(bands)) == 256
    assert sorted(plan.bit_order()) == list(range(256))


@pytest.mark.parametrize("bands", BANDS)
@pytest.mark.parametrize("radius", range(32))
def test_thresholds_leave_no_room_for_a_pair_within_the_radius(bands, radius):
    """A pair that escapes every band differs by at least t_b + 1 in each: together more than the radius."""
    assert sum(threshold + 1 for threshold in plan.thresholds(bands, radius)) == radius + 1


@pytest.mark.parametrize("bands", BANDS)
def test_the_masks_are_all_patterns_within_the_threshold(bands):
    table = plan.probes(bands)
    for (_, width, _, start, stop, *_), threshold in zip(table.bands, plan.thresholds(bands), strict=True):
        masks = table.masks[start:stop].tolist()
        due = {sum(1 << b for b in bits) for n in range(threshold + 1) for bits in combinations(range(width), n)}
        assert set(masks) == due
        assert len(masks) == len(due)


@pytest.mark.parametrize("bands", BANDS)
@pytest.mark.parametrize("radius", [0, 5, 12, 30, 31])
def test_a_pair_within_the_radius_has_a_band_that_agrees_with_its_neighbour(bands, radius):
    """Pigeonring, on random differences: some band is within its threshold and, with the next, within both."""
    chance, table = np.random.default_rng(bands), plan.probes(bands, radius).bands
    for _ in range(2_000):
        weights = chance.dirichlet(np.full(bands, chance.choice([0.05, 1, 50])))
        differs = chance.multinomial(chance.choice([radius, chance.integers(0, radius + 1)]), weights)
        both = differs + np.roll(differs, -1)
        assert ((differs <= table[:, 5]) & (both <= table[:, 6])).any()
    assert table[:, 7].tolist() == np.roll(table[:, 0], -1).tolist()


def test_the_order_of_the_bits_never_changes():
    """Snapshots on disk depend on it: a change needs a new snapshot format."""
    assert plan.bit_order()[:8] == (134, 225, 87, 161, 42, 70, 143, 109)


def test_the_plan_follows_the_size():
    assert [plan.band_count(n) for n in (0, 19_999, 20_000, 299_999, 300_000, 4_999_999, 5_000_000)] == [
        0, 0, 16, 16, 13, 13, 11]
    assert plan.offset_count(0) == 0
    assert plan.offset_count(16) == 16 * 65_537
    assert np.diff(plan.probes(11).bands[:, 2]).tolist() == [(1 << w) + 1 for w in plan.widths(11)[:-1]]
