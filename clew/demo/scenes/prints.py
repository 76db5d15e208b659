"""Surfaces with a drawing on them: posters, carpets, house fronts, signs, book backs, sky."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from clew.demo.scenes.colours import Chance, Pixels, Swatch, blend, clouds, colour, palette, soft

Ink = tuple[int, int, int]
NAMES = (
    "ALBA",
    "BREMSA",
    "CORVO",
    "DELMAR",
    "ESTRO",
    "FINKA",
    "GALDO",
    "HOLMA",
    "IRIS",
    "JUNO",
    "KESTA",
    "LUMA",
)


def ink(tint: Pixels) -> Ink:
    """A colour as Pillow draws with it."""
    red, green, blue = (int(np.clip(part, 0, 1) * 255) for part in tint)
    return red, green, blue


def as_pixels(picture: Image.Image) -> Pixels:
    """A Pillow picture as pixels in 0..1."""
    return np.asarray(picture, np.float32) / 255


def shapes(
    rng: Chance, draw: ImageDraw.ImageDraw, colours: list[Pixels], size: tuple[int, int], count: int
) -> None:
    """Discs, bars and triangles at chance places."""
    for _ in range(count):
        fill = ink(colours[int(rng.integers(len(colours)))])
        x, y = rng.uniform(-0.1, 1, 2) * size
        w, h = rng.uniform(0.1, 0.6, 2) * size
        kind = int(rng.integers(3))
        if kind == 0:
            draw.ellipse((x, y, x + w, y + w), fill=fill)
        elif kind == 1:
            draw.rectangle((x, y, x + w, y + h / 2), fill=fill)
        else:
            draw.polygon(((x, y + h), (x + w / 2, y), (x + w, y + h)), fill=fill)


def poster(rng: Chance) -> Swatch:
    """An abstract print with a word, in a frame."""
    size = (210, 290)
    colours = palette(rng)
    picture = Image.new("RGB", size, ink(colours[0]))
    draw = ImageDraw.Draw(picture)
    shapes(
        rng, draw, [*colours, colour(rng, light=(0.3, 0.8), strong=(0.5, 1))], size, int(rng.integers(6, 14))
    )
    word = str(rng.choice(NAMES))
    draw.text(
        (20, int(rng.integers(15, 240))), word, fill=ink(colours[3]), font=ImageFont.load_default(size=38)
    )
    frame = ink(colour(rng, light=(0.05, 0.9), strong=(0, 0.3)))
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=frame, width=10)
    return Swatch(as_pixels(picture))


def carpet(rng: Chance) -> Swatch:
    """A patterned carpet: borders and a field mirrored both ways."""
    height, width = 256, 360
    ground, main, second, dark = palette(rng)
    quarter = clouds(rng, height // 2, width // 2, cells=10, octaves=2)
    field = np.block([[quarter, quarter[:, ::-1]], [quarter[::-1], quarter[::-1, ::-1]]])
    pixels = blend(ground, main, soft(0.1 - field, 0.06))
    pixels = blend(pixels, second, soft(np.abs(field + 0.25) - 0.06, 0.04))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    edge = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y))
    middle = np.hypot((x - width / 2) / width, (y - height / 2) / height * 0.8)
    pixels = blend(pixels, second, soft(middle - 0.16, 0.01))
    pixels = blend(pixels, dark, soft(np.abs(middle - 0.13) - 0.012, 0.01))
    for inset, tint in ((30, dark), (26, main), (10, dark), (6, second)):
        pixels = blend(pixels, tint, soft(edge - inset, 2))
    return Swatch(np.clip(pixels + rng.normal(0, 0.05, (height, width, 1)), 0, 1).astype(np.float32))


def books(rng: Chance) -> Swatch:
    """The backs of a row of books."""
    picture = Image.new("RGB", (240, 80), (30, 22, 18))
    draw = ImageDraw.Draw(picture)
    x = 0
    while x < 240:
        w, top = int(rng.integers(6, 20)), int(rng.integers(0, 26))
        fill = ink(colour(rng, light=(0.15, 0.7), strong=(0.1, 0.8)))
        draw.rectangle((x, top, x + w - 2, 80), fill=fill)
        draw.rectangle(
            (x + 1, top + 10, x + w - 3, top + 14), fill=ink(colour(rng, light=(0.6, 0.9), strong=(0, 0.6)))
        )
        x += w
    return Swatch(as_pixels(picture))


def front(rng: Chance, floors: int, bays: int, courses: Pixels) -> Swatch:
    """A house front: brick (`courses`, a square tile about 0.75 light) or plaster, windows with frames and a door."""
    cell = 84
    width, height = bays * cell, floors * cell
    tint = colour(
        rng, light=(0.45, 0.85), strong=(0.05, 0.32), hue=float(rng.choice([0.04, 0.1, 0.12, 0.55]))
    )
    side = len(courses)
    wall = courses[np.arange(height)[:, None] % side, np.arange(width)[None] % side] * tint / 0.75
    if rng.random() < 0.5:
        wall = np.clip(tint + clouds(rng, height, width, cells=7, octaves=4)[..., None] * 0.07, 0, 1)
    picture = Image.fromarray((np.clip(wall, 0, 1) * 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    frame, glass = (
        ink(colour(rng, light=(0.1, 0.95), strong=(0, 0.4))),
        colour(rng, light=(0.12, 0.35), strong=(0.1, 0.3)),
    )
    half, high = int(rng.integers(12, 28)), int(rng.integers(22, 34))
    for storey in range(floors):
        for bay in range(bays):
            x, y = bay * cell + cell // 2, storey * cell + cell // 2
            pane = ink(np.clip(glass + rng.normal(0, 0.07) + (0.4 if rng.random() < 0.15 else 0), 0, 1))
            low = y + high + (14 if storey == floors - 1 else 0)
            draw.rectangle((x - half, y - high, x + half, low), fill=pane, outline=frame, width=4)
            draw.line((x, y - high, x, low), fill=frame, width=3)
            draw.line((x - half - 4, low, x + half + 4, low), fill=frame, width=5)
    door = int(rng.integers(bays)) * cell + cell // 2
    draw.rectangle(
        (door - 20, height - 66, door + 20, height),
        fill=ink(colour(rng, light=(0.15, 0.4), strong=(0.3, 0.8))),
    )
    draw.rectangle((0, 0, width, 8), fill=frame)
    return Swatch(as_pixels(picture))


def sign(rng: Chance, *, wide: bool = True) -> Swatch:
    """A shop sign or road sign with an invented name."""
    size = (300, 70) if wide else (120, 120)
    ground, _, second, _ = palette(rng)
    picture = Image.new("RGB", size, ink(ground * 0.6))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=(245, 245, 235), width=5)
    if wide:
        word = f"{rng.choice(NAMES)} {int(rng.integers(2, 99))}"
        draw.text((24, 8), word, fill=(250, 250, 240), font=ImageFont.load_default(size=46))
    else:
        draw.regular_polygon((60, 60, 42), int(rng.integers(3, 9)), fill=ink(second))
    return Swatch(as_pixels(picture))


def sky(rng: Chance) -> Swatch:
    """Sky with clouds, paler towards the horizon (the lower edge)."""
    height, width = 200, 400
    up = np.linspace(1, 0, height, dtype=np.float32)[:, None]
    blue = colour(rng, light=(0.45, 0.7), strong=(0.3, 0.7), hue=0.58)
    pale = np.full(3, 0.9, np.float32)
    base = blend(pale, blue, np.broadcast_to(up, (height, width)))
    return Swatch(
        blend(base, pale, np.clip(clouds(rng, height, width, cells=5, octaves=4, across=2) + 0.1, 0, 0.9))
    )


def outdoors(rng: Chance) -> Swatch:
    """What a window shows: sky, roofs and trees, bright and a little out of focus."""
    pixels = sky(rng).pixels[:, :260].copy()
    ridge = (120 + np.cumsum(rng.normal(0, 2.5, 260))).astype(np.intp)
    below = np.arange(200)[:, None] > ridge[None]
    green = colour(rng, light=(0.25, 0.5), strong=(0.2, 0.5), hue=0.3)
    pixels[below] = (green + clouds(rng, 200, 260, cells=14)[..., None] * 0.12)[below]
    return Swatch(np.clip(pixels, 0, 1))


def disc(skin: Pixels) -> Pixels:
    """The skin with a fourth plane that keeps only the disc inside it."""
    rows, columns = skin.shape[:2]
    y, x = np.mgrid[0:rows, 0:columns]
    inside = np.hypot((x + 0.5) / columns - 0.5, (y + 0.5) / rows - 0.5) < 0.5
    return np.dstack([skin[..., :3], inside.astype(np.float32)]).astype(np.float32)
