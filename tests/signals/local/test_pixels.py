import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.kernel.errors import BadInput
from clew.signals.local import pixels
from tests.signals.local.drawn import drawn


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 5))
def test_any_size_comes_back_nearly_as_it_was(height, width, seed):
    grey = pixels.small(drawn(seed, height, width))
    back = pixels.unpack(pixels.pack(grey))
    assert back.shape == grey.shape == (height, width)
    assert np.abs(back.astype(int) - grey).mean() < 9


def test_it_is_small_and_a_few_kilobytes():
    grey = pixels.small(drawn(1, 900, 1200))
    assert max(grey.shape) == pixels.SIDE
    assert len(pixels.pack(grey)) < 25_000


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_other_bytes_are_refused(value):
    with pytest.raises(BadInput):
        pixels.unpack(value)
    with pytest.raises(BadInput):
        pixels.unpack(pixels.MARK + value)


def test_a_bomb_is_refused_and_not_unpacked():
    head = pixels.pack(np.zeros((16, 16), np.uint8))[:6]
    with pytest.raises(BadInput):
        pixels.unpack(head + zlib.compress(bytes(8)))
    # more than the size says: only as much as fits is ever made
    assert pixels.unpack(head + zlib.compress(bytes(50_000_000))).shape == (16, 16)
    with pytest.raises(BadInput):
        pixels.unpack(b"G\x01" + b"\xff\xff\xff\xff" + zlib.compress(b""))
