"""Small pictures and films drawn from a seed, for the matchers' own examples. No real media, no randomness."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import overload

import numpy as np

from clew.media.opened import Frame, Opened, Pixels
from clew.signals.contract import Verdict

Example = tuple[Opened, Opened, Verdict]


class Drawn(Sequence[Example]):
    """Examples that are drawn when somebody looks at them: a worker that starts has better to do."""

    def __init__(self, draw: Callable[[], Sequence[Example]]) -> None:
        self._draw = draw

    @cached_property
    def _all(self) -> Sequence[Example]:
        return self._draw()

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Example]:
        return iter(self._all)

    @overload
    def __getitem__(self, at: int) -> Example: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Example]: ...
    def __getitem__(self, at: int | slice) -> Example | Sequence[Example]:
        return self._all[at]


def photo(seed: int, *, bright: float = 1.0, mirrored: bool = False) -> Opened:
    """Return a picture of 120x160 soft blobs; seed 0 is an empty grey one."""
    pixels = blobs(seed, bright=bright)
    pixels = np.ascontiguousarray(pixels[:, ::-1]) if mirrored else pixels
    return Opened("picture", "image/png", width=pixels.shape[1], height=pixels.shape[0], picture=pixels)


def film(*scenes: tuple[int, float], step: float = 0.5, start: float = 0.0) -> Opened:
    """Return a film of (seed, seconds) scenes through which the camera pans, sampled every `step` seconds."""
    frames = []
    end = sum(length for _, length in scenes)
    for time in np.arange(start, end, step):
        began = 0.0
        for seed, length in scenes:
            if time < began + length:
                frames.append(Frame(round(float(time - start), 3), blobs(seed, pan=float(time - began))))
                break
            began += length
    return Opened("film", "video/mp4", width=160, height=120, duration=end - start, frames=frames)


def blobs(seed: int, *, bright: float = 1.0, pan: float = 0.0) -> Pixels:
    """Return (120, 160, 3) pixels: waves of 20 directions and lengths, moved by 8 pixels for each second of `pan`."""
    if seed == 0:
        return np.full((120, 160, 3), 128, np.uint8)
    draw = np.random.default_rng(seed)
    down, across = np.mgrid[0:120, 0:160].astype(np.float32)
    light = np.zeros((120, 160), np.float32)
    for _ in range(20):
        turn, length, phase = draw.uniform(0, np.pi), draw.uniform(12, 80), draw.uniform(0, 2 * np.pi)
        along = np.cos(turn) * (across + 8 * pan) + np.sin(turn) * (down + 3 * pan)
        light += np.sin(2 * np.pi * along / length + phase)
    light = (128 + 25 * light) * bright
    tint = np.array([1.0, 0.9, 0.8], np.float32)
    pixels: Pixels = np.clip(light[:, :, None] * tint, 0, 255).astype(np.uint8)
    return pixels
