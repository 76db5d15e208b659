import numpy as np

from clew.signals.sounds.drawn import babble, sound


def test_the_same_seed_draws_the_same_sound():
    assert np.array_equal(babble(3, 2), babble(3, 2))
    assert not np.array_equal(babble(3, 2), babble(4, 2))
    assert np.abs(babble(3, 2)).max() <= 1


def test_parts_follow_each_other():
    opened = sound((1, 2), (2, 1.5))
    assert (opened.kind, opened.duration, len(opened.sound.samples)) == ("sound", 3.5, 56_000)
    assert np.array_equal(opened.sound.samples[:32_000], babble(1, 2))
