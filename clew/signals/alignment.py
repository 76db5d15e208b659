"""Two films laid over each other in time: where a table of frame distances runs along a line, at any speed.

Arrays in, stretches out; it knows no signals and gives no verdicts. Elsewhere counts as much as here: two films of one
person in one room are alike at every moment, a copy is alike at the right one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.films.lines import Line, Table, Times, lines
from clew.signals.pdq_hash import BITS, DISTANCE

Places = NDArray[np.intp]
Run = tuple[Places, Places, Table]
AGREE: Final = 72
"""Bits: at the right moment a frame this near may be the same under a logo; unrelated frames lie at about 128."""
TOLERANCE: Final = 0.35
"""Seconds by which two samplings of one film may miss each other's frames."""
STILL: Final = 6
"""Bits: between two frames this near the film is taken to stand still."""
APART: Final = 1.5
"""Seconds: frames further than this from the aligned moment tell how alike the two films are anyway."""
_OTHER_SPEED: Final = 0.9
_GAP: Final = 2
_GAP_SECONDS: Final = 1.2
"""So many disagreeing frames in a row, or so short a time, do not yet end a stretch."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames of `a` and `b` that lie over each other, and how near each pair is here and at other moments (bits).

    Other moments are those of the same stretch or those of the rest of the films, whichever are nearer: an empty room
    is alike for as long as it stays empty. `speed`: seconds of b that pass in one of a.
    """

    a: Places
    b: Places
    here: NDArray[np.float64]
    elsewhere: NDArray[np.float64]
    segment: tuple[float, float, float, float]
    speed: float = 1.0

    @property
    def mean(self) -> float:
        """Mean distance in bits of the aligned frames."""
        return float(self.here.mean())

    @property
    def contrast(self) -> float:
        """By how many bits the frames lie nearer here than at other moments; 0 where nothing else is known."""
        return float((self.elsewhere - self.here).mean())

    @property
    def seconds(self) -> float:
        """Length in seconds on the shorter side."""
        a_start, a_end, b_start, b_end = self.segment
        return min(a_end - a_start, b_end - b_start)

    @property
    def weight(self) -> float:
        """Aligned frames, each counted by how near it is and how much nearer than elsewhere: 0 says nothing."""
        nearness = 1 - self.here / AGREE
        return float(nearness.sum()) * min(1.0, max(0.0, self.contrast) / 64)


def stretches(table: Table, a: Times, b: Times) -> list[Stretch]:
    """Return the stretches two films share, those with the most near frames first, no moment told twice.

    `table` (n, m) distances; `a` (n,) and `b` (m,) times in seconds, ascending. Each stretch has a frame within
    DISTANCE, so an index finds every pair of films that has one.
    """
    found = [(run, line) for line in lines(table, a, b) for run in _runs(a, *_along(table, a, b, line))]
    found.sort(key=lambda one: (-_nearness(one), one[0][0][0], abs(one[1].offset)))
    kept: list[Stretch] = []
    seen_a, seen_b = np.zeros(len(a), bool), np.zeros(len(b), bool)
    for run, line in found:
        rows, columns, _ = run
        if max(np.mean(~seen_a[rows]), np.mean(~seen_b[columns])) > 0.5:
            kept.append(_measured(table, a, b, run, line))
            seen_a[rows] = seen_b[columns] = True
    return kept


def _nearness(one: tuple[Run, Line]) -> float:
    """Return how many frames agree; at another speed than the film's own they have to agree a little better."""
    (_, _, here), line = one
    return float((1 - here / AGREE).sum()) * (1.0 if line.speed == 1 else _OTHER_SPEED)


def _along(table: Table, a: Times, b: Times, line: Line) -> Run:
    """Return frames of `a`, their partners in `b` on this line and the distances, where `b` has a frame then."""
    wanted = line.speed * a + line.offset
    right = np.clip(np.searchsorted(b, wanted), 0, len(b) - 1)
    left = np.maximum(right - 1, 0)
    rows = np.arange(len(a))
    # in a still part of the film its first and last frame stand for all between
    still = (np.abs(table[:, left] - table[:, right])[rows, rows] <= STILL) & (b[left] <= wanted) & (wanted <= b[right])
    far = np.int16(BITS + 1)
    reach = [
        np.where((np.abs(b[j] - wanted) <= TOLERANCE) | (still & (table[rows, j] <= DISTANCE)), table[rows, j], far)
        for j in (left, right)
    ]
    distances = np.minimum(reach[0], reach[1])
    partner = np.where(reach[0] <= reach[1], left, right)
    there = distances < far
    return rows[there], partner[there], distances[there]


def _runs(times: Times, a: Places, b: Places, distances: Table) -> list[Run]:
    """Cut aligned frames into runs that agree: short gaps allowed, loose ends off, one frame within DISTANCE."""
    agree = np.nonzero(distances <= AGREE)[0]
    runs = []
    ended = (np.diff(agree) > _GAP + 1) & (np.diff(times[a[agree]]) > _GAP_SECONDS)
    for part in np.split(agree, np.flatnonzero(ended) + 1) if len(agree) else []:
        limit = np.clip(2 * np.median(distances[part]) + 16, DISTANCE, AGREE)
        firm = part[distances[part] <= limit]
        if len(firm) and distances[firm].min() <= DISTANCE:
            whole = slice(firm[0], firm[-1] + 1)
            runs.append((a[whole], b[whole], distances[whole]))
    return runs


def _measured(table: Table, a: Times, b: Times, run: Run, line: Line) -> Stretch:
    rows, columns, here = run
    over = line.speed * a + line.offset
    elsewhere = here.astype(np.float64)
    for n, (i, j) in enumerate(zip(rows, columns, strict=True)):
        far = [table[i, np.abs(b - over[i]) > APART], table[np.abs(over - b[j]) > APART, j]]
        near = [
            table[i, columns[np.abs(b[columns] - b[j]) > TOLERANCE]],
            table[rows[np.abs(a[rows] - a[i]) > TOLERANCE], j],
        ]
        usual = [np.median(others) for others in map(np.concatenate, (far, near)) if len(others)]
        elsewhere[n] = min(usual, default=elsewhere[n])
    return Stretch(rows, columns, here.astype(np.float64), elsewhere, _ends(table, a, b, run, line), line.speed)


def _ends(table: Table, a: Times, b: Times, run: Run, line: Line) -> tuple[float, float, float, float]:
    """Return where a run begins and ends in both films, seen from either: what stands still has few moments on one side."""
    rows, columns, here = run
    start, end = float(a[rows[0]]), float(a[rows[-1]])
    there, _, apart = _along(table.T, b, a, line.reversed())
    limit = np.clip(2 * np.median(here) + 16, DISTANCE, AGREE)
    fits = apart <= limit
    over = np.isin(there, columns)
    if over.any():
        first, last = np.flatnonzero(over)[[0, -1]]
        while first > 0 and fits[first - 1]:
            first -= 1
        while last < len(there) - 1 and fits[last + 1]:
            last += 1
        ends = (b[there[[first, last]]] - line.offset) / line.speed
        start, end = min(start, max(float(ends[0]), float(a[0]))), max(end, min(float(ends[1]), float(a[-1])))
    b_start, b_end = (float(np.clip(line.speed * t + line.offset, b[0], b[-1])) for t in (start, end))
    return start, end, b_start, b_end
