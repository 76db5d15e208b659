"""Random local features that the tests of the index of words share: pictures, and what is asked about them."""

import numpy as np
from numpy.typing import NDArray

from clew.signals.contract import Signal
from clew.signals.indexes.contract import Entry
from clew.signals.indexes.words.points import Asked, Points
from clew.signals.indexes.words.segments import Segment, counts_of, weights_of
from clew.signals.local import words
from clew.signals.local.codec import pack
from clew.signals.local.features import Features

SIZE = (600, 800)


def features(seed: int, count: int = 60) -> Features:
    """Return the features of a picture that never was."""
    chance = np.random.default_rng([5, seed])
    shares = chance.gamma(0.6, size=(count, 128))
    rooted = np.sqrt(shares / shares.sum(axis=1, keepdims=True)) * 512
    return Features(
        size=SIZE,
        xy=(chance.random((count, 2)) * (SIZE[1], SIZE[0])).astype(np.float32),
        scale=np.exp2(chance.uniform(1, 6, count)).astype(np.float32),
        angle=chance.uniform(0, 2 * np.pi, count).astype(np.float32),
        descriptors=np.clip(rooted, 0, 255).astype(np.uint8),
    )


def signal(made: Features) -> Signal:
    return Signal("details", 1, pack(made, *words.assign(made.descriptors)))


def entries(first: int, last: int, count: int = 60) -> list[Entry]:
    """Return entries with the ids `first` to `last`, which are also their seeds."""
    return [Entry(number, signal(features(number, count))) for number in range(first, last)]


def few_words(chance: np.random.Generator, pictures: int, count: int) -> list[tuple[int, Points]]:
    """Return pictures whose points meet often: 40 words, signatures a few bits apart, places close together."""
    base = chance.integers(0, 1 << 62, 6, dtype=np.uint64)
    made = []
    for number in range(pictures):
        signatures = base[chance.integers(0, 6, count)]
        for _ in range(10):
            signatures = signatures ^ (np.uint64(1) << chance.integers(0, 64, count, dtype=np.uint64))
        places = [chance.integers(0, most, count) for most in (40, 30, 20, 20)]
        packed = sum(place << (8 * k) for k, place in enumerate(places))
        made.append((number * 7 + 1, Points(chance.integers(0, 40, count).astype(np.uint32), signatures,
                                            packed.astype(np.uint32))))
    return made


def telling(segments: list[Segment]) -> NDArray[np.uint8]:
    """Return how much each word tells in these segments."""
    return weights_of(sum(counts_of(segment) for segment in segments), sum(len(segment) for segment in segments))


def asking(chance: np.random.Generator, points: Points) -> Asked:
    """Return a query of several words a point: its own and another."""
    other = chance.integers(0, 40, len(points.words)).astype(np.uint32)
    other[other == points.words] += 1
    both = np.stack([points.signatures, points.signatures ^ np.uint64(0b1011)], axis=1)
    return Asked(np.stack([points.words, other], axis=1), both, points.places)
