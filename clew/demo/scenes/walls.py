"""Surfaces of rooms: patterned wallpapers, floors and cloths, each from a seed."""

from collections.abc import Callable

import numpy as np

from clew.demo.scenes.colours import Chance, Pixels, Swatch, blend, clouds, colour, palette, plain, soft

SIDE = 320


def grid(side: int = SIDE) -> tuple[Pixels, Pixels]:
    """Coordinates x, y in 0..1 over a square tile."""
    axis = (np.arange(side, dtype=np.float32) + 0.5) / side
    return np.meshgrid(axis, axis)[0], np.meshgrid(axis, axis)[1]


def fold(value: Pixels, count: float) -> Pixels:
    """The distance from the middle of the nearest of `count` repeats, -0.5..0.5."""
    return ((value * count) % 1 - 0.5).astype(np.float32)


def stripes(rng: Chance) -> Pixels:
    """Upright stripes of two widths."""
    x, _ = grid()
    ground, main, second, _ = palette(rng)
    count = int(rng.integers(2, 6))
    wide = soft(np.abs(fold(x, count)) - rng.uniform(0.12, 0.3), 0.03 * count)
    thin = soft(np.abs(np.abs(fold(x, count)) - 0.4) - 0.04, 0.02 * count)
    return blend(blend(ground, main, wide), second, thin)


def rosettes(rng: Chance) -> Pixels:
    """Flowers in a half-drop repeat."""
    x, y = grid()
    ground, main, second, dark = palette(rng)
    count = int(rng.integers(2, 5))
    petals = int(rng.integers(4, 9))
    drop = (np.floor(x * count) % 2) * 0.5
    px, py = fold(x, count), ((y * count + drop) % 1 - 0.5).astype(np.float32)
    radius, angle = np.hypot(px, py), np.arctan2(py, px)
    flower = radius - rng.uniform(0.24, 0.34) * (0.7 + 0.3 * np.cos(angle * petals))
    stem = np.abs(px + 0.08 * np.sin(py * 12)) - 0.025
    pixels = blend(ground, dark, soft(stem, 0.02) * 0.7)
    pixels = blend(pixels, main, soft(flower, 0.03))
    return blend(pixels, second, soft(radius - 0.09, 0.03))


