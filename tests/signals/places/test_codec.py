import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.kernel.errors import Damaged
from clew.signals.places import codec
from clew.signals.places.points import Points


def points(count: int, seed: int, size: tuple[int, int] = (600, 800)) -> Points:
    chance = np.random.default_rng(seed)
    descriptors = chance.normal(size=(count, 64)).astype(np.float32)
    descriptors /= np.linalg.norm(descriptors, axis=1, keepdims=True)
    return Points(size, (chance.random((count, 2)) * (size[1], size[0])).astype(np.float32), descriptors,
                  chance.integers(0, 255, (count, 3), np.uint8))


@given(st.integers(1, 1024), st.integers(0, 99), st.tuples(st.integers(64, 800), st.integers(64, 800)))
def test_points_survive_to_a_sixtieth_of_a_pixel_and_nearly_their_direction(count: int, seed: int, size: tuple[int, int]) -> None:
    given = points(count, seed, size)
    value = codec.pack(b"tag!", given)
    back = codec.unpack(value)
    assert (back.size, len(back), codec.tag_of(value), codec.is_points(value)) == (size, count, b"tag!", True)
    assert (back.colours == given.colours).all()
    assert np.abs(back.xy - given.xy).max() < 1 / 60
    assert (back.descriptors * given.descriptors).sum(axis=1).min() > 0.998
    assert len(value) == 16 + 71 * count


def test_what_is_cut_off_is_damaged() -> None:
    value = codec.pack(b"tag!", points(9, 1))
    for part in (value[:-1], value[:10], value + b"!"):
        with pytest.raises(Damaged):
            codec.unpack(part)
