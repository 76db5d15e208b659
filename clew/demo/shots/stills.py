"""Close pictures: things on a table, and cloth in folds."""

import numpy as np
from PIL import Image

from clew.demo.scenes.colours import Chance, Swatch, chance, clouds
from clew.demo.scenes.light import shine
from clew.demo.scenes.prints import poster
from clew.demo.scenes.scene import Light, Place, Scene, vector
from clew.demo.scenes.things import THINGS
from clew.demo.scenes.view import Camera, look
from clew.demo.scenes.walls import CLOTHS, cloth, wallpaper, wood

SIZES = (0.2, 0.1, 0.12, 0.26, 0.06)


class Still:
    """Three to six things on a table before a papered wall; `scene` is ready to be looked at."""

    def __init__(self, shape: int, dress: int) -> None:
        plan, rng = chance(shape, 21), chance(dress, 22)
        level = float(plan.uniform(0.35, 0.6))
        self.scene = Scene(650.0, 0.03, vector(level, level, level * 1.05))
        top = wood(rng) if plan.random() < 0.5 else cloth(rng)
        paper = wallpaper(rng)
        self.scene.flat(vector(-1.5, -0.7, 0), vector(1.5, 0.6, 0), Swatch(top.pixels, 0.5))
        self.scene.upright(vector(0, 0.6, 0.4), vector(0, -1, 0), (9.0, 2.4), Swatch(paper.pixels, 0.42))
        self.scene.upright(vector(0.35, 0.59, 0.45), vector(0, -1, 0), (0.3, 0.42), poster(rng))
        spots = [(-0.36, 0.1), (0.0, 0.22), (0.36, 0.12), (-0.18, -0.2), (0.2, -0.16)]
        for number in plan.permutation(len(spots))[: int(plan.integers(3, 6))]:
            which = int(plan.integers(len(THINGS)))
            x, y = spots[int(number)] + plan.normal(0, 0.02, 2)
            THINGS[which](
                self.scene, Place(vector(float(x), float(y), 0), int(plan.integers(4))), rng, SIZES[which]
            )
        side = float(plan.choice([-1, 1]))
        self.scene.lights.append(Light(vector(side * 0.7, -0.5, 0.9), vector(1.0, 0.9, 0.75) * 1.3))
        self.scene.lights.append(Light(vector(-side * 1.4, -0.6, 1.2), vector(0.8, 0.95, 1.1) * 1.1))
        shine(self.scene)

    def stand(self, which: int, rng: Chance) -> Camera:
        """A camera held before the table, from one of four sides."""
        x = (-0.55, 0.0, 0.6, 0.25)[which % 4] + float(rng.normal(0, 0.04))
        z = (0.4, 0.32, 0.5, 0.85)[which % 4] + float(rng.normal(0, 0.03))
        aim = rng.normal(0, 1, 3) * (0.05, 0.05, 0.01) + vector(0, 0, 0.08)
        return look(vector(x, -0.75, z), aim, float(rng.uniform(0.85, 1.05)), float(rng.normal(0, 0.03)))


def folded(pattern: int, lie: int, size: tuple[int, int]) -> Image.Image:
    """A cloth photographed close: `pattern` chooses the print, `lie` its folds, angle and light."""
    width, height = size
    print_ = CLOTHS[pattern % len(CLOTHS)](chance(pattern, 31))
    rng = chance(lie, 32)
    low = clouds(rng, height // 4, width // 4, cells=3, octaves=3, across=float(rng.uniform(0.5, 2)))
    relief = np.asarray(Image.fromarray(low).resize(size, Image.Resampling.BICUBIC), np.float32)
    slope_y, slope_x = np.gradient(relief, 8 / width)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / width
    turn, zoom = float(rng.uniform(-0.7, 0.7)), float(rng.uniform(1.6, 3.0))
    u = (x * np.cos(turn) - y * np.sin(turn)) * zoom * (1 + 0.25 * y) + relief * 0.2 + 9
    v = (x * np.sin(turn) + y * np.cos(turn)) * zoom * (1 + 0.25 * x) + relief * 0.26 + 9
    side = print_.shape[0]
    skin = print_[(v * side).astype(np.intp) % side, (u * side).astype(np.intp) % side]
    thread = 1 + 0.08 * np.sin(u * 1400 / zoom) * np.sin(v * 1400 / zoom)
    angle = float(rng.uniform(0, 2 * np.pi))
    slope = (slope_x * np.cos(angle) + slope_y * np.sin(angle)) * 0.2
    light = np.clip(0.75 + slope, 0.12, 1.5) * (1 + 0.35 * relief) * (1.1 - 0.5 * np.hypot(x - 0.5, y - 0.4))
    pixels = 1 - np.exp(-1.7 * skin * skin * (light * thread)[..., None])
    return Image.fromarray((np.sqrt(np.clip(pixels, 0, 1)) * 255).astype(np.uint8))
