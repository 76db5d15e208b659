"""How 256 bits are cut into 16 bands of 16 bits, and which values of each band are probed at which radius.

Generalised pigeonhole (Norouzi, Punjani, Fleet 2012): with thresholds t_b and sum(t_b + 1) = radius + 1, two hashes
that differ by more than t_b in every band b differ by more than the radius, so probing within t_b misses no pair.
Pigeonring (Qin, Xiao 2018): going round the bands, a pair within the radius also has a band b that stays within t_b
and, together with the band after it, within t_b + t_next + 1; so the next band rules out nearly all of a bucket.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

BITS = 256
RADIUS = 31
BANDS, WIDTH = 16, 16
KEYS = 1 << WIDTH
SCAN_ALONE = 20_000  # below this many hashes a linear scan is as fast as any probing
MOST_ROWS = 1 << 31
SCAN_SHARE = 16  # rows to compare above 1/16 of all: a scan in order is faster than jumping about (measured)


@dataclass(frozen=True)
class Probes:
    """What is looked up at one radius: `masks` int64, and `bands` int64 (m, 4), one line a band.

    A line holds: masks from, masks to, threshold, and the most that this band and the next may differ by together.
    """

    bands: NDArray[np.int64]
    masks: NDArray[np.int64]


@cache
def bit_order() -> tuple[int, ...]:
    """Return the fixed order in which a hash's bits are laid out in a row: neighbours in PDQ sway together."""
    return tuple(sorted(range(BITS), key=lambda bit: hashlib.sha256(b"clew hamming bits 1 %d" % bit).digest()))


def band_count(distinct: int) -> int:
    """Return how many bands an index of `distinct` hashes has; 0 means that it is only ever scanned."""
    return BANDS if distinct >= SCAN_ALONE else 0


@cache
def thresholds(radius: int = RADIUS) -> tuple[int, ...]:
    """Return t_b of each band, -1 where a band need not be probed."""
    shares = radius + 1
    return tuple(shares // BANDS + (band < shares % BANDS) - 1 for band in range(BANDS))


def _masks(threshold: int) -> list[int]:
    """Return every pattern of at most `threshold` set bits, sorted so that probes near in memory follow each other."""
    return sorted(
        sum(1 << bit for bit in bits) for flips in range(threshold + 1) for bits in combinations(range(WIDTH), flips)
    )


@cache
def probes(radius: int = RADIUS) -> Probes:
    """Return what is probed at `radius`."""
    table: list[tuple[int, ...]] = []
    masks: list[int] = []
    allowed = thresholds(radius)
    for band, threshold in enumerate(allowed):
        patterns = _masks(threshold)
        stop, pair = len(masks) + len(patterns), threshold + allowed[(band + 1) % BANDS] + 1
        table.append((len(masks), stop, threshold, pair))
        masks += patterns
    return Probes(np.array(table, np.int64), np.array(masks, np.int64))
