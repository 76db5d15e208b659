import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.kernel.errors import BadInput
from clew.signals.sounds.drawn import babble
from clew.signals.sounds.printed import MOST_ROWS, from_bytes, printed, seconds, telling, to_bytes

KEPT = printed(babble(1, 8))


def test_bytes_give_the_same_print():
    again = from_bytes(to_bytes(KEPT))
    assert np.array_equal(again.grid.loud, KEPT.grid.loud)
    assert np.array_equal(again.grid.low, KEPT.grid.low)
    assert np.array_equal(again.marks.rows, KEPT.marks.rows)
    assert np.array_equal(again.marks.pitches, KEPT.marks.pitches)
    assert len(KEPT.marks) > 40


def test_a_print_is_small():
    assert len(to_bytes(printed(babble(2, 60)))) < 14_000


def test_speech_tells_and_hum_does_not():
    assert telling(KEPT) > 100
    assert telling(printed(babble(0, 8))) < 20
    assert telling(printed(np.zeros(0, np.float32))) == 0


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_bytes_from_elsewhere_are_refused(value):
    with pytest.raises(BadInput, match="damaged"):
        from_bytes(value)


@settings(deadline=None)
@given(st.integers(0, len(to_bytes(KEPT)) - 1), st.integers(1, 255))
def test_a_damaged_print_is_refused_or_stays_a_print(place, by):
    value = bytearray(to_bytes(KEPT))
    value[place] ^= by
    try:
        read = from_bytes(bytes(value))
    except BadInput:
        return
    assert len(read.grid) <= MOST_ROWS
    assert not len(read.marks) or read.marks.rows.max() < len(read.grid)


def test_a_print_that_swells_is_refused():
    bomb = zlib.compress(bytes(50_000_000), 9)
    tracemalloc.start()
    for rows in (100, MOST_ROWS, MOST_ROWS + 1):
        with pytest.raises(BadInput):
            from_bytes(struct.pack("<BHH", 1, rows, 0) + bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


def test_rows_are_seconds():
    assert seconds(1000) == 64.0
