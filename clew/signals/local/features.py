"""Points of a picture and what surrounds them (RootSIFT): found again in a crop, a turned copy, or a part of another.

Which points are worth keeping; `scale_space` finds them and `surroundings` describes them. Compares and keeps nothing.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.signals.local.scale_space import SCALE, STRENGTH, Bytes, Floats, X, Y, octaves_of, points_of
from clew.signals.local.surroundings import NUMBERS, described, turned

__all__ = ["SIDE", "Bytes", "Features", "Floats", "empty", "extract", "mirrored", "working"]
SIDE: Final = 800
"""Pixels on the long side of the working picture; smaller pictures are not enlarged."""
_LEAST_SIDE: Final = 16
_CONTRAST: Final = 0.02
"""Of a point, against 1: half the usual threshold, so that dim rooms have enough; the budget drops the faint ones."""
_GRID: Final = 8
_CELL_MOST: Final = 60
"""Points kept in one of 8 x 8 cells: lettering laid over a picture cannot take the whole budget."""
_PLAIN: Final = 4.0
"""Standard deviation of the grey levels below which a picture says nothing."""
_OFF: Final = 0.25
"""Pixels by which the detector's places lie too far right and down: it doubles the picture and forgets half a pixel."""
_ROOT_SCALE: Final = 512.0


@dataclass(frozen=True, slots=True)
class Features:
    """The points of one picture, strongest first: `size` (height, width) of the working picture, `xy` (n, 2) pixels
    there, `scale` (n,) diameter in pixels, `angle` (n,) radians clockwise, `descriptors` (n, 128) RootSIFT.
    """

    size: tuple[int, int]
    xy: Floats
    scale: Floats
    angle: Floats
    descriptors: Bytes

    def __len__(self) -> int:
        return len(self.xy)


def extract(rgb: Bytes, most: int = 1500, mirrored: bool = False) -> Features:
    """Return at most `most` features of (height, width, 3) pixels, or of their mirror image; none of a plain picture."""
    grey = working(rgb)
    if mirrored:
        grey = np.ascontiguousarray(grey[:, ::-1])
    if min(grey.shape) < _LEAST_SIDE or float(grey.std()) < _PLAIN:
        return empty((grey.shape[0], grey.shape[1]))
    octaves = octaves_of(grey)
    found = points_of(octaves, _CONTRAST)
    points = found[_chosen(found, (grey.shape[0], grey.shape[1]), most)]
    which, angles = turned(octaves, points, most)
    points = points[which]
    return Features(
        size=(grey.shape[0], grey.shape[1]),
        xy=points[:, : Y + 1] - np.float32(_OFF),
        scale=points[:, SCALE],
        angle=angles,
        descriptors=_rooted(described(octaves, points, angles)),
    )


def empty(size: tuple[int, int]) -> Features:
    """Return the features of a picture that has none."""
    none = np.zeros(0, np.float32)
    return Features(size, np.zeros((0, 2), np.float32), none, none, np.zeros((0, NUMBERS), np.uint8))


def working(rgb: Bytes) -> Bytes:
    """Return (height, width, 3) pixels in grey at most `SIDE` pixels long."""
    cv2.setNumThreads(1)
    height, width = rgb.shape[:2]
    grey = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    if max(height, width) <= SIDE:
        return grey
    share = SIDE / max(height, width)
    wanted = (max(1, round(width * share)), max(1, round(height * share)))
    return cv2.resize(grey, wanted, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def mirrored(features: Features) -> Features:
    """Return the features as those of the mirror image: no pixel is looked at again.

    A descriptor is 4 rows x 4 columns x 8 directions along its point's angle; a mirror turns rows and directions round.
    """
    height, width = features.size
    xy = features.xy.copy()
    xy[:, 0] = (width - 1) - xy[:, 0]
    angle = np.mod(np.pi - features.angle, 2 * np.pi).astype(np.float32)
    grid = features.descriptors.reshape(-1, 4, 4, 8)[:, ::-1, :, -np.arange(8) % 8]
    return Features((height, width), xy, features.scale, angle, np.ascontiguousarray(grid).reshape(-1, 128))


def _chosen(found: Floats, size: tuple[int, int], most: int) -> NDArray[np.int64]:
    """Return which points to keep: the strongest of every cell in turn, so that all parts of the picture are described."""
    xy, strength = found[:, X : Y + 1], found[:, STRENGTH]
    cell = (np.clip(xy * _GRID / (size[1], size[0]), 0, _GRID - 1).astype(int) * (1, _GRID)).sum(axis=1)
    order = np.lexsort((xy[:, 1], xy[:, 0], -strength, cell))
    first = np.searchsorted(cell[order], np.arange(_GRID * _GRID))
    rank = np.empty(len(found), int)
    rank[order] = np.arange(len(found)) - first[cell[order]]
    turn = np.lexsort((xy[:, 1], xy[:, 0], -strength, rank))[:most]
    kept: NDArray[np.int64] = turn[rank[turn] < _CELL_MOST]
    return kept


def _rooted(raw: Floats) -> Bytes:
    """Return RootSIFT (Arandjelovic and Zisserman 2012): the root of each share, unit length times 512 in 8 bits."""
    share = raw / np.maximum(raw.sum(axis=1, keepdims=True), np.float32(1e-6))
    rooted: Bytes = np.minimum(np.rint(np.sqrt(share) * np.float32(_ROOT_SCALE)), 255).astype(np.uint8)
    return rooted
