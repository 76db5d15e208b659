import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.signals.alignment import stretches


def films(count_a, count_b, start_a, start_b, length, seed=0, near=6):
    """Return a table of unrelated frames (about 128 bits) with a shared part of `length` frames on a diagonal."""
    draw = np.random.default_rng(seed)
    table = draw.normal(128, 8, (count_a, count_b)).clip(90, 170).astype(np.int16)
    for n in range(length):
        table[start_a + n, start_b + n] = near
    return table, np.arange(count_a) * 0.5, np.arange(count_b) * 0.5


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.integers(0, 50), st.integers(3, 10), st.integers(0, 5))
def test_a_shared_part_is_found_where_it_is(start_a, start_b, length, seed):
    table, a, b = films(40, 60, start_a, start_b, length, seed)
    (only,) = stretches(table, a, b)
    last = length - 1
    assert only.segment == (a[start_a], a[start_a + last], b[start_b], b[start_b + last])
    assert only.mean == 6
    assert only.contrast > 100
    assert only.seconds == last * 0.5


def test_two_parts_at_different_offsets_are_two_stretches():
    table, a, b = films(40, 60, 0, 20, 8)
    table[20 + np.arange(6), 2 + np.arange(6)] = 10
    assert sorted(s.segment for s in stretches(table, a, b)) == [(0.0, 3.5, 10.0, 13.5), (10.0, 12.5, 1.0, 3.5)]


def test_a_part_shown_twice_is_told_twice():
    table, a, b = films(10, 60, 0, 5, 10)
    table[np.arange(10), 40 + np.arange(10)] = 8
    assert sorted(s.segment[2] for s in stretches(table, a, b)) == [2.5, 20.0]


def test_short_gaps_do_not_cut_a_stretch_and_loose_ends_come_off():
    table, a, b = films(30, 30, 5, 5, 10)
    table[9, 9] = 130
    table[15, 15] = 70
    (only,) = stretches(table, a, b)
    assert only.segment == (2.5, 7.0, 2.5, 7.0)


def test_nothing_within_the_radius_is_nothing():
    table, a, b = films(20, 20, 0, 0, 20, near=32)
    assert stretches(table, a, b) == []


def test_where_everything_is_alike_there_is_no_contrast():
    table = np.full((20, 20), 20, np.int16)
    times = np.arange(20) * 0.5
    assert max(s.contrast for s in stretches(table, times, times)) == 0
    assert all(s.weight == 0 for s in stretches(table, times, times))


def test_different_samplings_of_one_film_still_meet():
    """Every 0.5 s against every 0.8 s: only frames within the tolerance are compared."""
    a, b = np.arange(0, 20, 0.5), np.arange(0, 20, 0.8)
    table = np.full((len(a), len(b)), 128, np.int16)
    near = np.abs(a[:, None] - b[None, :]) <= 0.3
    table[near] = 20
    (first, *_) = stretches(table, a, b)
    assert abs(first.segment[0]) <= 0.5
    assert first.segment[1] > 18


def test_a_still_part_is_bridged_by_its_first_and_last_frame():
    a, b = np.array([0.0, 10.0]), np.arange(0, 10.5, 0.5)
    table = np.full((2, len(b)), 4, np.int16)
    (first, *_) = stretches(table.T.copy(), b, a)
    assert first.segment[:2] == (0.0, 10.0)
