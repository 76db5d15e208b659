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
    windows = sorted({min(window, len(a) // BLOCK * BLOCK) for window in WINDOWS})
    if windows[0] < SHORTEST or len(b) / SPEEDS[0] < windows[0]:
        return []
    best = np.zeros((len(windows), len(a) // BLOCK, 4))  # likeness squared, place in the warped b, which speed, which shift
    for number, speed in enumerate(SPEEDS):
        warped = faster(b, speed)
        for shift in SHIFTS:
            other = higher(warped, shift)
            _scan(a.loud, a.low, other.loud, other.low, np.array(windows), number, shift, best)
    found = []
    for which, place in zip(*np.nonzero((best[:, :, 0] >= least**2) & (best[:, :, 0] > 0)), strict=True):
        alike, at, number, shift = best[which, place].tolist()
        start, speed = int(place) * BLOCK, SPEEDS[int(number)]
        found.append(Seed(math.sqrt(alike), start, windows[which], (at - start) * speed, speed, int(shift)))
    return sorted(found, key=lambda seed: (-seed.likeness, seed.start, seed.offset, seed.length))


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
def _sums(loud: Any, low: Any) -> Any:
    """Return for each row how many cells of the rows before it say anything."""
    sums = np.zeros(len(loud) + 1, np.int64)
    for row in range(len(loud)):
        sums[row + 1] = sums[row] + popcount(loud[row] | low[row])
    return sums


@compiled
def _scan(a_loud: Any, a_low: Any, b_loud: Any, b_low: Any, windows: Any, number: int, shift: int, best: Any) -> None:
    """Put into `best` (windows, blocks, 4), for each window of a, the most like place of b, if better than what is there."""
    count, far, least = len(a_loud) // BLOCK, len(b_loud), windows.min()
    mine, theirs = _sums(a_loud, a_low), _sums(b_loud, b_low)
    rows, blocks = np.zeros(count * BLOCK, np.int64), np.zeros(count, np.int64)
    for lag in range(least - BLOCK * count, far - least + 1):
        first = max(0, (-lag + BLOCK - 1) // BLOCK)
        last = min(count, (far - lag) // BLOCK)
        begin, end = first * BLOCK, last * BLOCK
        _agreements(a_loud[begin:end], a_low[begin:end], b_loud[begin + lag:end + lag], b_low[begin + lag:end + lag], rows)
        for block in range(last - first):
            blocks[block] = rows[block * BLOCK] + rows[block * BLOCK + 1] + rows[block * BLOCK + 2] + rows[block * BLOCK + 3]
        for which in range(len(windows)):
            window, agree = windows[which], 0
            wide = window // BLOCK
            for block in range(last - first):
                agree += blocks[block] - (blocks[block - wide] if block >= wide else 0)
                if agree > 0 and block >= wide - 1:
                    start = first + block - wide + 1
                    row = start * BLOCK
                    has = mine[row + window] - mine[row] + FEW * window
                    told = theirs[row + lag + window] - theirs[row + lag] + FEW * window
                    value = float(agree) * float(agree)
                    if value > best[which, start, 0] * (float(has) * float(told)):
                        best[which, start, 0] = value / (float(has) * float(told))
                        best[which, start, 1] = row + lag
                        best[which, start, 2] = number
                        best[which, start, 3] = shift


@compiled
def _agreements(a_loud: Any, a_low: Any, b_loud: Any, b_low: Any, agreeing: Any) -> None:
    """Count agreeing less disagreeing cells of each row; nothing else in this loop, so that many rows are counted at once."""
    for row in range(len(a_loud)):
        up, down, high, deep = a_loud[row], a_low[row], b_loud[row], b_low[row]
        agreeing[row] = popcount((up & high) | (down & deep)) - popcount((up & deep) | (down & high))
