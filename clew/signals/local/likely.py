"""Which stills of two media are worth laying on each other: those that share the most words. It decides nothing."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from clew.signals.local.compact import mirrored
from clew.signals.local.evidence import View
from clew.signals.local.words import of_compact

MOST: Final = 12
"""Pairs of stills compared for one pair of media: bounds its time."""


def likely_pairs(a: Sequence[View], b: Sequence[View]) -> list[tuple[int, int]]:
    """Return places in a and b, the likeliest first, at most `MOST`; all of them where there are no more."""
    every = [(i, j) for i in range(len(a)) for j in range(len(b))]
    if len(every) <= MOST:
        return every
    theirs = [np.unique(view.points.words) for view in b]
    shared = []
    for view in a:
        upright = np.unique(view.points.words)
        turned = np.unique(of_compact(mirrored(view.points.descriptors))[0])
        shared += [
            max(np.isin(upright, words).sum(), np.isin(turned, words).sum()) / (len(words) * len(upright) + 1) ** 0.5
            for words in theirs
        ]
    best = np.argsort(-np.array(shared), kind="stable")[:MOST]
    return [every[int(place)] for place in best]
