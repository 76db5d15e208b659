"""Furniture and small things, built from blocks, posts and balls at a place of the scene."""

from clew.demo.scenes.colours import Chance, Swatch, colour, plain
from clew.demo.scenes.prints import books
from clew.demo.scenes.scene import Light, Place, Scene, vector
from clew.demo.scenes.walls import cloth, wood


def paint(rng: Chance, light: tuple[float, float] = (0.2, 0.8)) -> Swatch:
    """Painted or plastic material of a chance colour."""
    return plain(rng, colour(rng, light=light, strong=(0.1, 0.55)))


def bed(scene: Scene, at: Place, rng: Chance, width: float = 1.5) -> None:
    """A bed, its head at the wall (y = 0), its foot towards +y."""
    frame, cover, white = wood(rng), cloth(rng), paint(rng, (0.75, 0.92))
    half = width / 2
    scene.box(at, (-half, 0, 0.1), (half, 2.0, 0.32), frame)
    scene.box(at, (-half, 0, 0), (half, 0.07, 1.0), frame)
    scene.box(at, (-half + 0.03, 0.07, 0.32), (half - 0.03, 1.98, 0.5), white)
    scene.box(at, (-half - 0.02, 0.65, 0.34), (half + 0.02, 2.02, 0.57), cover)
    cushion = cloth(rng)
    for side in (-0.25, 0.25):
        scene.ball(at.point(side * width, 0.32, 0.6), (0.33, 0.33, 0.13), cushion if side < 0 else white)


def sofa(scene: Scene, at: Place, rng: Chance, width: float = 2.0) -> None:
    """A sofa, its back at the wall."""
    cover, cushion = cloth(rng), cloth(rng)
    half = width / 2
    scene.box(at, (-half, 0, 0.08), (half, 0.9, 0.42), cover)
    scene.box(at, (-half, 0, 0.42), (half, 0.24, 0.85), cover)
    scene.box(at, (-half, 0, 0.08), (-half + 0.2, 0.9, 0.6), cover)
    scene.box(at, (half - 0.2, 0, 0.08), (half, 0.9, 0.6), cover)
    for side in (-0.5, 0.45):
        scene.ball(at.point(side, 0.38, 0.62), (0.24, 0.2, 0.2), cushion)


def table(
    scene: Scene, at: Place, rng: Chance, *, size: tuple[float, float] = (1.2, 0.7), height: float = 0.74
) -> None:
    """A table on four legs; its middle is at the place."""
    board = wood(rng)
    x, y = size[0] / 2, size[1] / 2
    scene.box(at, (-x, -y, height - 0.05), (x, y, height), board)
    for a in (-x + 0.04, x - 0.1):
        for b in (-y + 0.04, y - 0.1):
            scene.box(at, (a, b, 0), (a + 0.06, b + 0.06, height - 0.05), board)


def chair(scene: Scene, at: Place, rng: Chance) -> None:
    """A chair, its back towards y = 0."""
    stuff = wood(rng) if rng.random() < 0.5 else paint(rng)
    scene.box(at, (-0.22, 0, 0.42), (0.22, 0.44, 0.47), stuff)
    scene.box(at, (-0.22, 0, 0.47), (0.22, 0.05, 0.95), stuff)
    for a in (-0.21, 0.16):
        for b in (0.0, 0.38):
            scene.box(at, (a, b, 0), (a + 0.05, b + 0.05, 0.42), stuff)


def shelf(scene: Scene, at: Place, rng: Chance, *, width: float = 1.1, levels: int = 4) -> None:
    """An open shelf with books and boxes, its back at the wall."""
    board = wood(rng)
    high = 0.4 * levels + 0.05
    half = width / 2
    scene.box(at, (-half, 0, 0), (half, 0.03, high), board)
    for side in (-half, half - 0.03):
        scene.box(at, (side, 0, 0), (side + 0.03, 0.32, high), board)
    for level in range(levels + 1):
        z = 0.4 * level
        scene.box(at, (-half, 0.03, z), (half, 0.32, z + 0.04), board)
        if level == levels:
            break
        split = float(rng.uniform(-0.5, 0.5)) * half
        row = books(rng)
        scene.box(at, (-half + 0.04, 0.05, z + 0.04), (split, 0.24, z + 0.3), paint(rng), front=row)
        back = Place(at.point(0, 0, 0), at.turns + 2)
        scene.box(
            back, (-half + 0.04, -0.26, z + 0.04), (-split - 0.05, -0.06, z + 0.28), row, front=books(rng)
        )


def cupboard(
    scene: Scene, at: Place, rng: Chance, *, size: tuple[float, float, float] = (1.0, 0.5, 0.8)
) -> None:
    """A cupboard with doors and knobs, its back at the wall."""
    body = wood(rng) if rng.random() < 0.6 else paint(rng)
    door = paint(rng) if rng.random() < 0.4 else body
    half = size[0] / 2
    scene.box(at, (-half, 0, 0), (half, size[1], size[2]), body)
    for side in (-1, 1):
        low, high = sorted((side * 0.02, side * (half - 0.03)))
        scene.box(at, (low, size[1], 0.06), (high, size[1] + 0.015, size[2] - 0.05), door)
        scene.ball(
            at.point(side * 0.07, size[1] + 0.03, size[2] * 0.55), (0.02, 0.02, 0.02), body, shadow=False
        )


