"""At which speed and from which moment one film may lie over another: lines that near frames vote for.

It proposes; what lies along a line is measured in `alignment`.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clew.signals.pdq_hash import DISTANCE

Times = NDArray[np.float64]
Table = NDArray[np.int16]
OFFSETS: Final = 64
_BIN: Final = 0.25
_SPEEDS: Final = np.exp(np.arange(-24, 25) * np.log(2.1) / 24)
"""From 0.48 to 2.1 in steps of 3 %, so that a line through half a minute is never more than half a second off."""
_NEAREST: Final = 3
"""Of a frame's partners so many vote for a speed: in a still scene all are near and none says when it is."""
_PROPOSED: Final = 12
_LEAST: Final = 4
_REACH: Final = 0.5
_FITS: Final = 3
_SAME: Final = 0.012
"""A speed this near 1 is 1."""


class Line(NamedTuple):
    """A moment t of a is the moment speed * t + offset of b."""

    speed: float
    offset: float

    def reversed(self) -> "Line":
        """Return the same line as told from b."""
        return Line(1 / self.speed, -self.offset / self.speed)


def lines(table: Table, a: Times, b: Times) -> list[Line]:
    """Return lines that frames within DISTANCE of (n, m) distances vote for: at the same speed, then at others.

    `a` (n,) and `b` (m,) are times in seconds, ascending.
    """
    near = table <= DISTANCE
    if not near.any():
        return []
    return [Line(1.0, offset) for offset in _offsets(near, a, b)] + list(dict.fromkeys(_at_other_speeds(table, near, a, b)))


def _offsets(near: NDArray[np.bool_], a: Times, b: Times) -> list[float]:
    """Return the offsets b - a that most frames vote for, each frame once per offset."""
    i, j = np.nonzero(near)
    offsets = b[j] - a[i]
    bins = np.round(offsets / _BIN).astype(np.int64)
    first = bins - bins.min()
    votes = np.bincount(np.unique(first * len(a) + i) // len(a))
    places = np.flatnonzero(votes)
    signed = places + bins.min()
    best = places[np.lexsort((signed, np.abs(signed), -votes[places]))][:OFFSETS]
    return [float(np.median(offsets[first == place])) for place in best]


def _at_other_speeds(table: Table, near: NDArray[np.bool_], a: Times, b: Times) -> Iterator[Line]:
    i, j = _telling(table, near)
    if len(i) < _LEAST:
        return
    found: list[tuple[int, float, float]] = []
    for speed in _SPEEDS:
        offsets = b[j] - speed * a[i]
        bins = np.round(offsets / _REACH).astype(np.int64)
        bins -= bins.min()
        votes = np.bincount(np.unique(bins * len(a) + i) // len(a))
        pairs = votes + np.append(votes[1:], 0)  # a line may run between two bins
        for place in np.argsort(-pairs, kind="stable")[:2]:
            middle = np.median(offsets[(bins == place) | (bins == place + 1)]) if pairs[place] else 0.0
            found.append((int(pairs[place]), float(speed), float(middle)))
    found.sort(key=lambda one: (-one[0], abs(np.log(one[1])), abs(one[2])))
    for votes_, speed, offset in found[:_PROPOSED]:
        if votes_ >= _LEAST:
            line = fitted(Line(speed, offset), a[i], b[j])
            if line is not None and line.speed != 1:
                yield line


def _telling(table: Table, near: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return each frame's few nearest partners, seen from either side."""
    chosen = np.zeros(table.shape, np.bool_)
    count = min(_NEAREST, table.shape[1])
    rows = np.argpartition(table, count - 1, axis=1)[:, :count]
    np.put_along_axis(chosen, rows, values=True, axis=1)
    count = min(_NEAREST, table.shape[0])
    columns = np.argpartition(table, count - 1, axis=0)[:count]
    np.put_along_axis(chosen, columns, values=True, axis=0)
    i, j = np.nonzero(chosen & near)
    return i, j


def fitted(line: Line, a: Times, b: Times) -> Line | None:
    """Return the line through the pairs of moments (n,) that lie near it; None where it has no speed of a film."""
    for _ in range(_FITS):
        there = np.abs(b - line.speed * a - line.offset) <= _REACH
        x, y = a[there], b[there]
        if len(x) < _LEAST or float(np.ptp(x)) < 1.0:
            return None
        speed = float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())
        if not _SPEEDS[0] <= speed <= _SPEEDS[-1]:
            return None
        speed = 1.0 if abs(speed - 1) < _SAME else round(speed, 3)
        line = Line(speed, round(float(np.median(y - speed * x)), 3))
    return line
