import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from clew.signals.examples import blobs
from clew.signals.orientations import NAMES, STEPS, turned, upright
from clew.signals.pdq_hash import hash_orientations, hash_pixels, shrink
from tests.samples import SAMPLES, needs_samples

SETS = (
    "copies/threatexchange-pdq",
    "copies/blockhash",
    "copies/thorn-perception",
    "copies/imagededup",
    "places/opencv",
)


def apart(a: bytes, b: bytes) -> int:
    return (int.from_bytes(a) ^ int.from_bytes(b)).bit_count()


def photos():
    for folder in SETS:
        for path in sorted((SAMPLES / folder).rglob("*")):
            if path.suffix.lower() in {".jpg", ".jpeg", ".png"} and "corrupt" not in path.name:
                yield path


@needs_samples
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_agrees_with_the_published_implementation_on_real_photographs():
    peer = pytest.importorskip("pdqhash", reason="pdqhash is not installed (pip install pdqhash)")
    full, reduced = [], []
    for path in photos():
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
        bits, quality = peer.compute(pixels)
        theirs = np.packbits(bits).tobytes()
        ours = hash_pixels(pixels)
        assert abs(ours.quality - quality) <= 1, path
        full.append(apart(ours.value, theirs))
        with Image.open(path) as image:
            width, height = image.size
            share = 512 / max(width, height)
            image.draft("RGB", (max(1, int(width * share)), max(1, int(height * share))))
            small = hash_pixels(np.asarray(image.convert("RGB")), (height, width))
        if quality >= 50:
            reduced.append(apart(small.value, theirs))
    assert len(reduced) > 80
    assert max(full) <= 2
    assert np.mean(reduced) <= 2
    assert max(reduced) <= 10


def test_agrees_with_the_published_implementation_on_rendered_pictures():
    peer = pytest.importorskip("pdqhash", reason="pdqhash is not installed (pip install pdqhash)")
    for seed in range(1, 30):
        pixels = np.asarray(Image.fromarray(blobs(seed)).resize((200 + 37 * seed, 150 + 23 * seed)))
        bits, _ = peer.compute(pixels)
        assert apart(hash_pixels(pixels).value, np.packbits(bits).tobytes()) <= 2, seed


@pytest.mark.parametrize("size", [(48, 48), (64, 64), (100, 61), (127, 300), (640, 401)])
def test_every_orientation_is_the_hash_of_the_turned_pixels(size):
    pixels = np.asarray(Image.fromarray(blobs(3)).resize(size))
    rows = turned(hash_orientations(pixels).value)
    for name, row, (transposed, flipped, mirrored) in zip(NAMES, rows, STEPS, strict=True):
        copy = pixels.transpose(1, 0, 2) if transposed else pixels
        copy = copy[::-1] if flipped else copy
        copy = copy[:, ::-1] if mirrored else copy
        assert apart(bytes(row), hash_pixels(np.ascontiguousarray(copy)).value) <= 2, name


@pytest.mark.parametrize("share", [2, 3, 4])
def test_a_reduced_picture_has_the_hash_of_the_whole_one(share):
    whole = Image.fromarray(blobs(11)).resize((1200, 900), Image.Resampling.BICUBIC)
    small = np.asarray(whole.resize((1200 // share, 900 // share), Image.Resampling.BOX))
    due = hash_pixels(np.asarray(whole)).value
    assert apart(hash_pixels(small, (900, 1200)).value, due) <= 4
    assert apart(hash_pixels(small, (900, 1200)).value, due) <= apart(hash_pixels(small).value, due)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 255))
def test_any_size_has_a_hash_and_a_flat_one_has_no_quality(height, width, grey):
    flat = hash_pixels(np.full((height, width), grey, np.uint8))
    assert (len(flat.value), flat.quality) == (32, 0)
    noise = np.random.default_rng(height * 97 + width).integers(0, 256, (height, width, 3), np.uint8)
    assert 0 <= hash_pixels(noise).quality <= 100


def test_the_first_32_bytes_are_the_upright_hash():
    pixels = blobs(5)
    assert upright(hash_orientations(pixels).value) == hash_pixels(pixels).value


def test_non_contiguous_pixels_are_read_in_place():
    wide = np.concatenate([blobs(6), blobs(7)], axis=1)
    assert hash_pixels(wide[:, :160]).value == hash_pixels(blobs(6)).value


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 9), st.integers(0, 8), st.integers(1, 255))
def test_the_samples_of_a_flat_picture_have_its_brightness_at_any_reduction(height, width, ratio, missing, grey):
    whole = (max(1, height * ratio - missing), max(1, width * ratio - missing))
    grids = shrink(np.full((height, width), grey, np.uint8), whole)
    assert np.allclose(grids, grey, atol=0.01)
