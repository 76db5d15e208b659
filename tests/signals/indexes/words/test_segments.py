"""Segments: every point under its word, every picture whole again, words that many have tell less."""

import numpy as np
import pytest

from clew.signals.indexes.words.points import Points
from clew.signals.indexes.words.segments import counts_of, piece_of, pieces_of, sorted_in, weights_of
from clew.signals.local.words import WORDS
from tests.signals.indexes.words.made import few_words


def content(points: Points) -> list[tuple[int, int, int]]:
    return sorted(zip(points.words.tolist(), points.signatures.tolist(), points.places.tolist(), strict=True))


def test_pictures_come_out_as_they_went_in():
    made = few_words(np.random.default_rng(1), 20, 30)
    made.insert(3, (999, Points(*(part[:0] for part in (made[0][1].words, made[0][1].signatures, made[0][1].places)))))
    segment = sorted_in(made)
    dead = np.zeros(21, np.uint8)
    dead[5] = 1
    out = dict(pieces_of(segment, dead))
    assert list(out) == [id_ for number, (id_, _) in enumerate(made) if number != 5]
    for id_, points in made:
        if id_ in out:
            assert content(out[id_]) == content(points)
    assert content(piece_of(segment, 7)[1]) == content(made[7][1])
    assert segment.fits()


def test_every_posting_lies_under_its_word():
    made = few_words(np.random.default_rng(2), 5, 30)
    segment = sorted_in(made)
    for word in (0, 17, 39, WORDS - 1):
        due = sorted(int(mark) for _, points in made for mark in points.signatures[points.words == word])
        first, last = segment.offsets[word], segment.offsets[word + 1]
        assert sorted(segment.signatures[first:last].tolist()) == due
    assert counts_of(segment).sum() == 150


@pytest.mark.parametrize("broken", ["offsets", "pictures", "places"])
def test_arrays_that_do_not_belong_together_do_not_fit(broken: str):
    segment = sorted_in(few_words(np.random.default_rng(3), 5, 30))
    arrays = {name: getattr(segment, name).copy() for name in ("ids", "offsets", "pictures", "signatures", "places")}
    if broken == "offsets":
        arrays["offsets"][20] = 149
    elif broken == "pictures":
        arrays["pictures"][0] = 5
    else:
        arrays["places"] = arrays["places"][1:]
    assert not type(segment)(**arrays).fits()


def test_a_rare_word_tells_more():
    counts = np.zeros(WORDS, np.int64)
    counts[:4] = (1, 10, 40, 41)
    weights = weights_of(counts, 2000).astype(int)
    assert weights[0] > weights[1] > weights[2] > 0
    assert weights[3] == 0
    assert weights[4] >= weights[0]
    assert weights_of(counts, 1000)[3] > 0
