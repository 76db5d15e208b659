"""Grouping keeps every entry exactly once, in order, however the hashes coincide."""

import numpy as np
import pytest

from clew.signals.indexes.build import buckets, grouped
from clew.signals.indexes.plan import BANDS, KEYS


@pytest.mark.parametrize(("values", "size"), [(2, 2_000), (3, 50), (40, 3_000), (2**40, 500), (2, 0), (2, 1)])
@pytest.mark.parametrize("words", [1, 2, 4])
def test_grouping_keeps_each_entry_once_and_in_order(values, size, words):
    """Few values in few words: long runs, short runs and rows that share only their first word."""
    chance = np.random.default_rng(size + words)
    rows = np.zeros((size, 4), np.uint64)
    rows[:, 4 - words:] = chance.integers(0, values, (size, words))
    rows[:, 0] |= chance.integers(0, 2, size).astype(np.uint64)
    ids = chance.integers(-5, 300, size)
    distinct, starts, kept = grouped(rows, ids)
    entries = sorted({(*map(int, row), int(number)) for row, number in zip(rows, ids, strict=True)})
    counts = np.diff(starts)
    assert (counts > 0).all()
    spread = np.repeat(distinct, counts, axis=0)
    assert [(*map(int, row), int(number)) for row, number in zip(spread, kept, strict=True)] == entries
    assert len({row.tobytes() for row in distinct}) == len(distinct)


def test_each_row_lies_in_its_bucket_of_each_band_with_its_next_band():
    rows = np.random.default_rng(1).integers(0, 2**64, (300, 4), dtype=np.uint64)
    bits = np.unpackbits(rows.astype(">u8").view(np.uint8), axis=1)
    keys = bits.reshape(300, BANDS, 16) @ (1 << np.arange(15, -1, -1))
    for band, (offsets, postings, checks) in enumerate(buckets(rows, BANDS)):
        assert len(offsets) == KEYS + 1
        assert sorted(postings.tolist()) == list(range(300))
        assert checks.tolist() == keys[postings, (band + 1) % BANDS].tolist()
        for row in range(300):
            key = keys[row, band]
            assert row in postings[offsets[key]:offsets[key + 1]]
