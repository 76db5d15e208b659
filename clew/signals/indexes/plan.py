"""How 256 bits are cut into bands: which bits, how many, and which values are probed at which radius.

Generalised pigeonhole (Norouzi, Punjani, Fleet 2012): with thresholds t_b and sum(t_b + 1) = radius + 1, two hashes
that differ by more than t_b in every band b differ by more than the radius, so probing within t_b misses no pair.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

BITS = 256
RADIUS = 31
SCAN_ALONE = 20_000  # below this many hashes a linear scan is as fast as any probing
SIZES = ((SCAN_ALONE, 0), (300_000, 16), (5_000_000, 13))  # (below this many distinct hashes, bands)
LARGEST = 11  # bands from the last size on
SCAN_SHARE = 20  # candidates above 1/20 of all rows: a scan in order is faster than jumping about


@dataclass(frozen=True)
class Probes:
    """For one radius: `bands` int64 (m, 5) of first bit, width, first offset, masks from, masks to; `masks` int64."""

    bands: NDArray[np.int64]
    masks: NDArray[np.int64]


@cache
def bit_order() -> tuple[int, ...]:
    """Return the fixed order in which a hash's bits are laid out in a row: neighbours in PDQ sway together."""
    return tuple(sorted(range(BITS), key=lambda bit: hashlib.sha256(b"clew hamming bits 1 %d" % bit).digest()))


def band_count(distinct: int) -> int:
    """Return how many bands an index of `distinct` hashes has; 0 means that it is only ever scanned."""
    return next((bands for below, bands in SIZES if distinct < below), LARGEST)


@cache
def widths(bands: int) -> tuple[int, ...]:
    """Return the bits of each band, wider ones first, adding up to 256."""
    return tuple(BITS // bands + (band < BITS % bands) for band in range(bands))


@cache
def thresholds(bands: int, radius: int = RADIUS) -> tuple[int, ...]:
    """Return t_b of each band, -1 where a band need not be probed; the wider bands take the larger ones."""
    shares = radius + 1
    return tuple(shares // bands + (band < shares % bands) - 1 for band in range(bands))


def _masks(width: int, threshold: int) -> list[int]:
    """Return every pattern of at most `threshold` set bits, sorted so that probes near in memory follow each other."""
    return sorted(
        sum(1 << bit for bit in bits) for flips in range(threshold + 1) for bits in combinations(range(width), flips)
    )


@cache
def probes(bands: int, radius: int = RADIUS) -> Probes:
    """Return what is probed in an index of `bands` bands at `radius`."""
    table: list[tuple[int, int, int, int, int]] = []
    masks: list[int] = []
    first, offset = 0, 0
    for width, threshold in zip(widths(bands), thresholds(bands, radius), strict=True):
        patterns = _masks(width, threshold)
        table.append((first, width, offset, len(masks), len(masks) + len(patterns)))
        masks += patterns
        first, offset = first + width, offset + (1 << width) + 1
    return Probes(np.array(table, np.int64).reshape(-1, 5), np.array(masks, np.int64))


def offset_count(bands: int) -> int:
    """Return how many offsets an index of `bands` bands holds: one per bucket and one to end each band."""
    return sum((1 << width) + 1 for width in widths(bands)) if bands else 0
