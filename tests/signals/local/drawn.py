"""Drawn pictures with much to see, from a seed, and their features as they are stored."""

import cv2
import numpy as np

from clew.signals.local import codec, pixels
from clew.signals.local.evidence import View
from clew.signals.local.features import extract


def drawn(seed: int, height: int = 360, width: int = 480) -> np.ndarray:
    """Return (height, width, 3) pixels: boxes, discs and lines in all sizes over a soft ground."""
    draw = np.random.default_rng(seed)
    ground = cv2.resize(draw.integers(60, 200, (4, 5, 3)).astype(np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(160):
        x, y = int(draw.integers(width)), int(draw.integers(height))
        size = int(draw.integers(4, 40))
        colour = tuple(int(v) for v in draw.integers(0, 256, 3))
        kind = draw.integers(3)
        if kind == 0:
            cv2.rectangle(ground, (x, y), (x + size, y + size // 2), colour, -1)
        elif kind == 1:
            cv2.circle(ground, (x, y), size // 2, colour, -1)
        else:
            cv2.line(ground, (x, y), (x + size, y - size), colour, 3)
    return cv2.GaussianBlur(ground, (0, 0), 0.8)


def stored(rgb: np.ndarray, most: int = 800) -> codec.Stored:
    """Return features as they come back from a store, all of word 0."""
    features = extract(rgb, most)
    return codec.unpack(codec.pack(features, np.zeros(len(features), np.uint32), np.zeros(len(features), np.uint64)))


def view(rgb: np.ndarray) -> View:
    """Return what can be compared of a picture."""
    return View(stored(rgb), pixels.pack(pixels.small(rgb)))
