import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.kernel.errors import BadInput
from clew.signals.orientations import NAMES, UNDOES, turned, upright

hashes = st.binary(min_size=32, max_size=32)


@given(hashes)
def test_turning_and_turning_back_is_nothing(value):
    for n in range(len(NAMES)):
        there = bytes(turned(value)[n])
        assert bytes(turned(there)[UNDOES[n]]) == value


@given(hashes, hashes)
def test_turning_both_keeps_their_distance(a, b):
    def apart(x, y):
        return (int.from_bytes(bytes(x)) ^ int.from_bytes(bytes(y))).bit_count()

    assert {apart(x, y) for x, y in zip(turned(a), turned(b), strict=True)} == {apart(a, b)}


@given(st.binary(min_size=256, max_size=256))
def test_a_value_of_eight_hashes_is_taken_as_it_is(value):
    assert turned(value).tobytes() == value
    assert upright(value) == value[:32]


@pytest.mark.parametrize("length", [0, 31, 33, 255, 257])
def test_other_lengths_are_refused(length):
    with pytest.raises(BadInput):
        turned(bytes(length))


def test_names_are_the_eight_different_ways():
    value = bytes(range(32))
    assert len({bytes(row) for row in turned(value)}) == len(set(NAMES)) == 8
