"""Colours of agreeing points: the same place in another light against a room furnished alike in other paint."""

import numpy as np
import pytest

from clew.signals.places.colours import UNKNOWN, agreeing


def colours(seed: int, count: int = 60) -> np.ndarray:
    return np.random.default_rng(seed).integers(60, 190, (count, 3)).astype(np.uint8)


def test_one_place_under_a_warmer_and_weaker_light_goes_together() -> None:
    seen = colours(1)
    warmer = np.clip(seen * (0.6, 0.7, 0.7) + (0, 50, 60), 0, 255).astype(np.uint8)
    assert agreeing(seen, seen) == pytest.approx(1.0)
    assert agreeing(seen, warmer) > 0.99
    assert agreeing(warmer, seen) == agreeing(seen, warmer)


def test_other_paint_does_not() -> None:
    assert agreeing(colours(1), colours(2)) < 0.3
    seen = colours(3)
    assert agreeing(seen, 255 - seen) == 0.0


def test_without_colours_nothing_is_known() -> None:
    grey = colours(4)
    grey[:, 1:] = 128
    assert agreeing(grey, colours(4)) == agreeing(colours(4), grey) == agreeing(grey, grey) == UNKNOWN


def test_lightness_alone_counts_for_nothing() -> None:
    a, b = colours(5), colours(6)
    b[:, 0] = a[:, 0]
    assert agreeing(a, b) < 0.3
