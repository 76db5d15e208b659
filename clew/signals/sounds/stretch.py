"""From a window that is alike to the whole stretch two sounds share: its ends, its exact speed, and how sure it is."""

import math
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.sounds.grid import Grid
from clew.signals.sounds.overlay import FEW, SHORTEST, Seed, along, higher, seeds, together

_LOCAL: Final = 24
"""Rows over which likeness is followed along a stretch."""
_LEAST: Final = 0.1
_SHARE: Final = 0.4
"""A stretch ends where likeness falls below this share of what it is in the middle."""
_PAUSE: Final = 32
"""Rows of silence or noise that do not yet end a stretch."""
_ROUNDS: Final = 8
_TURNS: Final = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
_MOVES: Final = (-1.0, -0.5, 0.0, 0.5, 1.0)
_FASTEST: Final = 1.12
_NEAR: Final = 8
_SEED: Final = 0.1
_MISSES: Final = 3
_REPEATS: Final = 160
"""Rows before and after in which a sound may repeat itself."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows start..end of `a` at `row * speed + offset` of `b`, its pitch `shift` bands up."""

    start: int
    end: int
    offset: float
    speed: float
    shift: int
    likeness: float
    again: float
    """Likeness at the most alike other moment nearby: a beat, a siren or a ringing repeats itself."""

    @property
    def weight(self) -> float:
        """Likeness, counted higher the longer it lasts: strangers agree by chance, but not for long."""
        return self.likeness * math.sqrt((self.end - self.start) / 32)

    @property
    def b_start(self) -> float:
        """Row of `b` where it starts."""
        return self.start * self.speed + self.offset

    @property
    def b_end(self) -> float:
        """Row of `b` where it ends."""
        return self.end * self.speed + self.offset


def grown(a: Grid, b: Grid, seed: Seed, enough: float) -> Stretch:
    """Return the stretch around a seed; whether it repeats itself is only looked at when it weighs `enough`."""
    other = higher(b, seed.shift)
    start, end, offset, speed = seed.start, seed.start + seed.length, seed.offset, seed.speed
    for _ in range(_ROUNDS):
        offset, speed = _refined(a, other, (start, end), offset, speed)
        new_start, new_end = _ends(a, other, (start, end), offset, speed)
        settled = new_start >= start - _NEAR and new_end <= end + _NEAR
        start, end = new_start, new_end
        if settled:
            break
    alike = together(a, other, offset, speed, start, end)
    one = Stretch(start, end, offset, speed, seed.shift, alike, 0.0)
    return replace(one, again=_again(a, other, one)) if one.weight >= enough else one


def _refined(a: Grid, b: Grid, rows: tuple[int, int], offset: float, speed: float) -> tuple[float, float]:
    """Turn the line a little about its middle and move it a little; return the best offset and speed."""
    middle = (rows[0] + rows[1]) / 2
    there = middle * speed + offset
    tried = []
    for turn in _TURNS:
        faster = speed + turn / (rows[1] - rows[0])
        if turn == 0 or 1 / _FASTEST <= faster <= _FASTEST:
            for move in _MOVES:
                alike = together(a, b, there + move - middle * faster, faster, *rows)
                # of equals the one that changes least
                tried.append((round(alike, 2), -abs(turn) - abs(move), there + move - middle * faster, faster))
    best = max(tried)
    return best[2], best[3]


def _ends(a: Grid, b: Grid, rows: tuple[int, int], offset: float, speed: float) -> tuple[int, int]:
    """Follow likeness outwards from `rows` and return where it ends."""
    reach = max(4 * _LOCAL, rows[1] - rows[0]) + _PAUSE
    first = max(0, rows[0] - reach)
    sums = _running(along(a, b, offset, speed, first, min(len(a), rows[1] + reach)))
    local = sums[:, 0] / np.sqrt((sums[:, 1] + FEW * _LOCAL) * (sums[:, 2] + FEW * _LOCAL))
    core = float(np.median(local[rows[0] - first:rows[1] - first]))
    alike = np.nonzero(local >= max(_LEAST, _SHARE * core))[0] + first
    middle = (rows[0] + rows[1]) // 2
    end = _last(np.concatenate(([middle], alike[alike >= middle]))) + 1
    start = _last(np.concatenate(([middle], alike[alike < middle][::-1])))
    return (start, end) if end - start >= SHORTEST else rows


def _last(places: NDArray[Any]) -> int:
    """Return the last of places that follow each other without a longer pause."""
    breaks = np.nonzero(np.abs(np.diff(places)) > _PAUSE)[0]
    return int(places[breaks[0]] if len(breaks) else places[-1])


def _running(counted: NDArray[Any]) -> NDArray[np.float64]:
    padded = np.pad(counted.astype(np.float64), ((_LOCAL // 2 + 1, _LOCAL - _LOCAL // 2 - 1), (0, 0)))
    sums = np.cumsum(np.vstack((padded, np.zeros((1, 3)))), axis=0)
    return np.asarray(sums[_LOCAL:_LOCAL + len(counted)] - sums[:len(counted)])


def _again(a: Grid, b: Grid, one: Stretch) -> float:
    lags = [lag for lag in range(-_REPEATS, _REPEATS + 1, 2) if abs(lag) >= _NEAR]
    return max(together(a, b, one.offset + lag, one.speed, one.start, one.end) for lag in lags)


def shared(a: Grid, b: Grid, enough: float) -> list[Stretch]:
    """Return the stretches two sounds share, the weightiest first, no moment of `a` told twice.

    `enough` is the weight from which a stretch tells something; after a few that tell less the search ends.
    """
    found: list[Stretch] = []
    misses = 0
    for seed in seeds(a, b, _SEED):
        if misses == _MISSES:
            break
        if any(_told(seed.start, seed.start + seed.length, one) for one in found):
            continue
        one = grown(a, b, seed, enough)
        if not any(_told(one.start, one.end, other) for other in found):
            found.append(one)
            misses += one.weight < enough
    return sorted(found, key=lambda one: (-one.weight, one.start, one.offset))


def _told(start: int, end: int, by: Stretch) -> bool:
    return min(end, by.end) - max(start, by.start) >= 0.5 * (end - start)
