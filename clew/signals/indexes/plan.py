"""How 256 bits are cut into bands: which bits, how many, and which values are probed at which radius.

Generalised pigeonhole (Norouzi, Punjani, Fleet 2012): with thresholds t_b and sum(t_b + 1) = radius + 1, two hashes
that differ by more than t_b in every band b differ by more than the radius, so probing within t_b misses no pair.
Pigeonring (Qin, Xiao 2018): going round the bands, a pair within the radius also has a band b that stays within t_b
and, together with the band after it, within t_b + t_next + 1; so a few bits of the next band may rule a posting out.
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
CHECK_BITS = 16  # of the next band, at most: what a posting of 32 bits has to spare beside its row
MOST_ROWS = 1 << 31
SCAN_SHARE = 24  # candidates above 1/24 of all rows: a scan in order is faster than jumping about (measured)


@dataclass(frozen=True)
class Probes:
    """What is looked up at one radius: `masks` int64, and `bands` int64 (m, 8), one line a band.

    A line holds: first bit, width, first offset, masks from, masks to, threshold, the most that this band and the next
    may differ by together, and the next band's first bit.
    """

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
    table: list[tuple[int, ...]] = []
    masks: list[int] = []
    first, offset = 0, 0
    allowed = thresholds(bands, radius)
    for band, (width, threshold) in enumerate(zip(widths(bands), allowed, strict=True)):
        patterns, following = _masks(width, threshold), (band + 1) % bands
        stop, pair = len(masks) + len(patterns), threshold + allowed[following] + 1
        table.append((first, width, offset, len(masks), stop, threshold, pair, (first + width) % BITS))
        masks += patterns
        first, offset = first + width, offset + (1 << width) + 1
    return Probes(np.array(table, np.int64), np.array(masks, np.int64))


def row_bits(rows: int) -> int:
    """Return how many of a posting's 32 bits number the row; the others hold the first bits of its next band."""
    return max(32 - CHECK_BITS, (rows - 1).bit_length())


def offset_count(bands: int) -> int:
    """Return how many offsets an index of `bands` bands holds: one per bucket and one to end each band."""
    return sum((1 << width) + 1 for width in widths(bands)) if bands else 0
