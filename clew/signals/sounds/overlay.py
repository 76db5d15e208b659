"""Two grids laid over each other in every way: each moment, five speeds, three pitches. It gives likeness, no verdicts.

Likeness is a cosine: cells that agree less cells that disagree, over the geometric mean of the cells that say anything;
where few say anything it stays low. Music laid over speech lowers it, but strangers stay about zero.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.compiled import compiled, popcount
from clew.signals.sounds.grid import Grid

SPEEDS: Final = (0.94, 0.97, 1.0, 1.03, 1.06)
SHIFTS: Final = (-1, 0, 1)
BLOCK: Final = 4
"""Rows that are counted at once: windows move by so many."""
WINDOWS: Final = (32, 64)
"""Rows: two seconds and four."""
SHORTEST: Final = 16
"""Rows: a sound below one second is not compared."""
FEW: Final = 8
"""Cells a row that are counted as disagreeing silence, so that sounds which say little cannot agree much."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A window of `a` that is like `b`: rows `start` .. `start + length`, laid at `start * speed + offset` of `b`."""

    likeness: float
    start: int
    length: int
    offset: float
    speed: float
    shift: int


def seeds(a: Grid, b: Grid, least: float) -> list[Seed]:
    """Return the windows of `a` whose most like moment of `b` reaches `least`, the best first."""
    found: list[Seed] = []
    for window in sorted({min(window, len(a) // BLOCK * BLOCK) for window in WINDOWS}):
        if SHORTEST <= window <= len(b) / SPEEDS[0]:
            found += _best(a, b, window, least)
    return sorted(found, key=lambda seed: (-seed.likeness, seed.start, seed.offset, seed.length))


def _best(a: Grid, b: Grid, window: int, least: float) -> list[Seed]:
    best = np.zeros((len(a) // BLOCK, 4))  # likeness, place in the warped b, which speed, which shift
    for number, speed in enumerate(SPEEDS):
        warped = faster(b, speed)
        for shift in SHIFTS:
            other = higher(warped, shift)
            _scan(a.loud, a.low, other.loud, other.low, window // BLOCK, number, shift, best)
    return [
        Seed(float(alike), int(place) * BLOCK, window, float((at - place * BLOCK) * SPEEDS[int(number)]),
             SPEEDS[int(number)], int(shift))
        for place, (alike, at, number, shift) in enumerate(best) if alike >= least
    ]


def faster(grid: Grid, speed: float) -> Grid:
    """Return every `speed`-th row: what this sound would be, played so many times as fast."""
    rows = np.floor(np.arange(int(len(grid) / speed)) * speed + 0.5).astype(np.int64)
    rows = np.minimum(rows, max(0, len(grid) - 1))
    return Grid(grid.loud[rows], grid.low[rows])


def higher(grid: Grid, shift: int) -> Grid:
    """Return the cells moved up by `shift` bands; those moved out are lost."""
    by = np.uint64(abs(shift))
    return Grid(grid.loud << by, grid.low << by) if shift >= 0 else Grid(grid.loud >> by, grid.low >> by)


def along(a: Grid, b: Grid, offset: float, speed: float, first: int, last: int) -> NDArray[np.int32]:
    """Return for rows first..last of `a`, (rows, 3): cells that agree less those that do not, cells of a, cells of b.

    The partner of a row is `row * speed + offset` of `b`; a row without one has none of anything.
    """
    counted: NDArray[np.int32] = _along(a.loud, a.low, b.loud, b.low, offset, speed, first, last)
    return counted


def together(a: Grid, b: Grid, offset: float, speed: float, first: int, last: int) -> float:
    """Return the likeness of rows first..last of `a` and their partners in `b`."""
    return _together(a.loud, a.low, b.loud, b.low, offset, speed, first, last)


@compiled
def _row(a_loud: Any, a_low: Any, b_loud: Any, b_low: Any, row: int, other: int) -> tuple[int, int, int]:
    up, down, high, deep = a_loud[row], a_low[row], b_loud[other], b_low[other]
    agree = popcount((up & high) | (down & deep)) - popcount((up & deep) | (down & high))
    return agree, popcount(up | down), popcount(high | deep)


@compiled
def _along(a_loud: Any, a_low: Any, b_loud: Any, b_low: Any, offset: float, speed: float, first: int, last: int) -> Any:
    counted = np.zeros((last - first, 3), np.int32)
    for row in range(max(0, first), min(len(a_loud), last)):
        other = math.floor(row * speed + offset + 0.5)
        if 0 <= other < len(b_loud):
            counted[row - first] = _row(a_loud, a_low, b_loud, b_low, row, other)
    return counted


@compiled
def _together(a_loud: Any, a_low: Any, b_loud: Any, b_low: Any, offset: float, speed: float, first: int, last: int) -> float:
    agreeing, mine, theirs = 0, FEW * (last - first), FEW * (last - first)
    for row in range(max(0, first), min(len(a_loud), last)):
        other = math.floor(row * speed + offset + 0.5)
        if 0 <= other < len(b_loud):
            agree, has, told = _row(a_loud, a_low, b_loud, b_low, row, other)
            agreeing += agree
            mine += has
            theirs += told
    return agreeing / math.sqrt(float(mine) * float(theirs))


@compiled
def _scan(a_loud: Any, a_low: Any, b_loud: Any, b_low: Any, blocks: int, number: int, shift: int, best: Any) -> None:
    """Put into `best`, for each window of `blocks` blocks of a, the most like place of b, if it is better than what is there."""
    count, far = len(a_loud) // BLOCK, len(b_loud)
    mine = np.zeros(count, np.int32)
    for block in range(count):
        for row in range(block * BLOCK, block * BLOCK + BLOCK):
            mine[block] += popcount(a_loud[row] | a_low[row])
    agreeing, theirs = np.zeros(count, np.int32), np.zeros(count, np.int32)
    few = FEW * BLOCK * blocks
    for lag in range(BLOCK * blocks - BLOCK * count, far - BLOCK * blocks + 1):
        first = max(0, (-lag + BLOCK - 1) // BLOCK)
        last = min(count, (far - lag) // BLOCK)
        for block in range(first, last):
            agree, told = 0, 0
            for row in range(block * BLOCK, block * BLOCK + BLOCK):
                up, down, high, deep = a_loud[row], a_low[row], b_loud[row + lag], b_low[row + lag]
                agree += popcount((up & high) | (down & deep)) - popcount((up & deep) | (down & high))
                told += popcount(high | deep)
            agreeing[block], theirs[block] = agree, told
        agree, has, told = 0, 0, 0
        for block in range(first, last):
            agree += agreeing[block]
            has += mine[block]
            told += theirs[block]
            if block - first >= blocks:
                agree -= agreeing[block - blocks]
                has -= mine[block - blocks]
                told -= theirs[block - blocks]
            start = block - blocks + 1
            if start >= first and agree > 0:
                value = agree / math.sqrt(float(has + few) * float(told + few))
                if value > best[start, 0]:
                    best[start, 0] = value
                    best[start, 1] = start * BLOCK + lag
                    best[start, 2] = number
                    best[start, 3] = shift
