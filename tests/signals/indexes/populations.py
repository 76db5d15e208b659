"""Populations of hashes that tests and benchmarks share: even, in clusters, with lopsided bits, and degenerate."""

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint8]
KINDS = ("uniform", "clustered", "biased", "degenerate")


def hashes_of(kind: str, size: int, chance: np.random.Generator) -> Hashes:
    """Return (size, 32) uint8 of one kind.

    clustered: groups of about 50 whose members lie up to 24 bits from their centre; biased: half of the bits are set
    in one hash of ten; degenerate: one in twenty is the same hash, one in twenty lies a few bits from it.
    """
    if kind == "clustered":
        centres = chance.integers(0, 256, (size // 50 + 1, 32), dtype=np.uint8)
        return _noisy(centres[chance.integers(0, len(centres), size)], chance.integers(0, 25, size), chance)
    if kind == "biased":
        even, rare = chance.random((size, 256), np.float32) < 0.5, chance.random((size, 256), np.float32) < 0.1
        return np.packbits(np.where(np.arange(256) % 2 == 0, even, rare), axis=1)
    hashes = chance.integers(0, 256, (size, 32), dtype=np.uint8)
    if kind == "degenerate":
        places = chance.permutation(size)
        same, near = places[: size // 20 + 1], places[size // 20 + 1: size // 10 + 1]
        hashes[same] = 0x5A
        hashes[near] = _noisy(np.full((len(near), 32), 0x5A, np.uint8), chance.integers(1, 9, len(near)), chance)
    return hashes


def flipped(one: Hashes, flips: int, chance: np.random.Generator) -> Hashes:
    """Return a hash (32,) with exactly `flips` of its bits turned over."""
    bits = np.unpackbits(one)
    bits[chance.permutation(256)[:flips]] ^= 1
    return np.packbits(bits)


def _noisy(hashes: Hashes, flips: NDArray[np.int64], chance: np.random.Generator) -> Hashes:
    """Turn over up to flips[i] bits of hash i (one drawn twice is turned back)."""
    for turn in range(int(flips.max(initial=0))):
        rows = np.flatnonzero(flips > turn)
        bits = chance.integers(0, 256, len(rows))
        hashes[rows, bits >> 3] ^= np.left_shift(1, bits & 7).astype(np.uint8)
    return hashes
