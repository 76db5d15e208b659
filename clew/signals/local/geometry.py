"""How one picture lies in another: placements that many pairs of points agree on, and that a camera or an editor can make.

A placement proposes; whether the two show the same pixels is decided in `overlay`.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.signals.local.codec import Stored, mirror_image
from clew.signals.local.features import Floats
from clew.signals.local.pairs import Ints, alike, supports

Matrix = NDArray[np.float64]
MOST_PLACEMENTS: Final = 3
"""Split screens and collages hold a picture in several places, or several pictures."""
LEAST_CELLS: Final = 4
_TRIES: Final = 5
_CELL: Final = 20.0
_NEAR: Final = 4.0
_FEW: Final = 10
"""Below this many pairs only moving, turning and scaling is believed: eight free numbers would fit anything."""
_LEAST_DET, _MOST_DET = 0.002, 500.0


@dataclass(frozen=True, slots=True)
class Placement:
    """`matrix` (3, 3) takes pixels of a (mirrored first, if `mirrored`) to pixels of b; the pairs of points that agree."""

    matrix: Matrix
    mirrored: bool
    a_points: Floats
    b_points: Floats
    cells: int
    """Distinct cells of 20 pixels the points lie in, in the picture where they are fewer."""
    agreement: float
    """Of all pairs of points whose place in a is inside the placement's own outline, the share that agree with it."""
    apart: float
    """Median distance between where a point of b is and where the matrix puts it, in diameters of the point: a copy's
    points lie where they should to a twentieth, another photograph's, taken from a step aside, do not.
    """


def placements(a: Stored, b: Stored, mirrored: bool) -> list[Placement]:
    """Return up to `MOST_PLACEMENTS` ways in which a, or its mirror image, lies in b, the best founded first."""
    if mirrored:
        a = mirror_image(a)
    mine, theirs = alike(a, b)
    agree = supports(a, b, mine, theirs)
    left = np.ones(len(mine), np.bool_)
    found: list[Placement] = []
    for _ in range(_TRIES):
        votes = (agree & left).sum(axis=1) * left
        if not len(votes) or votes.max() < LEAST_CELLS or len(found) == MOST_PLACEMENTS:
            break
        group = np.flatnonzero(agree[int(votes.argmax())] & left)
        left[group] = False
        placed = _placed(a.xy[mine].astype(np.float64), b.xy[theirs].astype(np.float64), group)
        if placed is not None and plausible(placed[0], a.size):
            made = _placement(placed[0], mirrored, a.xy[mine], b.xy[theirs], b.scale[theirs], placed[1])
            left[placed[1]] = False
            found += [made] if made.cells >= LEAST_CELLS else []
    return sorted(found, key=lambda p: -p.cells)


def _placement(matrix: Matrix, mirrored: bool, a: Floats, b: Floats, scale: Floats, inside: Ints) -> Placement:
    pa, pb = a[inside], b[inside]
    apart = np.linalg.norm(moved(matrix, pa.astype(np.float64)) - pb, axis=1)
    around = ((a >= pa.min(axis=0)) & (a <= pa.max(axis=0))).all(axis=1)
    return Placement(
        matrix=matrix,
        mirrored=mirrored,
        a_points=pa,
        b_points=pb,
        cells=min(_cells(pa), _cells(pb)),
        agreement=len(inside) / max(1, int(around.sum())),
        apart=float(np.median(apart / np.maximum(scale[inside], 1.0))),
    )


def _placed(pa: NDArray[np.float64], pb: NDArray[np.float64], group: Ints) -> tuple[Matrix, Ints] | None:
    """Fit the group of pairs pa (n, 2) and pb (n, 2), then take in all that lie right, and fit again."""
    inside = group
    matrix: Matrix | None = None
    for _ in range(3):
        matrix = fitted(pa[inside], pb[inside])
        if matrix is None:
            return None
        apart = np.linalg.norm(moved(matrix, pa) - pb, axis=1)
        now = np.flatnonzero(apart < _NEAR)
        if len(now) < LEAST_CELLS:
            return None
        if len(now) == len(inside) and bool((now == inside).all()):
            break
        inside = now
    return None if matrix is None else (matrix, inside)


def fitted(a: NDArray[np.float64], b: NDArray[np.float64]) -> Matrix | None:
    """Return the (3, 3) placement of points a (n, 2) on b (n, 2): a homography, or turn, scale and shift for few."""
    cv2.setNumThreads(1)
    if len(a) < _FEW:
        part, _ = cv2.estimateAffinePartial2D(a, b, method=cv2.RANSAC, ransacReprojThreshold=_NEAR, maxIters=200)
        return None if part is None else np.vstack([part, [0.0, 0.0, 1.0]]).astype(np.float64)
    whole, _ = cv2.findHomography(a, b, cv2.USAC_MAGSAC, _NEAR, maxIters=300, confidence=0.99)
    return None if whole is None else whole.astype(np.float64)


def moved(matrix: Matrix, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points (n, 2) where the matrix takes them; those behind the camera go far away."""
    lifted = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    depth = np.where(np.abs(lifted[:, 2:]) < 1e-9, 1e-9, lifted[:, 2:])
    taken: NDArray[np.float64] = lifted[:, :2] / depth
    return taken


def to_shares(size: tuple[int, int]) -> Matrix:
    """Return the matrix from pixels of a picture of (height, width) to shares; the first pixel's middle is half a pixel in."""
    height, width = size
    return np.array([[1 / width, 0.0, 0.5 / width], [0.0, 1 / height, 0.5 / height], [0.0, 0.0, 1.0]])


def corners(size: tuple[int, int]) -> NDArray[np.float64]:
    """Return the corners of a picture of (height, width): top left, top right, bottom right, bottom left."""
    height, width = size
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)


def plausible(matrix: Matrix, size: tuple[int, int]) -> bool:
    """The guard: no fold, no mirror, nothing squeezed to a line; without it wrong pictures gather hundreds of pairs."""
    lifted = np.column_stack([corners(size), np.ones(4)]) @ matrix.T
    if not np.isfinite(lifted).all() or lifted[:, 2].min() <= 0 < lifted[:, 2].max() or lifted[:, 2].max() <= 0:
        return False
    quad = lifted[:, :2] / lifted[:, 2:]
    sides = np.roll(quad, -1, axis=0) - quad
    turns = np.cross(np.pad(sides, ((0, 0), (0, 1))), np.pad(np.roll(sides, -1, axis=0), ((0, 0), (0, 1))))[:, 2]
    lengths = np.linalg.norm(sides, axis=1)
    opposite = np.maximum(lengths, np.roll(lengths, 2)) / np.maximum(np.minimum(lengths, np.roll(lengths, 2)), 1e-9)
    area = float(turns.sum()) / 4 / (size[0] * size[1])
    return bool((turns > 0).all()) and float(opposite.max()) < 4 and _LEAST_DET < area < _MOST_DET


def _cells(points: Floats) -> int:
    return len(np.unique((points // _CELL).astype(int), axis=0))
