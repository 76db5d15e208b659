"""Two films laid over each other as one lies in the other's picture: do the same things move at the same moments?

A still tells where a picture lies in another one, but two films of one fixed camera lie exactly over each other too. What
moves tells them apart. It takes the placement as given and gives no verdict on a film.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.signals.alignment import Stretch, stretches
from clew.signals.films.lines import Table
from clew.signals.films.reel import SIDE, Reel
from clew.signals.local.compact import product

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]
_FINEST, _COARSEST = 24, 8
"""Cells along the side of what both show."""
_PARTS: Final = 3
_LEAST_CELLS: Final = 30
_MOVES: Final = 1.6
"""Grey levels, root mean square over the picture, from which something moves."""
_CUT: Final = 22.0
_SUDDEN: Final = 2.5
_BESIDE: Final = 8
"""Mean change, of 255, between two moments of two scenes, and how many times that of so many moments before and after: a
hand that holds a camera makes large changes all the time.
"""
_AROUND: Final = 2.0
"""Seconds before and after a moment that tell what stands still in it."""
_SHIFTS: Final = np.arange(-6, 7) * 0.05
"""Seconds by which two samplings may miss each other's moments: the best counts."""
_WIDE: Final = 0.6
_LEAST_MOMENTS: Final = 5
_HALF: Final = 128.0
_AGREES: Final = 0.6
"""Correlation of two moments down to which a stretch goes on where nothing moves."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A stretch in which something moves alike in both films.

    `alike`: for each cell its correlation over time; of all cells, weighed by how much they change, the middle one, so that
    a logo or a caption counts no more than what it covers. `moments`: how many, each by how much of the change is its own:
    somebody who once walks through an empty corridor is few moments, however long they are. `cells`: likewise, the share
    of the cells that change.
    """

    stretch: Stretch
    alike: float = 0.0
    moments: float = 0.0
    cells: float = 0.0

    @property
    def sureness(self) -> float:
        """Return Fisher's z of the correlation by the root of the moments."""
        return round(math.atanh(min(max(self.alike, 0.0), 0.999)) * math.sqrt(self.moments), 2)


@dataclass(frozen=True, slots=True)
class Cells:
    """One film in the k cells that both show: light (n, k), and what of it moves (n, k)."""

    light: Floats
    moving: Floats


def shared(a: Reel, b: Reel, matrix: Matrix) -> list[Shown]:
    """Return the stretches in which something moves alike, where `matrix` takes shares of a to shares of b.

    Distances count from 0 (moves alike) over 128 (nothing to do with each other), as those of hashes do.
    """
    pair = _in_cells(a, b, matrix)
    if pair is None:
        return []
    first, second = pair
    rows, columns = _moves(first.moving), _moves(second.moving)
    if not len(rows) or not len(columns):
        return []
    likeness = product(_units(first.moving[rows]), _units(second.moving[columns]))
    table: Table = np.rint(_HALF * (1 - likeness)).astype(np.int16)
    found = stretches(table, a.times[rows], b.times[columns])
    drawn = [_drawn_out(one, a, b, first, second) for one in found]
    return [_shown(one, a, b, first.moving, second.moving) for one in drawn]


def _moves(cells: Floats) -> NDArray[np.intp]:
    return np.flatnonzero(np.sqrt((cells**2).mean(axis=1)) > _MOVES)


def _units(cells: Floats) -> Floats:
    lengths: Floats = np.maximum(np.linalg.norm(cells, axis=1, keepdims=True), 1e-6)
    return (cells / lengths).astype(np.float32)


def _in_cells(a: Reel, b: Reel, matrix: Matrix) -> tuple[Cells, Cells] | None:
    """Return both films in a grid over the one that shows less of the scene, where the other one shows it too."""
    try:
        back: Matrix = np.asarray(np.linalg.inv(matrix), np.float64)
    except np.linalg.LinAlgError:
        return None
    grown = _grown(matrix)
    if not 0.01 < grown < 100:
        return None
    side = int(np.clip(round(SIDE * min(grown, 1 / grown) ** 0.5), _COARSEST, _FINEST))
    own = _grid(side)
    places = (_through(back, own), own) if grown > 1 else (own, _through(matrix, own))
    inside = np.all([(p > 0) & (p < 1) for p in places], axis=(0, 3)).reshape(side, _PARTS, side, _PARTS).all(axis=(1, 3))
    if inside.sum() < _LEAST_CELLS:
        return None
    return _cells(a, _sampled(a.grey, places[0], side)[:, inside]), _cells(b, _sampled(b.grey, places[1], side)[:, inside])


def _cells(film: Reel, light: Floats) -> Cells:
    """Return the light of the cells, and how it differs from the mean of the seconds around in the same scene."""
    change = np.abs(np.diff(light, axis=0)).mean(axis=1)
    beside = np.lib.stride_tricks.sliding_window_view(np.pad(change, _BESIDE, mode="edge"), 2 * _BESIDE + 1)
    usually = np.median(beside, axis=1)
    scene = np.concatenate([[0], np.cumsum(change > np.maximum(_CUT, _SUDDEN * usually))])
    sums = np.concatenate([np.zeros((1, light.shape[1])), np.cumsum(light, axis=0, dtype=np.float64)])
    times = film.times
    first = np.maximum(np.searchsorted(times, times - _AROUND), np.searchsorted(scene, scene))
    last = np.minimum(np.searchsorted(times, times + _AROUND, "right"), np.searchsorted(scene, scene, "right"))
    usual = (sums[last] - sums[first]) / (last - first)[:, None]
    return Cells(_level(light), _level((light - usual).astype(np.float32)))


