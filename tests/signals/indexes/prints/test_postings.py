import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.signals.indexes.prints.postings import made, merged
from clew.signals.sounds.landmarks import HASHES
from tests.signals.indexes.prints.test_votes import sounds

NONE = np.zeros(0, np.int64)


def told(postings):
    numbers = np.repeat(np.arange(HASHES), np.diff(postings.starts))
    return sorted(zip(numbers.tolist(), postings.ids[postings.entries].tolist(), postings.moments.tolist(), strict=True))


@settings(deadline=None, max_examples=30)
@given(st.lists(sounds(), max_size=5))
def test_every_number_is_under_its_entry_and_moment(held):
    ids = [10 * n + 3 for n in range(len(held))]
    postings = made(ids, held)
    due = [(n, i, t) for i, one in zip(ids, held, strict=True)
           for n, t in zip(one.numbers.tolist(), one.moments.tolist(), strict=True)]
    assert told(postings) == sorted(due)
    for number in range(7):
        within = postings.entries[postings.starts[number]:postings.starts[number + 1]].tolist()
        assert within == sorted(within)


@settings(deadline=None, max_examples=30)
@given(st.lists(sounds(), min_size=2, max_size=6), st.sets(st.integers(0, 5)))
def test_parts_merged_are_one_without_the_erased(held, erased):
    parts = [made([0], held[:1]), made(range(1, len(held)), held[1:])]
    kept = [n for n in range(len(held)) if n not in erased]
    whole = merged(parts, np.array(sorted(erased), np.int64))
    assert whole.ids.tolist() == kept
    assert told(whole) == told(made(kept, [held[n] for n in kept]))
    assert told(merged(parts, NONE)) == told(made(range(len(held)), held))


def test_postings_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        made([], []).starts[0] = 1
