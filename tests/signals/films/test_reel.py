import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.kernel.errors import BadInput
from clew.media.opened import Frame, Glance
from clew.signals.films import reel


def strip(count, seed=0):
    draw = np.random.default_rng(seed)
    return reel.Reel(np.cumsum(draw.uniform(0.05, 0.5, count)), draw.integers(0, 256, (count, 32, 32), np.uint8))


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 40), st.integers(0, 9))
def test_a_strip_is_read_as_it_was_kept(count, seed):
    one = strip(count, seed)
    read = reel.unpack(reel.pack(one))
    assert np.abs(read.times - one.times).max() <= 0.001
    assert np.abs(read.grey.astype(int) - one.grey).max() <= 1
    assert reel.is_reel(reel.pack(one))


def test_stills_and_glances_become_one_strip_in_time_order():
    frames = [Frame(0.0, np.full((40, 60, 3), 10, np.uint8)), Frame(1.0, np.full((40, 60, 3), 30, np.uint8))]
    made = reel.reel_of(frames, [Glance(0.5, np.full((20, 30), 20, np.uint8))])
    assert made.times.tolist() == [0.0, 0.5, 1.0]
    assert made.grey[:, 0, 0].tolist() == [10, 20, 30]
    assert reel.reel_of(frames[:1], []) is None


def test_a_long_film_is_thinned():
    frames = [Frame(float(n), np.full((8, 8, 3), n % 256, np.uint8)) for n in range(700)]
    made = reel.reel_of(frames, [])
    assert len(made) == reel.MOST
    assert (made.times[0], made.times[-1]) == (0.0, 699.0)


def test_too_long_a_strip_is_not_kept():
    with pytest.raises(BadInput, match="moments"):
        reel.pack(strip(reel.MOST + 1))


@pytest.mark.parametrize("spoil", [
    lambda v: b"G" + v[1:], lambda v: v[:3], lambda v: v[:-9], lambda v: v[:1] + b"\x07" + v[2:], lambda v: v[:4] + b"xx",
    lambda v: v[:4] + zlib.compress(b"short"), lambda v: v[:2] + b"\xff\xff" + v[4:], lambda v: v[:2] + b"\0\0" + v[4:]])
def test_other_bytes_are_refused(spoil):
    with pytest.raises(BadInput, match="describe the film again"):
        reel.unpack(spoil(reel.pack(strip(9))))
