"""Words and signatures: nearest first, the same from the compact form, near for what is near."""

import numpy as np

from clew.signals.local import words
from clew.signals.local.compact import compacted, expanded
from tests.signals.indexes.words.made import features

DESCRIPTORS = features(1, 40).descriptors


def test_a_word_and_a_signature_for_each_descriptor():
    assigned, signatures = words.assign(DESCRIPTORS)
    assert (assigned.dtype, assigned.shape, signatures.dtype, signatures.shape) == (np.uint32, (40,), np.uint64, (40,))
    assert assigned.max() < words.WORDS
    assert len(set(signatures.tolist())) == 40
    again, same = words.of_compact(compacted(DESCRIPTORS))
    assert np.array_equal(assigned, again)
    assert np.array_equal(signatures, same)


def test_none_of_none():
    assigned, signatures = words.assign(np.zeros((0, 128), np.uint8))
    assert assigned.shape == signatures.shape == (0,)


def test_probes_are_the_nearest_of_all_words_in_order():
    packed = compacted(DESCRIPTORS[:5])
    book, numbers = words.codebook(), expanded(compacted(DESCRIPTORS[:5]))
    far = [((numbers[:, which][:, None] - book.centroids[half]) ** 2).sum(axis=2) for half, which in enumerate(book.order)]
    sums = (far[0][:, :, None] + far[1][:, None, :]).reshape(5, -1)
    near, signatures = words.probes(packed, 16)
    due = np.sort(sums, axis=1)[:, :16]
    assert np.allclose(np.take_along_axis(sums, near.astype(np.int64), 1), due, atol=1e-4)
    assert all(len(set(row)) == 16 for row in near.tolist())
    first, own = words.of_compact(packed)
    assert np.array_equal(near[:, 0], first)
    assert np.array_equal(signatures[:, 0], own)


def test_signatures_of_near_descriptors_are_near_and_of_others_are_not():
    chance = np.random.default_rng(2)
    noisy = np.clip(DESCRIPTORS + chance.normal(0, 3, DESCRIPTORS.shape), 0, 255).astype(np.uint8)
    near, marks = words.probes(compacted(noisy), 16)
    own, signatures = words.assign(DESCRIPTORS)
    same = near == own[:, None]
    assert same.any(axis=1).mean() > 0.8
    assert np.median(np.bitwise_count(marks ^ signatures[:, None])[same]) < 12
    assert np.bitwise_count(signatures[1:] ^ signatures[:-1]).mean() > 24


def test_the_codebook_is_told_by_its_mark():
    assert len(words.mark()) == 16
    assert len(set(words.codebook().order.ravel().tolist())) == 64
