import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.signals.sounds.landmarks import ASKED, HASHES, PARTNERS, PER_SECOND, Marks, asked, hashes, marks
from clew.signals.sounds.spectrum import BANDS

peaks = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=60).map(
    lambda some: Marks(np.array(sorted({p[0] for p in some}), np.uint16),
                       np.array([p[1] for p in some][:len({p[0] for p in some})], np.uint8)))


@settings(deadline=None)  # the first run compiles
@given(peaks)
def test_a_sound_asks_for_everything_it_is_held_under(given_marks):
    held, moments = hashes(given_marks)
    wanted, times = asked(given_marks)
    assert len(held) == len(moments) <= PARTNERS * len(given_marks)
    assert len(wanted) <= ASKED * len(held)
    assert (wanted < HASHES).all()
    assert set(zip(held.tolist(), moments.tolist(), strict=True)) <= set(zip(wanted.tolist(), times.tolist(), strict=True))


@settings(deadline=None)  # the first run compiles
@given(st.integers(20, 60), st.integers(40, 200), st.integers(-30, 30), st.sampled_from([-2, 0, 2]), st.sampled_from([-1, 0, 1]))
def test_a_pair_played_a_little_higher_or_faster_is_asked_for(row, pitch, step, up, slower):
    pair = Marks(np.array([row, row + 12], np.uint16), np.array([pitch, pitch + step], np.uint8))
    other = Marks(np.array([row, row + 12 + slower], np.uint16), np.array([pitch + up, pitch + step + up], np.uint8))
    assert set(hashes(other)[0].tolist()) <= set(asked(pair)[0].tolist())


def test_peaks_are_the_highest_of_their_second_and_between_bands():
    out = np.zeros((64, BANDS), np.float32)
    out[10, 20], out[10, 21] = 20, 10
    out[40, 30] = 9
    found = marks(out)
    assert found.rows.tolist() == [10, 40]
    assert 80 < found.pitches[0] <= 82
    assert found.pitches[1] == 120
    many = np.random.default_rng(1).normal(0, 10, (160, BANDS)).astype(np.float32)
    assert np.bincount(marks(many).rows // 16).max() == PER_SECOND


def test_nothing_stands_out_of_silence():
    assert len(marks(np.zeros((50, BANDS), np.float32))) == 0
    assert len(marks(np.zeros((0, BANDS), np.float32))) == 0
    assert len(asked(marks(np.zeros((50, BANDS), np.float32)))[0]) == 0
