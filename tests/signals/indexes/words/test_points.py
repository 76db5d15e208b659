"""What is kept of a point and asked about it: places in bytes, the strongest first, few points in more words."""

from dataclasses import replace

import numpy as np
import pytest

from clew.signals.indexes.words import points
from clew.signals.indexes.words.plan import MOST_ASKED, MOST_POINTS, MOST_PROBES
from clew.signals.local import codec, words
from clew.signals.local.compact import compacted
from clew.signals.local.features import mirrored
from tests.signals.indexes.words.made import features, signal


def stored(count: int) -> codec.Stored:
    return codec.unpack(signal(features(3, count)).value)


def test_places_hold_turn_scale_and_place_in_a_byte_each():
    one = replace(stored(1), angle=np.array([np.pi / 2], np.float32), scale=np.array([8.0], np.float32),
                  xy=np.array([[400.0, 1200.0]], np.float32))
    place = int(points.places_of(one)[0])
    assert (place & 255, place >> 8 & 255, place >> 16 & 255, place >> 24) == (64, 72, 100, 255)


def test_the_first_points_are_indexed():
    whole = stored(700)
    kept = points.points_of(whole)
    assert len(kept.words) == len(kept.signatures) == len(kept.places) == MOST_POINTS
    assert np.array_equal(kept.words, whole.words[:MOST_POINTS])


@pytest.mark.parametrize(("count", "probes"), [(0, MOST_PROBES), (5, MOST_PROBES), (400, 18), (900, 6)])
def test_few_points_are_looked_up_in_more_words(count: int, probes: int):
    asked = points.asked_of(stored(count))
    assert asked.words.shape == asked.signatures.shape == (min(count, MOST_ASKED), probes)
    assert len(asked.places) == min(count, MOST_ASKED)


def test_the_nearest_word_is_the_indexed_one():
    whole = stored(50)
    asked, kept = points.asked_of(whole), points.points_of(whole)
    assert np.array_equal(asked.words[:, 0], kept.words)
    assert np.array_equal(asked.signatures[:, 0], kept.signatures)


def test_mirrored_asks_what_the_mirror_image_would_be_indexed_as():
    whole, turned = features(3, 50), mirrored(features(3, 50))
    asked = points.asked_of(codec.unpack(signal(whole).value), mirrored=True)
    own = points.points_of(codec.unpack(signal(turned).value))
    same = asked.words[:, 0] == own.words
    assert same.mean() > 0.8  # the compact form is rounded on the other side
    assert np.abs((asked.places >> 16 & 255).astype(int) - (own.places >> 16 & 255)).max() <= 1
    assert np.array_equal(words.of_compact(compacted(turned.descriptors))[0], own.words)
