"""Colours, smooth noise and swatches that all rendered surfaces are made of; from seeds, never from files."""

import colorsys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.floating[Any]]
Chance = np.random.Generator


def chance(*seed: int) -> Chance:
    """A source of chance that always gives the same numbers for the same seed."""
    return np.random.default_rng(list(seed))


def colour(
    rng: Chance, *, light: tuple[float, float], strong: tuple[float, float], hue: float = -1.0
) -> Pixels:
    """One colour (3,) in 0..1 with lightness and saturation drawn from the two ranges."""
    turn = rng.random() if hue < 0 else (hue + rng.normal(0, 0.03)) % 1
    value = colorsys.hls_to_rgb(turn, rng.uniform(*light), rng.uniform(*strong))
    return np.array(value, np.float32)


def palette(rng: Chance) -> list[Pixels]:
    """Four colours that go together: ground, main, second, dark."""
    hue = rng.random()
    other = (hue + rng.choice([0.08, 0.33, 0.5, 0.92])) % 1
    if rng.random() < 0.35:
        ground = colour(rng, light=(0.22, 0.42), strong=(0.12, 0.4), hue=hue)
        main = colour(rng, light=(0.6, 0.85), strong=(0.1, 0.45), hue=other)
    else:
        ground = colour(rng, light=(0.68, 0.88), strong=(0.08, 0.4), hue=hue)
        main = colour(rng, light=(0.25, 0.5), strong=(0.15, 0.5), hue=other)
    second = colour(rng, light=(0.4, 0.65), strong=(0.25, 0.55), hue=(hue + 0.5) % 1)
    return [ground, main, second, colour(rng, light=(0.1, 0.22), strong=(0.2, 0.5), hue=hue)]


def stretched(small: Pixels, height: int, width: int) -> Pixels:
    """A single plane (h, w) resampled smoothly to (height, width)."""
    picture = Image.fromarray(np.ascontiguousarray(small, np.float32))
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC), np.float32)


def clouds(
    rng: Chance, height: int, width: int, *, cells: float = 6, octaves: int = 3, across: float = 1.0
) -> Pixels:
    """Smooth noise (height, width) about 0, mostly within -1..1; `across` > 1 draws it out along x."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        count = cells * 2**octave
        rows = max(2, round(count * height / max(height, width)))
        columns = max(2, round(count * width / max(height, width) / across))
        total += stretched(rng.normal(0, 0.5, (rows, columns)).astype(np.float32), height, width) / 2**octave
    return total


def blend(under: Pixels, over: Pixels, part: Pixels) -> Pixels:
    """`over` laid on `under` by `part` (h, w) in 0..1; both may be one colour (3,) or pixels (h, w, 3)."""
    share = np.clip(part, 0, 1)[..., None]
    return (under * (1 - share) + over * share).astype(np.float32)


def soft(distance: Pixels, edge: float) -> Pixels:
    """1 where `distance` is below zero, 0 above, with a ramp `edge` wide, as a print has."""
    return np.asarray(np.clip(0.5 - distance / edge, 0, 1).astype(np.float32))


@dataclass(frozen=True)
class Swatch:
    """Pixels (h, w, 3 or 4) in 0..1 that stand for `metres` of material, repeated; 0 metres: stretched."""

    pixels: Pixels
    metres: float = 0.0

    def cut(self, width_m: float, height_m: float, density: float) -> Pixels:
        """The material for a surface of that size, `density` pixels a metre."""
        width = int(np.clip(width_m * density, 4, 1600))
        height = int(np.clip(height_m * density, 4, 1600))
        rows, columns = self.pixels.shape[:2]
        if self.metres == 0:
            y = np.arange(height) * rows // height
            x = np.arange(width) * columns // width
        else:
            y = (np.arange(height) * (height_m / height / self.metres * columns)).astype(np.intp) % rows
            x = (np.arange(width) * (width_m / width / self.metres * columns)).astype(np.intp) % columns
        return np.asarray(self.pixels.take(y, axis=0).take(x, axis=1))


def plain(rng: Chance, tint: Pixels, *, rough: float = 0.05, metres: float = 0.6) -> Swatch:
    """Painted or moulded material: one colour with slight wear."""
    wear = clouds(rng, 192, 192, cells=5) * rough + rng.normal(0, rough / 3, (192, 192)).astype(np.float32)
    return Swatch(np.clip(tint + wear[..., None], 0.02, 1).astype(np.float32), metres)
