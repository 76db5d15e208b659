import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.signals.sounds.spectrum import BANDS, HOP, LOWEST, PER_OCTAVE, RATE, loudness


def tone(hertz, seconds=1.0):
    return np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE).astype(np.float32)


@settings(deadline=None)
@given(st.integers(0, 5 * HOP + 3))
def test_there_is_a_row_for_every_64_ms_begun(length):
    rows = loudness(np.ones(length, np.float32))
    assert rows.shape == (-(-length // HOP), BANDS)
    assert np.isfinite(rows).all()


@pytest.mark.parametrize("band", [6, 20, 41, 60])
def test_a_tone_is_loudest_in_its_band(band):
    rows = loudness(tone(LOWEST * 2 ** (band / PER_OCTAVE)))
    assert (rows[2:-2].argmax(axis=1) == band).all()


def test_twice_the_amplitude_is_six_decibels():
    noise = np.random.default_rng(1).normal(size=RATE).astype(np.float32)
    assert np.abs(loudness(2 * noise) - loudness(noise) - 6.02).max() < 0.01


def test_a_bang_is_heard_in_the_row_of_its_moment():
    samples = np.zeros(20 * HOP, np.float32)
    samples[10 * HOP + HOP // 2] = 1.0
    assert loudness(samples).sum(axis=1).argmax() == 10
