import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.kernel.errors import BadInput
from clew.signals.local import codec
from clew.signals.local.compact import compacted
from clew.signals.local.features import Features, empty, extract
from tests.signals.local.drawn import drawn, stored


def _made(count: int, seed: int) -> tuple[Features, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    features = Features(
        size=(600, 800),
        xy=draw.uniform(0, (800, 600), (count, 2)).astype(np.float32),
        scale=draw.uniform(1, 400, count).astype(np.float32),
        angle=draw.uniform(0, 2 * np.pi, count).astype(np.float32),
        descriptors=draw.integers(0, 120, (count, 128)).astype(np.uint8),
    )
    return features, draw.integers(0, 2**32, count, dtype=np.uint32), draw.integers(0, 2**64, count, dtype=np.uint64)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 300), st.integers(0, 99))
def test_what_is_packed_comes_back(count, seed):
    features, words, signatures = _made(count, seed)
    value = codec.pack(features, words, signatures)
    assert len(value) == 8 + 50 * count
    back = codec.unpack(value)
    assert back.size == (600, 800)
    assert np.abs(back.xy - features.xy).max(initial=0) <= 1 / 32 + 1e-4
    assert np.abs(np.log(back.scale / features.scale)).max(initial=0) < 0.02
    assert np.cos(back.angle - features.angle).min(initial=1) > 0.999
    assert np.array_equal(back.words, words) and np.array_equal(back.signatures, signatures)
    assert np.array_equal(back.descriptors, compacted(features.descriptors))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_other_bytes_are_refused(value):
    with pytest.raises(BadInput):
        codec.unpack(value)


@pytest.mark.parametrize("cut", [1, 7, 8, 50, 60])
def test_cut_and_lengthened_values_are_refused(cut):
    value = codec.pack(*_made(3, 1))
    for wrong in (value[:-cut], value + bytes(cut), b"F\x02" + value[2:], b"F\x01\0\0" + value[4:]):
        with pytest.raises(BadInput):
            codec.unpack(wrong)


def test_words_must_fit_the_features():
    features, words, signatures = _made(4, 1)
    with pytest.raises(BadInput):
        codec.pack(features, words[:3], signatures)
    with pytest.raises(BadInput):
        codec.pack(empty((5000, 10)), words[:0], signatures[:0])


@settings(deadline=None)
@given(st.floats(0, 0.8), st.floats(0, 0.8), st.floats(0.1, 0.2), st.floats(0.1, 0.2))
def test_a_region_holds_the_points_inside_and_no_other(x, y, w, h):
    whole = codec.unpack(codec.pack(*_made(200, 3)))
    part = codec.region(whole, (x, y, w, h))
    wide, high = part.size[1], part.size[0]
    inside = (whole.xy - np.array([x * 800, y * 600], np.float32) >= 0).all(axis=1)
    inside &= (whole.xy - np.array([x * 800, y * 600], np.float32) < (wide, high)).all(axis=1)
    assert len(part) == inside.sum()
    assert np.array_equal(part.words, whole.words[inside])
    assert (part.xy >= 0).all() and (part.xy < (wide, high)).all()


def test_the_mirror_image_of_stored_points_is_that_of_the_picture():
    picture = drawn(3)
    told, looked = codec.mirror_image(stored(picture)), extract(picture, 800, mirrored=True)
    gap = np.linalg.norm(told.xy[:, None] - looked.xy[None], axis=2).min(axis=1)
    assert np.median(gap) < 0.2
    assert np.array_equal(codec.mirror_image(told).descriptors, stored(picture).descriptors)
