"""Where the shared part lies in each picture, as four corners and a few points that can be drawn."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.local.evidence import Finding
from clew.signals.local.geometry import Matrix, moved, to_shares

_POINTS: Final = 12
_WHOLE: Final = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
Quad = NDArray[np.float64]
Box = tuple[float, float, float, float]


def drawn(found: Finding, a_box: Box | None, b_box: Box | None) -> dict[str, Any]:
    """Return "a_quad" and "b_quad" (4 x 2) and "a_points", "b_points" (n x 2), shares of the whole pictures' sides.

    The picture that lies inside the other is outlined whole; where neither does, a rectangle round what is shared.
    """
    a_quad, b_quad = outlines(found.matrix)
    a_points, b_points = _points(found)
    return {
        "a_quad": _listed(a_quad, a_box),
        "b_quad": _listed(b_quad, b_box),
        "a_points": _listed(a_points, a_box),
        "b_points": _listed(b_points, b_box),
    }


def outlines(matrix: Matrix) -> tuple[Quad, Quad]:
    """Return the shared part in a and in b for a matrix from shares of a to shares of b."""
    back = np.linalg.inv(matrix).astype(np.float64)
    there, here = moved(matrix, _WHOLE), moved(back, _WHOLE)
    if _inside(there):
        return _WHOLE, there
    if _inside(here):
        return here, _WHOLE
    low, high = np.maximum(here.min(axis=0), 0), np.minimum(here.max(axis=0), 1)
    shared = np.array([[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]])
    return shared, moved(matrix, shared)


def _inside(quad: Quad) -> bool:
    return bool((quad > -0.05).all() and (quad < 1.05).all())


def _points(found: Finding) -> tuple[Quad, Quad]:
    """Return up to a dozen points spread over what is shared, in shares of each picture."""
    placed = found.placement
    order = np.lexsort((placed.a_points[:, 0], placed.a_points[:, 1]))
    few = order[np.unique(np.linspace(0, len(order) - 1, _POINTS).astype(int))]
    a = moved(to_shares(found.a_size), placed.a_points[few].astype(np.float64))
    b = moved(to_shares(found.b_size), placed.b_points[few].astype(np.float64))
    if placed.mirrored:
        a[:, 0] = 1 - a[:, 0]
    return a, b


def _listed(points: Quad, box: Box | None) -> list[list[float]]:
    """Return plain numbers, moved from a marked part to the whole picture."""
    whole = points if box is None else points * (box[2], box[3]) + (box[0], box[1])
    return [[round(float(x), 4), round(float(y), 4)] for x, y in whole]
