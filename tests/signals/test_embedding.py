import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.signals.contract import Signal
from clew.signals.embedding import cosines, packed, tag_of, unpacked

A, B = b"aaaa", b"bbbb"


def unit(seed: int, size: int = 16) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=size).astype(np.float32)
    return drawn / np.linalg.norm(drawn)


def signal(tag: bytes, seed: int, size: int = 16) -> Signal:
    return Signal("likeness", 1, packed(tag, unit(seed, size)))


@given(st.integers(0, 10_000), st.integers(2, 700))
def test_a_vector_survives_as_two_bytes_a_number(seed: int, size: int) -> None:
    value = packed(A, unit(seed, size))
    assert len(value) == 4 + 2 * size
    assert tag_of(value) == A
    assert np.abs(unpacked([value])[0] - unit(seed, size)).max() < 5e-4


def test_cosines_are_those_of_the_vectors() -> None:
    a, b = [signal(A, seed) for seed in range(3)], [signal(A, seed) for seed in range(2, 6)]
    due = np.array([[unit(i) @ unit(j) for j in range(2, 6)] for i in range(3)])
    assert np.allclose(cosines(a, b), due, atol=1e-3)
    assert cosines(a, b)[2, 0] == pytest.approx(1.0, abs=1e-3)


def test_vectors_of_other_weights_are_never_compared() -> None:
    table = cosines([signal(A, 1), signal(B, 1, 32)], [signal(B, 1, 32), signal(A, 1)])
    assert table[0, 0] == table[1, 1] == -1.0
    assert np.allclose([table[0, 1], table[1, 0]], 1.0, atol=1e-3)
