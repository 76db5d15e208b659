import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.signals.indexes.prints import votes as voting
from clew.signals.indexes.prints.postings import Peaks, made
from clew.signals.indexes.prints.proof import by_hand
from clew.signals.indexes.prints.votes import LEAST, MOST_ASKED, asked_of, votes
from clew.signals.sounds.landmarks import Marks


@st.composite
def sounds(draw):
    length = draw(st.integers(1, 300))
    some = draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, length - 1)), max_size=40))
    return Peaks(np.array([n for n, _ in some], np.uint32), np.array([t for _, t in some], np.uint16), length)


@settings(deadline=None)
@given(st.lists(sounds(), min_size=1, max_size=6), sounds())
def test_votes_are_those_counted_by_hand(held, asked):
    counted = votes(made(range(len(held)), held), asked)
    assert counted == pytest.approx([by_hand(one, asked) for one in held], rel=1e-4)


@settings(deadline=None)
@given(st.lists(sounds(), min_size=2, max_size=6), sounds())
def test_entries_in_small_groups_get_the_same_votes(held, asked):
    alone = [float(votes(made([0], [one]), asked)[0]) for one in held]
    assert votes(made(range(len(held)), held), asked) == pytest.approx(alone)


def test_many_entries_need_few_counters():
    dice = np.random.default_rng(1)
    one = Peaks(dice.integers(0, 60_000, 300).astype(np.uint32), np.sort(dice.integers(0, 14_000, 300)).astype(np.uint16), 14_000)
    counted = votes(made(range(700), [one] * 700), one)  # more than one group of counters
    assert (counted == counted[0]).all()
    assert counted[0] > 10


def test_too_few_votes_are_none():
    few = Peaks(np.arange(LEAST - 1, dtype=np.uint32), np.arange(LEAST - 1, dtype=np.uint16), 50)
    more = Peaks(np.arange(LEAST, dtype=np.uint32), np.arange(LEAST, dtype=np.uint16), 50)
    assert votes(made([1, 2], [few, more]), more).tolist() == [0.0, pytest.approx(by_hand(more, more))]


def test_a_long_sound_asks_for_a_bounded_number(monkeypatch):
    rows = np.repeat(np.arange(900), 12).astype(np.uint16)
    marks = Marks(rows, np.random.default_rng(2).integers(0, 255, len(rows)).astype(np.uint8))
    assert len(asked_of(marks, 900).numbers) == MOST_ASKED
    monkeypatch.setattr(voting, "MOST_ASKED", 500)
    fewer = asked_of(marks, 900)
    assert len(fewer.numbers) == len(fewer.moments) == 500
    assert fewer.moments.max() > 850
