"""What the compiled index says is what comparing every point with every point says, for every picture."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some

from clew.signals.indexes.words import scoring
from clew.signals.indexes.words.brute import strength_of
from clew.signals.indexes.words.points import Asked, Points
from clew.signals.indexes.words.scoring import proposed
from clew.signals.indexes.words.search import alike
from clew.signals.indexes.words.segments import sorted_in
from tests.signals.indexes.words.made import asking, few_words, telling


def alive(segment) -> np.ndarray:
    return np.zeros(len(segment), np.uint8)


@settings(max_examples=40, deadline=None)
@given(seed=some.integers(0, 2**32), pictures=some.integers(1, 30), count=some.integers(0, 60), cut=some.integers(0, 30),
       wanted=some.integers(1, 90))
def test_index_and_brute_force_say_the_same(seed: int, pictures: int, count: int, cut: int, wanted: int):
    chance = np.random.default_rng(seed)
    made = few_words(chance, pictures, count)
    segments = [sorted_in(part) for part in (made[:cut], made[cut:]) if part]
    weights = telling(segments)
    asked = asking(chance, few_words(chance, 1, wanted)[0][1])
    told = dict(proposed([asked], [(segment, alive(segment)) for segment in segments], weights, 100))
    due = {id_: strength_of(asked, points, weights) for id_, points in made}
    assert told == {id_: strength for id_, strength in due.items() if strength}


@settings(max_examples=15, deadline=None)
@given(seed=some.integers(0, 2**32))
def test_turn_and_scale_agree_as_counted_one_by_one(seed: int):
    chance = np.random.default_rng(seed)
    count = int(chance.integers(3, 25))
    points, weights = np.sort(chance.integers(0, 8, count)), chance.integers(1, 50, count)
    places = chance.integers(0, 1 << 16, 8).astype(np.uint32)
    spots = chance.integers(0, 1 << 16, count).astype(np.uint32)
    best: dict[tuple[int, int], dict[int, int]] = {}
    for point, weight, spot in zip(points.tolist(), weights.tolist(), spots.tolist(), strict=True):
        place = int(places[point])
        turn, scale = (place - spot) % 256, (place >> 8) - (spot >> 8) + 255
        for bin_ in ((a % 16, b) for a in (turn // 16, turn // 16 + 1) for b in (scale // 12, scale // 12 + 1)):
            held = best.setdefault(bin_, {})
            held[point] = max(weight, held.get(point, 0))
    found = points << 16 | weights
    sums = alike(np.array([0, 0, count]), found, spots, places)
    assert sums.tolist() == [0, max(sum(held.values()) for held in best.values())]


def test_own_points_are_the_strongest_answer_and_order_is_by_strength():
    chance = np.random.default_rng(3)
    made = few_words(chance, 20, 40)
    segment = sorted_in(made)
    answer = proposed([asking(chance, made[7][1])], [(segment, alive(segment))], telling([segment]), 20)
    assert answer[0][0] == made[7][0]
    assert [strength for _, strength in answer] == sorted((strength for _, strength in answer), reverse=True)


def test_of_two_queries_the_better_one_counts():
    chance = np.random.default_rng(4)
    made = few_words(chance, 5, 40)
    segment = sorted_in(made)
    parts, weights = [(segment, alive(segment))], telling([segment])
    one, two = asking(chance, made[0][1]), asking(chance, made[1][1])
    apart = [dict(proposed([query], parts, weights, 9)) for query in (one, two)]
    both = dict(proposed([one, two], parts, weights, 9))
    assert both == {id_: max(part.get(id_, 0) for part in apart) for id_ in apart[0].keys() | apart[1].keys()}


def test_only_the_best_by_turn_and_scale_are_laid_over(monkeypatch):
    chance = np.random.default_rng(5)
    made = few_words(chance, 40, 40)
    segment = sorted_in(made)
    monkeypatch.setattr(scoring, "CHECKED", 3)
    answer = proposed([asking(chance, made[9][1])], [(segment, alive(segment))], telling([segment]), 2)
    assert len(answer) == 2
    assert answer[0][0] == made[9][0]


def test_a_repeated_pattern_counts_once():
    spot = np.uint32(1 << 24 | 1 << 16)
    one = Points(np.zeros(30, np.uint32), np.zeros(30, np.uint64), np.full(30, spot))
    segment = sorted_in([(1, one)])
    query = asking(np.random.default_rng(6), one)
    assert proposed([query], [(segment, alive(segment))], telling([segment]), 5) == []


def test_a_word_that_too_many_have_is_not_looked_up():
    chance = np.random.default_rng(7)
    made = few_words(chance, 2500, 3)
    segment = sorted_in(made)
    weights = telling([segment])
    assert weights[:40].max() == 0
    assert weights[40:].min() > 0
    assert proposed([asking(chance, made[0][1])], [(segment, alive(segment))], weights, 5) == []


def test_many_points_of_the_query_on_one_place_count_once_for_it():
    """The query has each point four times side by side, the picture once: the picture's own weight is all it gets."""
    chance = np.random.default_rng(8)
    one = few_words(chance, 1, 12)[0][1]
    spread = Points(*(np.repeat(part, 4) for part in (one.words, one.signatures, one.places)))
    beside = spread.places + np.tile(np.arange(4), 12).astype(np.uint32) * np.uint32(1 << 16)
    segment = sorted_in([(1, one)])
    weights = telling([segment])
    plain = Asked(one.words[:, None], one.signatures[:, None], one.places)
    crowded = Asked(spread.words[:, None], spread.signatures[:, None], beside)
    parts = [(segment, alive(segment))]
    (_, due), (_, told) = *proposed([plain], parts, weights, 1), *proposed([crowded], parts, weights, 1)
    assert told <= due
    assert told == strength_of(crowded, one, weights)
