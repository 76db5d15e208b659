import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.signals.indexes.rows import read_only
from clew.signals.indexes.vectors.dot import LANES, highest


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9), st.integers(1, 5), st.integers(1, 20), st.integers(0, 9999))
def test_it_is_the_inner_product(rows: int, queries: int, blocks: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    size = blocks * LANES
    coarse = draw.integers(-127, 128, (rows, size), dtype=np.int8)
    asked = draw.integers(-32_767 // blocks, 32_768 // blocks, (queries, size), dtype=np.int16)
    scales, steps = draw.uniform(0.5, 2, rows).astype(np.float32), draw.uniform(0.5, 2, queries).astype(np.float32)
    best = np.empty(rows, np.float32)
    highest(read_only(coarse), read_only(scales), asked, steps, best)
    exact = (coarse.astype(np.int64) @ asked.T.astype(np.int64)) * steps.astype(np.float64)
    assert np.allclose(best, exact.max(axis=1) * scales, rtol=1e-5)


def test_the_largest_numbers_of_512_do_not_overflow() -> None:
    coarse, asked = np.full((1, 512), -127, np.int8), np.full((1, 512), 32_767, np.int16)
    one, best = np.ones(1, np.float32), np.empty(1, np.float32)
    highest(read_only(coarse), read_only(one), asked, one, best)
    assert best[0] == np.float32(-127 * 32_767 * 512)
