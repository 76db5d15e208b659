import numpy as np

from clew.signals.local.compact import BYTES, LENGTH, compacted, expanded, mirrored, product
from clew.signals.local.features import extract
from clew.signals.local.features import mirrored as mirror_image
from tests.signals.local.drawn import drawn


def test_distances_stay_nearly_what_they_were():
    descriptors = extract(drawn(1)).descriptors
    whole, packed = descriptors.astype(np.float32) / 512, compacted(descriptors)
    assert packed.shape == (len(descriptors), BYTES)
    small = expanded(packed)
    assert small.shape == (len(descriptors), LENGTH)
    far = np.linalg.norm(whole[:200, None] - whole[None, 200:], axis=2)
    kept = np.linalg.norm(small[:200, None] - small[None, 200:], axis=2)
    assert np.corrcoef(far.ravel(), kept.ravel())[0, 1] > 0.95


def test_a_mirror_only_turns_signs():
    features = extract(drawn(2))
    told, looked = mirrored(compacted(features.descriptors)), compacted(mirror_image(features).descriptors)
    assert (told == looked).mean() > 0.99
    assert np.array_equal(mirrored(mirrored(told)), told)


def test_nothing_stays_nothing():
    assert compacted(np.zeros((0, 128), np.uint8)).shape == (0, BYTES)
    assert expanded(np.zeros((0, BYTES), np.uint8)).shape == (0, LENGTH)


def test_the_product_is_numpys():
    draw = np.random.default_rng(1)
    a, b = draw.normal(size=(7, 5)).astype(np.float32), draw.normal(size=(3, 5)).astype(np.float32)
    assert np.allclose(product(a, b), a @ b.T, atol=1e-5)
