"""Whether two films show the same footage, when stills say how one lies in the other's picture. Gives no verdict on stills."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from clew.signals.films.overlaid import Matrix, Shown, shared
from clew.signals.films.reel import Reel

_PLACED: Final = 4
_SAME: Final = 0.04
"""Of the picture: placements whose corners lie this near are one."""
_SURE: Final = 6.5
"""Sureness (`overlaid`): people who walk through one corridor one by one reach 4.8, nearly all copies 6.8 and more."""
_EXACT: Final = 0.95
_ALIKE: Final = 0.78
_EVERYWHERE: Final = 0.4
"""Correlation of what moves; less is enough where this share of the picture moves: one person's way is like another's (0.91)."""
_CONTRAST: Final = 60.0
"""Bits by which moments agree better than at other times."""
_APART: Final = 3.0
"""Seconds between two stills of a film, by which two pairs of the same footage may differ."""
_CORNERS: Final = np.array([[0.0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]])
_UPRIGHT: Final = np.eye(3)
_MIRRORED: Final = np.array([[-1.0, 0, 1], [0, 1, 0], [0, 0, 1]])


def same_footage(a: Reel, b: Reel, placements: Iterable[Matrix]) -> list[Shown]:
    """Return the stretches in which both surely show the same, by the placement that explains most, or by none at all.

    `placements` take shares of a to shares of b, the likeliest first.
    """
    best: list[Shown] = []
    for matrix in distinct([_UPRIGHT, _MIRRORED, *placements]):
        sure = [one for one in shared(a, b, matrix) if is_same(one)]
        if sum(one.sureness for one in sure) > sum(one.sureness for one in best):
            best = sure
    return best


def is_same(one: Shown) -> bool:
    """Say whether the same things move long and exactly enough: people who walk the same way one after another do not."""
    exact = one.alike >= (_ALIKE if one.cells >= _EVERYWHERE else _EXACT)
    return exact and one.stretch.seconds >= 1.0 and one.sureness >= _SURE and one.stretch.contrast >= _CONTRAST


def distinct(matrices: Iterable[Matrix]) -> Iterator[Matrix]:
    """Yield placements that lie apart from those before, at most a few besides the two of the whole picture."""
    kept: list[Matrix] = []
    for matrix in matrices:
        lifted = _CORNERS @ np.asarray(matrix, np.float64).T
        corners = lifted[:, :2] / np.where(np.abs(lifted[:, 2:]) < 1e-9, 1e-9, lifted[:, 2:])
        if len(kept) < _PLACED + 2 and all(np.abs(corners - other).max() > _SAME for other in kept):
            kept.append(corners)
            yield matrix


def spans(moments: Sequence[tuple[float, float]]) -> list[list[float]]:
    """Return [a_start, a_end, b_start, b_end] of still pairs (second of a, of b) that lie equally far apart in both films."""
    groups: list[list[tuple[float, float]]] = []
    for a, b in sorted(moments, key=lambda pair: (pair[1] - pair[0], pair[0])):
        if groups and abs((b - a) - (groups[-1][0][1] - groups[-1][0][0])) <= _APART:
            groups[-1].append((a, b))
        else:
            groups.append([(a, b)])
    return sorted([min(a for a, _ in g), max(a for a, _ in g), min(b for _, b in g), max(b for _, b in g)] for g in groups)
