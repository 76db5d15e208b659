import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.signals.alignment import stretches
from clew.signals.films.lines import Line, fitted, lines


def table_of(a, b, speed, offset, shared=(0.0, 99.0), seed=0):
    """Distances of unrelated frames, but for the moments of a that are shown in b: nearer the better they meet."""
    draw = np.random.default_rng(seed)
    table = draw.normal(128, 8, (len(a), len(b))).clip(95, 160)
    apart = np.abs(speed * a[:, None] + offset - b[None])
    inside = (a >= shared[0]) & (a <= shared[1])
    return np.where((apart < 0.4) & inside[:, None], 6 + 60 * apart, table).astype(np.int16)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([0.5, 0.63, 0.8, 1.0, 1.25, 1.6, 2.0]), st.floats(-3, 9), st.integers(0, 5))
def test_a_film_played_at_another_speed_is_one_stretch(speed, offset, seed):
    a, b = np.arange(0, 16, 0.21), np.arange(0, 45, 0.23)
    table = table_of(a, b, speed, offset, seed=seed)
    best = max(stretches(table, a, b), key=lambda one: one.weight)
    assert best.speed == pytest.approx(speed, abs=0.02)
    start, end, b_start, b_end = best.segment
    first, near = max(0.0, -offset / speed), 0.4 / speed + 0.25  # so far off a frame is still near, and one frame more
    assert start == pytest.approx(first, abs=near)
    assert end == pytest.approx(a[-1], abs=near)
    assert b_start == pytest.approx(speed * first + offset, abs=0.9)
    assert b_end == pytest.approx(speed * end + offset, abs=0.9)


def test_what_is_alike_all_the_time_has_no_speed():
    times = np.arange(20) * 0.5
    table = np.full((20, 20), 20, np.int16)
    assert all(one.contrast == 0 for one in stretches(table, times, times))


def test_without_a_near_frame_there_is_no_line():
    assert lines(np.full((5, 5), 90, np.int16), np.arange(5.0), np.arange(5.0)) == []


def test_a_line_is_fitted_and_nearly_the_same_speed_is_the_same():
    a = np.arange(0, 10, 0.5)
    assert fitted(Line(1.2, 0.8), a, 1.25 * a + 0.5) == Line(1.25, 0.5)
    assert fitted(Line(1.03, 2.0), a, 1.005 * a + 2).speed == 1.0
    assert fitted(Line(1.0, 0.0), a[:2], a[:2]) is None
    assert fitted(Line(2.0, 0.0), a, 2.6 * a) is None


def test_a_line_is_told_from_the_other_side():
    line = Line(2.0, 3.0)
    assert line.reversed() == Line(0.5, -1.5)
    assert line.reversed().reversed() == line
