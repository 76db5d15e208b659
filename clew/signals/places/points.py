"""Chooses the points of a picture from what a learned network says of it, and looks up what surrounds each.

Plain numpy over the network's three maps (features, corners, how sure); the network itself is run by the caller.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Maps = Callable[[Floats], Mapping[str, NDArray[Any]]]
"""Takes grey (1, 1, height, width), answers features (1, d, h/8, w/8), corners (1, 65, ...) and sure (1, 1, ...)."""
SIDE: Final = 800
"""Pixels on the long side of the working picture; smaller pictures are not enlarged."""
MOST: Final = 1024
_STEP: Final = 32
"""Both sides of the working picture are multiples of it, as the network needs them."""
_CELL: Final = 8
_APART: Final = 5
"""A point is the strongest of this many pixels across."""
_LEAST: Final = 0.05
_AROUND: Final = 9
"""Pixels across over which a point's colour is taken."""
_CUBIC: Final = -0.75
_PLAIN: Final = 4.0
"""Standard deviation of the grey levels below which a picture says nothing."""


@dataclass(frozen=True, slots=True)
class Points:
    """The points of one picture, strongest first: `size` (height, width) of the working picture, `xy` (n, 2) pixels in it,
    `descriptors` (n, d) of length one, `colours` (n, 3) around each: lightness and two of colour, in CIE Lab of 8 bits.
    """

    size: tuple[int, int]
    xy: Floats
    descriptors: Floats
    colours: Bytes

    def __len__(self) -> int:
        return len(self.xy)

    def chosen(self, which: NDArray[Any]) -> "Points":
        """Return some of the points."""
        return Points(self.size, self.xy[which], self.descriptors[which], self.colours[which])


def find(rgb: Bytes, maps: Maps, most: int = MOST) -> Points | None:
    """Return at most `most` points of (height, width, 3) pixels; None of a plain or tiny picture."""
    cv2.setNumThreads(1)
    size = _within(rgb.shape[0], rgb.shape[1], SIDE)
    height, width = (side // _STEP * _STEP for side in size)
    if min(height, width) < 2 * _STEP:
        return None
    larger = max(rgb.shape[:2]) > SIDE
    small = cv2.resize(np.ascontiguousarray(rgb), (width, height), interpolation=cv2.INTER_AREA if larger else cv2.INTER_LINEAR)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    if float(grey.std()) < _PLAIN:
        return None
    said = maps(grey.astype(np.float32)[None, None] / np.float32(255))
    heat = _heat(said["corners"][0])
    xy, strength = _strongest(heat, said["sure"][0, 0])
    order = np.argsort(-strength, kind="stable")[:most]
    order = order[strength[order] > 0]
    if not len(order):
        return None
    xy = xy[order]
    across = np.array([size[1] / width, size[0] / height], np.float32)
    around = cv2.cvtColor(cv2.blur(small, (_AROUND, _AROUND)), cv2.COLOR_RGB2Lab)
    return Points(size, (xy * across).astype(np.float32), _surroundings(said["features"][0], xy, (height, width)),
                  around[xy[:, 1].astype(int), xy[:, 0].astype(int)].astype(np.uint8, copy=False))


def _within(height: int, width: int, side: int) -> tuple[int, int]:
    share = min(1.0, side / max(height, width))
    return max(1, round(height * share)), max(1, round(width * share))


def _heat(corners: Floats) -> Floats:
    """Return (height, width) probabilities from (65, h, w) logits: 64 pixels of a cell, and none of them."""
    raised = np.exp(corners - corners.max(axis=0))
    share = raised[:64] / raised.sum(axis=0)
    _, high, wide = share.shape
    heat: Floats = share.reshape(_CELL, _CELL, high, wide).transpose(2, 0, 3, 1).reshape(high * _CELL, wide * _CELL)
    return np.ascontiguousarray(heat, np.float32)


def _strongest(heat: Floats, sure: Floats) -> tuple[Floats, Floats]:
    """Return places (n, 2) of local maxima and their strength: how likely a corner, times how sure the network is there."""
    largest = cv2.dilate(heat, np.ones((_APART, _APART), np.uint8))
    y, x = np.nonzero((heat == largest) & (heat > _LEAST))
    xy = np.stack([x, y], axis=1).astype(np.float32)
    at = _on_map(xy, (heat.shape[0], heat.shape[1]), (sure.shape[0], sure.shape[1]))
    linear = _sampled(sure[None], at, _linear, 2)[:, 0]
    return xy, heat[y, x] * linear


def _surroundings(features: Floats, xy: Floats, size: tuple[int, int]) -> Floats:
    """Return descriptors (n, d) of length one: bicubic look-ups in the map of features (d, h, w)."""
    length = np.maximum(np.linalg.norm(features, axis=0, keepdims=True), 1e-12)
    found = _sampled(features / length, _on_map(xy, size, (features.shape[1], features.shape[2])), _cubic, 4)
    shared: Floats = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
    return shared


def _on_map(xy: Floats, size: tuple[int, int], of: tuple[int, int]) -> Floats:
    """Return where pixels of a picture of (height, width) lie on a map of (h, w), as the network was taught."""
    share = np.array([of[1] / (size[1] - 1), of[0] / (size[0] - 1)], np.float32)
    return xy * share - np.float32(0.5)


def _sampled(values: Floats, at: Floats, weigh: Callable[[Floats], Floats], taps: int) -> Floats:
    """Return (n, d) of a map (d, h, w) at places (n, 2), `taps` neighbours each way; nothing lies beyond the edge."""
    _, high, wide = values.shape
    margin = taps // 2
    padded = np.pad(values, ((0, 0), (margin, margin + 1), (margin, margin + 1))).transpose(1, 2, 0)
    base = np.floor(at).astype(np.int64)
    across, down = (weigh((at - base)[:, axis]) for axis in (0, 1))
    found = np.zeros((len(at), values.shape[0]), np.float32)
    for j in range(taps):
        row = np.clip(base[:, 1] + j + 1, 0, high + 2 * margin)
        for i in range(taps):
            column = np.clip(base[:, 0] + i + 1, 0, wide + 2 * margin)
            found += (down[j] * across[i])[:, None] * padded[row, column]
    return found


def _linear(part: Floats) -> Floats:
    return np.stack([1 - part, part])


def _cubic(part: Floats) -> Floats:
    """Return the weights (4, n) of neighbours -1, 0, 1, 2 at parts of a step."""
    def near(x: Floats) -> Floats:
        return ((_CUBIC + 2) * x - (_CUBIC + 3)) * x * x + 1

    def far(x: Floats) -> Floats:
        return ((_CUBIC * x - 5 * _CUBIC) * x + 8 * _CUBIC) * x - 4 * _CUBIC

    return np.stack([far(part + 1), near(part), near(1 - part), far(2 - part)]).astype(np.float32)
