"""The numbers of the index of words, in one place; measured by benchmarks/words_index.py (docs/decisions/012)."""

from typing import Final

import numpy as np

MOST_POINTS: Final = 640
"""Points of a picture that are indexed, the strongest of every part of it first: 14 bytes each."""
MOST_ASKED: Final = 800
LOOKUPS: Final = 9600
MANY_SAVE: Final = 6
"""Words in which a query is looked up, less 6 for each of its points: its few points in up to 32 each, its many in 6."""
MOST_PROBES: Final = 32
NEAR: Final = 18
"""Bits of the 64 in which the signatures of one point may differ."""
SEGMENT: Final = 32_768
"""Pictures of one segment, so that 16 bits number them and one segment at a time is sorted in memory."""
CHECKED: Final = 400
"""Pictures whose points are laid over those of the query; the others are ranked by turn and scale alone."""
LEAST_POINTS: Final = 3
"""Places that must agree before a picture is worth naming."""
GUESSES: Final = 48
"""Agreements of one picture that are each taken as the true one in turn."""
STOP_SHARE: Final = 50
"""A word that one picture in 50 has tells little and costs much: it is not looked up."""
STOP_FROM: Final = 2000
TURN_NEAR: Final = 16
"""Of 256 steps of a turn."""
SCALE_NEAR: Final = 14
"""Of 24 steps of an octave."""
PLACE_STEP: Final = 4
"""Pixels of a step of a place."""
PLACE_NEAR: Final = 12
"""Squared steps by which a place may be off beside its point ..."""
PLACE_SHARE: Final = 25
"""... and farther away the squared distance over this."""
ONE: Final = 12
"""Bits behind the point of the whole numbers that turn and scale places."""

GAINS: Final = np.array([max(1, round(63 * np.exp(-((d / 13.0) ** 2)))) if d <= NEAR else 0 for d in range(65)], np.int64)
COSINES: Final = np.rint(np.cos(np.arange(256) * np.pi / 128) * (1 << ONE)).astype(np.int64)
SINES: Final = np.rint(np.sin(np.arange(256) * np.pi / 128) * (1 << ONE)).astype(np.int64)
SCALES: Final = np.rint(np.exp2(np.arange(-255, 256) / 24) * (1 << ONE)).astype(np.int64)
