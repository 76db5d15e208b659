"""Rows keep distances and can be turned back."""

import numpy as np

from clew.signals.indexes.rows import as_hashes, as_rows, as_words


def test_rows_keep_every_distance_and_turn_back():
    chance = np.random.default_rng(1)
    words = as_words(chance.integers(0, 256, (200, 32), dtype=np.uint8))
    rows = as_rows(words)
    assert (as_hashes(rows) == words).all()
    for a, b in chance.integers(0, 200, (50, 2)):
        before = np.unpackbits((words[a] ^ words[b]).view(np.uint8)).sum()
        assert np.unpackbits((rows[a] ^ rows[b]).view(np.uint8)).sum() == before


def test_bytes_and_words_are_the_same_hash():
    raw = bytes(range(32))
    one = as_words(raw)
    assert one.tobytes() == raw
    assert (as_words(np.frombuffer(raw, np.uint8)) == one).all()
    assert (as_words(one[0]) == one).all()