def damask(rng: Chance) -> Pixels:
    """Large mirrored ornaments."""
    half = clouds(rng, SIDE, SIDE // 2, cells=5, octaves=2)
    field = np.concatenate([half, half[:, ::-1]], axis=1)
    ground, main, second, _ = palette(rng)
    pixels = blend(ground, main, soft(0.15 - field, 0.08))
    return blend(pixels, second, soft(np.abs(field + 0.3) - 0.03, 0.03))


def dots(rng: Chance) -> Pixels:
    """Polka dots, every second row moved."""
    x, y = grid()
    ground, main, second, _ = palette(rng)
    count = 2 * int(rng.integers(1, 4))
    moved = x + (np.floor(y * count) % 2) * 0.5 / count
    radius = np.hypot(fold(moved.astype(np.float32), count), fold(y, count))
    pixels = blend(ground, main, soft(radius - rng.uniform(0.18, 0.34), 0.04))
    return blend(pixels, second, soft(radius - 0.1, 0.04))


def diamonds(rng: Chance) -> Pixels:
    """A lattice of diamonds with small crosses."""
    x, y = grid()
    ground, main, second, _ = palette(rng)
    count = int(rng.integers(2, 5))
    reach = np.abs(fold(x, count)) + np.abs(fold(y, count))
    pixels = blend(ground, main, soft(np.abs(reach - 0.5) - rng.uniform(0.04, 0.1), 0.03))
    return blend(pixels, second, soft(reach - rng.uniform(0.1, 0.25), 0.03))


def zigzag(rng: Chance) -> Pixels:
    """Chevrons in three colours."""
    x, y = grid()
    ground, main, second, _ = palette(rng)
    count = int(rng.integers(2, 5))
    wave = fold(y + np.abs(fold(x, count)) * 0.6 / count * 2, count + 1)
    pixels = blend(ground, main, soft(np.abs(wave) - 0.16, 0.05))
    return blend(pixels, second, soft(np.abs(np.abs(wave) - 0.38) - 0.05, 0.04))


def bricks(rng: Chance, tint: Pixels | None = None) -> Pixels:
    """Brickwork with mortar, each brick of its own shade."""
    x, y = grid()
    rows = 10
    stone = colour(rng, light=(0.35, 0.6), strong=(0.2, 0.5), hue=0.04) if tint is None else tint
    row = np.floor(y * rows).astype(np.intp)
    along = x * rows / 2.5 + (row % 2) * 0.5
    shade = rng.normal(0, 0.06, (rows, rows))[row, np.floor(along).astype(np.intp) % (rows // 2)]
    joint = np.maximum(np.abs(fold(y, rows)) - 0.43, np.abs((along % 1) - 0.5) - 0.47)
    face = stone + (shade + clouds(rng, SIDE, SIDE, cells=30, octaves=2) * 0.05)[..., None]
    return blend(np.full(3, 0.72, np.float32), face.astype(np.float32), soft(joint.astype(np.float32), 0.05))


def planks(rng: Chance, *, rows: int = 6) -> Pixels:
    """Boards with grain and joints."""
    x, y = grid()
    wood = colour(rng, light=(0.25, 0.6), strong=(0.25, 0.5), hue=0.08)
    row = np.floor(y * rows).astype(np.intp)
    shade = rng.normal(0, 0.07, rows)[row] + clouds(rng, SIDE, SIDE, cells=26, octaves=3, across=7) * 0.13
    joint = np.minimum(0.5 - np.abs(fold(y, rows)), np.abs(x - rng.random(rows)[row]) * rows)
    return np.clip(
        (wood + shade[..., None]) * (1 - 0.45 * soft(joint.astype(np.float32) - 0.03, 0.03))[..., None], 0, 1
    )


def tiles(rng: Chance) -> Pixels:
    """Glazed tiles in two colours with joints."""
    x, y = grid()
    ground, main, _, dark = palette(rng)
    count = 2 * int(rng.integers(1, 4))
    odd = ((np.floor(x * count) + np.floor(y * count)) % 2).astype(np.float32)
    joint = 0.5 - np.maximum(np.abs(fold(x, count)), np.abs(fold(y, count)))
    pixels = blend(ground, main, odd) + clouds(rng, SIDE, SIDE, cells=12)[..., None] * 0.03
    return blend(pixels.astype(np.float32), dark, soft(joint - 0.03, 0.02))


def plaid(rng: Chance) -> Pixels:
    """Checked cloth: the same bands in warp and weft."""
    x, y = grid()
    ground, main, second, dark = palette(rng)
    pixels = np.broadcast_to(ground, (SIDE, SIDE, 3)).astype(np.float32)
    for tint, place, width in zip(
        (main, second, dark), rng.random(3), rng.uniform(0.03, 0.16, 3), strict=True
    ):
        for axis in (x, y):
            band = soft(np.abs((axis - place + 0.5) % 1 - 0.5) - width, 0.01)
            pixels = blend(pixels, tint, band * 0.5)
    return pixels


PAPERS: tuple[Callable[[Chance], Pixels], ...] = (
    stripes,
    rosettes,
    damask,
    dots,
    diamonds,
    zigzag,
    bricks,
    plaid,
)
CLOTHS: tuple[Callable[[Chance], Pixels], ...] = (plaid, stripes, rosettes, dots, zigzag, damask, diamonds)


def wallpaper(rng: Chance) -> Swatch:
    """A wallpaper, large enough in pattern to be told apart from across the room."""
    pixels = PAPERS[int(rng.integers(len(PAPERS)))](rng)
    dirt = clouds(rng, SIDE, SIDE, cells=4)[..., None] * 0.03
    return Swatch(np.clip(pixels + dirt, 0, 1).astype(np.float32), float(rng.uniform(0.5, 1.15)))


def floor(rng: Chance) -> Swatch:
    """Boards, tiles or fitted carpet."""
    kind = rng.random()
    if kind < 0.55:
        return Swatch(planks(rng), float(rng.uniform(0.9, 1.5)))
    if kind < 0.8:
        return Swatch(tiles(rng), float(rng.uniform(0.8, 1.4)))
    return plain(rng, colour(rng, light=(0.25, 0.6), strong=(0.1, 0.4)), rough=0.12, metres=0.5)


def cloth(rng: Chance) -> Swatch:
    """Printed or woven cloth for beds, sofas, curtains and bags."""
    pixels = CLOTHS[int(rng.integers(len(CLOTHS)))](rng)
    weave = rng.normal(0, 0.03, (SIDE, SIDE, 1)).astype(np.float32)
    return Swatch(np.clip(pixels + weave, 0, 1), float(rng.uniform(0.35, 0.8)))


def wood(rng: Chance) -> Swatch:
    """Furniture wood."""
    return Swatch(planks(rng, rows=2), 0.9)
