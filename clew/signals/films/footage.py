"""Whether two films show the same footage, when stills say how one lies in the other's picture. Gives no verdict on stills."""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from clew.signals.alignment import Stretch
from clew.signals.films.overlaid import Matrix, shared
from clew.signals.films.reel import Reel

_PLACED: Final = 4
_SAME: Final = 0.04
"""Of the picture: placements whose corners lie this near are one."""
_ENOUGH: Final = 8.0
_CONTRAST: Final = 60.0
"""Moments that agree, each counted by how well; and bits by which they agree better than at other times."""
_CORNERS: Final = np.array([[0.0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]])
_UPRIGHT: Final = np.eye(3)
_MIRRORED: Final = np.array([[-1.0, 0, 1], [0, 1, 0], [0, 0, 1]])


def same_footage(a: Reel, b: Reel, placements: Iterable[Matrix]) -> list[Stretch]:
    """Return the stretches in which both surely show the same, by the placement that explains most, or by none at all.

    `placements` take shares of a to shares of b, the likeliest first.
    """
    best: list[Stretch] = []
    for matrix in distinct([_UPRIGHT, _MIRRORED, *placements]):
        sure = [stretch for stretch in shared(a, b, matrix) if is_same(stretch)]
        if sum(one.weight for one in sure) > sum(one.weight for one in best):
            best = sure
    return best


def is_same(stretch: Stretch) -> bool:
    """Say whether the same things move long and exactly enough: people who walk the same way one after another do not."""
    return stretch.seconds >= 1.0 and stretch.weight >= _ENOUGH and stretch.contrast >= _CONTRAST


def distinct(matrices: Iterable[Matrix]) -> Iterator[Matrix]:
    """Yield placements that lie apart from those before, at most a few besides the two of the whole picture."""
    kept: list[Matrix] = []
    for matrix in matrices:
        lifted = _CORNERS @ np.asarray(matrix, np.float64).T
        corners = lifted[:, :2] / np.where(np.abs(lifted[:, 2:]) < 1e-9, 1e-9, lifted[:, 2:])
        if len(kept) < _PLACED + 2 and all(np.abs(corners - other).max() > _SAME for other in kept):
            kept.append(corners)
            yield matrix
