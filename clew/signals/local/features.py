"""Points of a picture and what surrounds them (RootSIFT): found again in a crop, a turned copy, or a part of another.

The only place that makes a detector (docs/decisions/003). It compares nothing and keeps nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
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
    # One thread: worker processes share the cores, and the order of the points must not depend on how many there are.
    cv2.setNumThreads(1)
    detector = cv2.SIFT.create(nfeatures=0, contrastThreshold=_CONTRAST)
    found = detector.detect(grey, None)
    kept = _chosen(found, (grey.shape[0], grey.shape[1]), most)
    points, raw = detector.compute(grey, kept)
    if not points:
        return empty((grey.shape[0], grey.shape[1]))
    return Features(
        size=(grey.shape[0], grey.shape[1]),
        xy=np.array([p.pt for p in points], np.float32).reshape(-1, 2) - np.float32(_OFF),
        scale=np.array([p.size for p in points], np.float32),
        angle=np.deg2rad(np.array([p.angle for p in points], np.float32)),
        descriptors=_rooted(np.asarray(raw, np.float32)),
    )


def empty(size: tuple[int, int]) -> Features:
    """Return the features of a picture that has none."""
    none = np.zeros(0, np.float32)
    return Features(size, np.zeros((0, 2), np.float32), none, none, np.zeros((0, 128), np.uint8))


def working(rgb: Bytes) -> Bytes:
    """Return (height, width, 3) pixels in grey at most `SIDE` pixels long."""
    height, width = rgb.shape[:2]
    if max(height, width) > SIDE:
        share = SIDE / max(height, width)
        wanted = (max(1, round(width * share)), max(1, round(height * share)))
        rgb = cv2.resize(rgb, wanted, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)


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


def _chosen(found: Sequence[cv2.KeyPoint], size: tuple[int, int], most: int) -> list[cv2.KeyPoint]:
    """Keep the strongest of every cell in turn, so that all parts of the picture are described."""
    if not found:
        return []
    xy = np.array([p.pt for p in found])
    strength = np.array([p.response for p in found])
    cell = (np.minimum((xy * _GRID / (size[1], size[0])).astype(int), _GRID - 1) * (1, _GRID)).sum(axis=1)
    order = np.lexsort((xy[:, 1], xy[:, 0], -strength, cell))
    first = np.searchsorted(cell[order], np.arange(_GRID * _GRID))
    rank = np.empty(len(found), int)
    rank[order] = np.arange(len(found)) - first[cell[order]]
    turn = np.lexsort((xy[:, 1], xy[:, 0], -strength, rank))
    return [found[i] for i in turn[:most] if rank[i] < _CELL_MOST]


def _rooted(raw: Floats) -> Bytes:
    """Return RootSIFT (Arandjelovic and Zisserman 2012): the root of each share, unit length times 512 in 8 bits."""
    share = raw / np.maximum(raw.sum(axis=1, keepdims=True), 1e-6)
    rooted: Bytes = np.clip(np.rint(np.sqrt(share) * _ROOT_SCALE), 0, 255).astype(np.uint8)
    return rooted
