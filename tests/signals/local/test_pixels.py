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
    picture = pixels.small(drawn(seed, height, width))
    back = pixels.unpack(pixels.pack(picture))
    assert back.grey.shape == picture.grey.shape == (height, width)
    assert back.inner == picture.inner
    assert np.abs(back.grey.astype(int) - picture.grey).mean() < 9


def test_a_screen_round_a_picture_is_known():
    screen = np.full((600, 300, 3), 250, np.uint8)
    screen[120:360] = drawn(1, 240, 300)
    screen[20:30, 10:90:4] = 0
    left, top, right, bottom = pixels.small(screen).inner
    assert (left, right) == (0, 255)
    assert abs(top - 51) <= 3 and abs(bottom - 153) <= 3
    assert not pixels.small(drawn(2)).framed


def test_it_is_small_and_a_few_kilobytes():
    picture = pixels.small(drawn(1, 900, 1200))
    assert max(picture.grey.shape) == pixels.SIDE
    assert len(pixels.pack(picture)) < 25_000


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_other_bytes_are_refused(value):
    with pytest.raises(BadInput):
        pixels.unpack(value)
    with pytest.raises(BadInput):
        pixels.unpack(pixels.MARK + value)


def test_a_bomb_is_refused_and_not_unpacked():
    head = pixels.pack(pixels.Small(np.zeros((16, 16), np.uint8)))[:10]
    with pytest.raises(BadInput):
        pixels.unpack(head + zlib.compress(bytes(8)))
    # more than the size says: only as much as fits is ever made
    assert pixels.unpack(head + zlib.compress(bytes(50_000_000))).grey.shape == (16, 16)
    with pytest.raises(BadInput):
        pixels.unpack(b"G\x01" + b"\xff\xff\xff\xff" + bytes(4) + zlib.compress(b""))