def lamp(scene: Scene, at: Place, rng: Chance, height: float = 0.5, strength: float = 0.9) -> None:
    """A lamp on a foot, lit."""
    scene.column(at.point(0, 0, 0), 0.09, 0.03, paint(rng))
    scene.column(at.point(0, 0, 0), 0.02, height - 0.2, paint(rng, (0.1, 0.4)), sides=8)
    shade = plain(rng, colour(rng, light=(0.7, 0.9), strong=(0.2, 0.7), hue=0.1))
    scene.column(at.point(0, 0, height - 0.22), 0.17, 0.22, shade, top=0.65, glow=1.6)
    scene.solids.pop()
    scene.lights.append(Light(at.point(0, 0.0, height + 0.12), vector(1.0, 0.8, 0.55) * strength))


def bear(scene: Scene, at: Place, rng: Chance, size: float = 0.3) -> None:
    """A stuffed toy bear of plain balls, sitting."""
    fur = plain(
        rng,
        colour(rng, light=(0.35, 0.65), strong=(0.2, 0.5), hue=float(rng.choice([0.07, 0.09, 0.6, 0.95]))),
        rough=0.16,
        metres=0.3,
    )
    pale, dark = paint(rng, (0.7, 0.85)), paint(rng, (0.04, 0.08))
    balls: list[tuple[float, float, float, float, Swatch]] = [
        (0, 0, 0.42, 0.34, fur),
        (0, 0.02, 0.95, 0.27, fur),
        (0, 0.22, 0.88, 0.12, pale),
        (0, 0.33, 0.9, 0.04, dark),
    ]
    for side in (-1, 1):
        balls += [
            (side * 0.22, 0, 1.17, 0.1, fur),
            (side * 0.34, 0.12, 0.5, 0.14, fur),
            (side * 0.24, 0.34, 0.16, 0.16, fur),
        ]
        balls += [(side * 0.1, 0.24, 1.0, 0.035, dark)]
    for x, y, z, radius, skin in balls:
        scene.ball(at.point(x * size, y * size, z * size), (radius * size,) * 3, skin, shadow=radius > 0.2)


def toy_ball(scene: Scene, at: Place, rng: Chance, size: float = 0.12) -> None:
    """A printed ball."""
    scene.ball(at.point(0, 0, size), (size, size, size), Swatch(cloth(rng).pixels, size * 3))


def mug(scene: Scene, at: Place, rng: Chance, size: float = 0.1) -> None:
    """A printed mug with its handle."""
    print_ = Swatch(cloth(rng).pixels, size * 2)
    drink = paint(rng, (0.08, 0.3))
    scene.column(at.point(0, 0, 0), size * 0.42, size, print_, lid=drink, sides=20)
    for z, reach in ((0.25, 0.55), (0.75, 0.55)):
        scene.box(
            at,
            (size * 0.35, -0.06 * size, size * z - 0.04 * size),
            (size * (reach + 0.17), 0.06 * size, size * z + 0.06 * size),
            print_,
        )
    scene.box(at, (size * 0.62, -0.06 * size, size * 0.25), (size * 0.73, 0.06 * size, size * 0.77), print_)


def bag(scene: Scene, at: Place, rng: Chance, size: float = 0.4) -> None:
    """A printed bag with a flap and handles."""
    stuff, strap = cloth(rng), paint(rng, (0.1, 0.4))
    half = size / 2
    scene.box(at, (-half, -size * 0.18, 0), (half, size * 0.18, size * 0.75), stuff)
    scene.box(at, (-half * 0.8, size * 0.18, size * 0.3), (half * 0.8, size * 0.24, size * 0.72), strap)
    for side in (-0.5, 0.45):
        scene.box(
            at,
            (side * half, -0.02 * size, size * 0.75),
            (side * half + 0.06 * size, 0.02 * size, size * 1.05),
            strap,
        )
    scene.box(
        at,
        (-0.5 * half, -0.02 * size, size * 1.0),
        (0.45 * half + 0.06 * size, 0.02 * size, size * 1.06),
        strap,
    )


def blocks(scene: Scene, at: Place, rng: Chance, size: float = 0.1) -> None:
    """Toy building blocks, stacked."""
    for x, z in ((-1.1, 0), (0, 0), (1.15, 0), (-0.6, 1), (0.5, 1), (-0.1, 2)):
        scene.box(
            at,
            ((x - 0.5) * size, -size / 2, z * size),
            ((x + 0.5) * size, size / 2, (z + 1) * size),
            paint(rng),
        )


THINGS = (bear, toy_ball, mug, bag, blocks)
