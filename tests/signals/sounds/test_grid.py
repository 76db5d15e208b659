import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.signals.sounds.grid import grid, standing_out
from clew.signals.sounds.spectrum import BANDS

DICE = np.random.default_rng(1)
ROUGH = DICE.normal(0, 8, (60, BANDS)).astype(np.float32)


def said(rows):
    cells = grid(standing_out(rows))
    return cells.loud | cells.low


def test_nothing_is_loud_and_low_at_once_and_bits_are_cells():
    out = standing_out(ROUGH)
    cells = grid(out)
    assert not (cells.loud & cells.low).any()
    assert cells.loud.any()
    for row, band in ((0, 0), (7, 13), (59, 63)):
        assert bool(int(cells.loud[row]) >> band & 1) == (out[row, band] > 2)
        assert bool(int(cells.low[row]) >> band & 1) == (out[row, band] < -2)


@settings(deadline=None)
@given(st.floats(-20, 20))
def test_how_loud_a_sound_is_as_a_whole_does_not_matter(more):
    assert np.abs(standing_out(ROUGH + np.float32(more)) - standing_out(ROUGH)).max() < 1e-3


def test_steady_tones_and_silence_say_nothing():
    steady = np.tile(DICE.normal(0, 20, BANDS).astype(np.float32), (60, 1))
    assert not said(steady).any()
    assert not said(np.full((60, BANDS), -70, np.float32)).any()
    assert not said(np.full((60, BANDS), -70, np.float32) + DICE.normal(0, 3, (60, BANDS)).astype(np.float32)).any()


def test_a_bang_of_all_bands_alike_says_nothing():
    bang = np.zeros((60, BANDS), np.float32)
    bang[30] = 30
    assert not said(bang).any()


def test_an_empty_sound_has_no_cells():
    assert len(grid(standing_out(np.zeros((0, BANDS), np.float32)))) == 0
