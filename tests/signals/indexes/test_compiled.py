"""The block comparison against counting bits one by one, at every place and with every allowance."""

import numpy as np
import pytest

from clew.signals.indexes.compiled import BLOCK, agreeing, compiled


@compiled
def _block(values, place, wanted, allowed):
    return agreeing(values, place, wanted, allowed)


@pytest.mark.parametrize("allowed", [0, 1, 2, 3, 8, 15, 16])
def test_a_block_is_compared_as_value_by_value(allowed):
    chance = np.random.default_rng(allowed)
    values = chance.integers(0, 1 << 16, 3 * BLOCK).astype(np.uint16)
    values[::5] = values[0] ^ (1 << (np.arange(len(values[::5])) % 16)).astype(np.uint16)
    for place in range(2 * BLOCK + 1):
        wanted = int(values[chance.integers(len(values))])
        due = [(int(value) ^ wanted).bit_count() <= allowed for value in values[place:place + BLOCK]]
        told = int(_block(values, place, wanted, allowed))
        assert [told >> i & 1 == 1 for i in range(BLOCK)] == due