def _level(cells: Floats) -> Floats:
    level: Floats = (cells - cells.mean(axis=1, keepdims=True)).astype(np.float32)
    return level


def _grown(matrix: Matrix) -> float:
    """Return how much of b a small part in the middle of a takes, for its size."""
    near = np.array([[[0.45, 0.45], [0.55, 0.45]], [[0.45, 0.55], [0.55, 0.55]]], np.float64)
    corners = _through(matrix, near)
    across, down = corners[0, 1] - corners[0, 0], corners[1, 0] - corners[0, 0]
    return float(abs(across[0] * down[1] - across[1] * down[0]) / 0.01)


def _grid(side: int) -> NDArray[np.float64]:
    """Return (n, n, 2) places x, y in shares, several in each of side x side cells."""
    along = (np.arange(side * _PARTS, dtype=np.float64) + 0.5) / (side * _PARTS)
    return np.stack(np.meshgrid(along, along), axis=-1).astype(np.float64)


def _through(matrix: Matrix, places: NDArray[np.float64]) -> NDArray[np.float64]:
    lifted = places @ matrix[:, :2].T + matrix[:, 2]
    depth = np.where(np.abs(lifted[..., 2:]) < 1e-9, 1e-9, lifted[..., 2:])
    return np.asarray(lifted[..., :2] / depth, np.float64)


def _sampled(strip: NDArray[np.generic], places: NDArray[np.float64], side: int) -> Floats:
    """Return (n, side, side): the mean of several places in each cell."""
    x, y = (np.ascontiguousarray(places[..., k] * SIDE - 0.5).astype(np.float32) for k in (0, 1))
    cv2.setNumThreads(1)
    fine = np.stack([cv2.remap(one, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for one in strip.astype(np.float32)])
    cells: Floats = fine.reshape(len(fine), side, _PARTS, side, _PARTS).mean(axis=(2, 4)).astype(np.float32)
    return cells


def _drawn_out(one: Stretch, a: Reel, b: Reel, first_cells: Cells, second_cells: Cells) -> Stretch:
    """Return the stretch as far as what is seen goes on to agree while nothing moves."""
    start, end, b_start, b_end = one.segment
    over = one.speed * a.times + (b_start + b_end - one.speed * (start + end)) / 2
    partner = np.clip(np.searchsorted(b.times, over), 1, len(b) - 1)
    partner -= np.abs(b.times[partner - 1] - over) < np.abs(b.times[partner] - over)
    alike = (_units(first_cells.light) * _units(second_cells.light)[partner]).sum(axis=1)
    good = (alike > _AGREES) & (np.abs(b.times[partner] - over) < 1.0)
    first, last = np.searchsorted(a.times, start), np.searchsorted(a.times, end, "right") - 1
    while first > 0 and good[first - 1]:
        first -= 1
    while last < len(a) - 1 and good[last + 1]:
        last += 1
    segment = (float(a.times[first]), float(a.times[last]), float(min(b_start, b.times[partner[first]])),
               float(max(b_end, b.times[partner[last]])))
    return Stretch(one.a, one.b, one.here, one.elsewhere, segment, one.speed)


def _shown(one: Stretch, a: Reel, b: Reel, first: Floats, second: Floats) -> Shown:
    """Return a stretch with how its cells change, at the best of a few shifts in time."""
    start, end, b_start, b_end = one.segment
    rows = np.flatnonzero((a.times >= start) & (a.times <= end))
    over = one.speed * a.times[rows] + (b_start + b_end - one.speed * (start + end)) / 2
    tried = [_correlated(first[rows], over + shift, b, second) for shift in _SHIFTS]
    return Shown(one, *max(tried)[1:])


def _correlated(mine: Floats, over: NDArray[np.float64], b: Reel, theirs: Floats) -> tuple[float, float, float, float]:
    """Return the correlation of all cells together, and what `Shown` says, for moments of a and b in between its own."""
    right = np.clip(np.searchsorted(b.times, over), 1, len(b) - 1)
    before, after = b.times[right - 1], b.times[right]
    good = (over >= before - _WIDE / 2) & (over <= after + _WIDE / 2) & (after - before < _WIDE)
    if good.sum() < _LEAST_MOMENTS:
        return 0.0, 0.0, 0.0, 0.0
    share = np.clip((over - before) / np.maximum(after - before, 1e-6), 0, 1)[good, None].astype(np.float32)
    x, y = mine[good], (1 - share) * theirs[right[good] - 1] + share * theirs[right[good]]
    changes = np.sqrt((x**2).sum(axis=0) * (y**2).sum(axis=0)) + 1e-6
    alike = (x * y).sum(axis=0)
    order = np.argsort(alike / changes)
    middle = order[np.searchsorted(np.cumsum(changes[order]), changes.sum() / 2)]
    each = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1)) + 1e-6
    together = float(alike.sum() / changes.sum())
    return together, float(alike[middle] / changes[middle]), _count(each), _count(changes) / len(changes)


def _count(weights: Floats) -> float:
    """Return how many there are when each counts by its weight."""
    return float(weights.sum() ** 2 / (weights**2).sum())
