import numpy as np
import pytest

from clew.signals.sounds.overlay import faster, higher
from clew.signals.sounds.stretch import shared
from tests.signals.sounds.test_overlay import drawn, joined


def test_the_ends_of_a_piece_are_found():
    piece = drawn(100, 1)
    found = shared(joined(drawn(60, 2), piece, drawn(80, 3)), joined(drawn(130, 4), piece, drawn(30, 5)), 0.4)
    assert found[0].start == pytest.approx(60, abs=12)
    assert found[0].end == pytest.approx(160, abs=12)
    assert found[0].b_start - found[0].start == pytest.approx(70, abs=1)
    assert all(one.weight < 0.4 for one in found[1:])


def test_the_speed_of_a_long_piece_is_found_exactly():
    whole = drawn(600, 6)
    found = shared(faster(whole, 1.05), whole, 0.4)
    assert found[0].speed == pytest.approx(1.05, abs=0.002)
    assert found[0].end - found[0].start > 550


def test_several_pieces_are_all_found():
    one, two = drawn(80, 7), drawn(90, 8)
    found = shared(joined(one, drawn(70, 9), two), joined(two, drawn(50, 10), higher(one, 1)), 0.4)
    sure = sorted((s.start, s.shift) for s in found if s.weight > 0.4)
    assert [shift for _, shift in sure] == [-1, 0]
    assert sure[1][0] == pytest.approx(150, abs=12)


def test_what_repeats_itself_is_known_to():
    beat = joined(*[drawn(12, 11)] * 12)
    assert shared(beat, beat, 0.4)[0].again > 0.8
    whole = drawn(144, 12)
    assert shared(whole, whole, 0.4)[0].again < 0.3


def test_longer_weighs_more_and_strangers_little():
    whole = drawn(400, 13)
    short = joined(drawn(100, 14), type(whole)(whole.loud[:40], whole.low[:40]), drawn(100, 15))
    assert shared(short, whole, 0.4)[0].weight < shared(whole, whole, 0.4)[0].weight
    strangers = shared(drawn(200, 16), drawn(300, 17), 0.4)
    assert all(one.weight < 0.25 for one in strangers)
    assert np.isfinite([one.likeness for one in strangers]).all()
