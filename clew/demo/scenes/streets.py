"""Streets: house fronts, signs, trees and parked cars under a sky, nobody about."""

import numpy as np

from clew.demo.scenes.colours import Chance, Swatch, chance, clouds, colour, plain
from clew.demo.scenes.light import shine
from clew.demo.scenes.prints import front, sign, sky
from clew.demo.scenes.scene import Light, Place, Scene, Vector, vector
from clew.demo.scenes.things import paint
from clew.demo.scenes.view import Camera, look
from clew.demo.scenes.walls import bricks, tiles

LENGTH = 60.0


class Street:
    """A street along +y, houses on both sides and across its end; `scene` is ready to be looked at."""

    def __init__(self, shape: int, dress: int) -> None:
        plan, rng = chance(shape, 11), chance(dress, 12)
        grey = float(plan.uniform(0.6, 0.85))
        self.scene = Scene(26.0, 0.9, vector(grey, grey, grey * 1.12))
        self.half = float(plan.uniform(4.2, 6.5))
        self.courses = bricks(rng, np.full(3, 0.75, np.float32))
        self._ground(rng)
        for side in (-1, 1):
            self._row(side, plan, rng)
        self._house(vector(0, LENGTH, 0), 2, (26.0, 8.0), int(plan.integers(3, 6)), rng)
        self._furniture(plan, rng)
        sun = float(plan.uniform(0.7, 1.6))
        place = vector(float(plan.choice([-1, 1])) * 60, float(plan.uniform(-80, 40)), 90)
        self.scene.lights.append(Light(place, vector(1.0, 0.93, 0.8) * sun, far=True))
        shine(self.scene)

    def _ground(self, rng: Chance) -> None:
        stone = (
            rng.normal(0, 0.05, (256, 256)).astype(np.float32)
            + clouds(rng, 256, 256, cells=8, octaves=4) * 0.06
        )
        tar = Swatch(np.clip(0.38 + stone[..., None] + np.zeros(3, np.float32), 0, 1), 5.0)
        slab = Swatch(tiles(rng) * 0.35 + 0.4, 3.2)
        curb = plain(rng, np.full(3, 0.66, np.float32))
        self.scene.flat(vector(-40, -20, -0.02), vector(40, 100, -0.02), tar, share=0.4)
        self.scene.flat(vector(-self.half, -5, 0), vector(self.half, LENGTH, 0), tar)
        for side in (-1, 1):
            low, high = sorted((side * (self.half - 2), side * self.half))
            self.scene.box(Place(vector(0, 0, 0)), (low, -5, 0), (high, LENGTH, 0.12), slab, front=curb)
            self.scene.solids.pop()
        white = plain(rng, np.full(3, 0.85, np.float32))
        for y in range(0, int(LENGTH), 6):
            self.scene.flat(vector(-0.08, y, 0.01), vector(0.08, y + 3, 0.01), white)
        cover = sky(rng)
        for yaw in range(4):
            ahead = vector(-np.sin(yaw * np.pi / 2), np.cos(yaw * np.pi / 2), 0)
            part = Swatch(cover.pixels[:, ::-1] if yaw % 2 else cover.pixels)
            skin = np.ascontiguousarray(part.pixels)
            self.scene.upright(ahead * 240 + vector(0, 0, 95), -ahead, (481, 200), Swatch(skin), glow=1.7)
            self.scene.faces[-1].skin = skin

    def _house(self, foot: Vector, turns: int, size: tuple[float, float], floors: int, rng: Chance) -> None:
        """A house whose front (towards +y of the place) stands at `foot`; size is its breadth and depth."""
        at, high = Place(foot, turns), floors * 3.0
        bays = max(2, round(size[0] / 3))
        wall, roof = front(rng, floors, bays, self.courses), paint(rng, (0.2, 0.4))
        outward = at.point(0, 1, 0) - foot
        side = plain(rng, colour(rng, light=(0.4, 0.8), strong=(0.03, 0.2)))
        self.scene.box(at, (-size[0] / 2, -size[1], 0), (size[0] / 2, -0.05, high), side)
        self.scene.upright(foot + vector(0, 0, high / 2), outward, (size[0], high), wall)
        self.scene.box(at, (-size[0] / 2 - 0.2, -size[1], high), (size[0] / 2 + 0.2, 0.35, high + 0.35), roof)
        if rng.random() < 0.6:
            x = float(rng.uniform(-0.2, 0.2)) * size[0]
            self.scene.upright(at.point(x, 0.12, 3.1), outward, (3.4, 0.8), sign(rng))
            awning = plain(rng, colour(rng, light=(0.3, 0.6), strong=(0.3, 0.7)))
            self.scene.box(at, (x - 1.7, 0, 2.55), (x + 1.7, 1.1, 2.66), awning)

    def _row(self, side: int, plan: Chance, rng: Chance) -> None:
        y = -4.0
        while y < LENGTH - 6:
            breadth = 3.0 * int(plan.integers(2, 5))
            foot = vector(side * self.half, y + breadth / 2, 0)
            self._house(foot, 1 if side > 0 else 3, (breadth - 0.15, 9.0), int(plan.integers(2, 6)), rng)
            y += breadth + (float(plan.uniform(1.5, 4)) if plan.random() < 0.25 else 0)

    def _furniture(self, plan: Chance, rng: Chance) -> None:
        leaf = plain(rng, colour(rng, light=(0.2, 0.4), strong=(0.25, 0.5), hue=0.28), rough=0.25, metres=2)
        bark, metal = paint(rng, (0.15, 0.3)), paint(rng, (0.2, 0.45))
        for side in (-1, 1):
            for y in plan.uniform(4, LENGTH - 12, 4):
                foot = vector(side * (self.half - 1.5), float(y), 0.12)
                if plan.random() < 0.55:
                    self.scene.column(foot, 0.14, 2.6, bark, sides=8)
                    for _ in range(5):
                        spot = foot + plan.normal(0, 0.5, 3) + vector(0, 0, 3.3)
                        self.scene.ball(spot, (1.0, 0.95, 0.8), leaf)
                else:
                    self.scene.column(foot, 0.07, 5.0, metal, sides=8)
                    self.scene.ball(foot + vector(0, 0, 5.1), (0.28, 0.28, 0.2), metal)
            for y in plan.uniform(6, LENGTH - 14, 3):
                self._car(Place(vector(side * (self.half - 3.0), float(y), 0)), rng)
            post = vector(side * (self.half - 2.2), float(plan.uniform(5, 16)), 0)
            self.scene.column(post, 0.04, 2.3, metal, sides=8)
            self.scene.upright(
                post + vector(0, -0.06, 2.4), vector(0, -1, 0), (0.8, 0.8), sign(rng, wide=False)
            )

    def _car(self, at: Place, rng: Chance) -> None:
        shell = plain(rng, colour(rng, light=(0.2, 0.8), strong=(0.1, 0.7)), rough=0.02)
        glass, rubber = paint(rng, (0.1, 0.2)), paint(rng, (0.04, 0.08))
        self.scene.box(at, (-0.85, -2.1, 0.3), (0.85, 2.1, 0.85), shell)
        self.scene.box(at, (-0.75, -1.2, 0.85), (0.75, 1.3, 1.32), glass)
        for y in (-1.15, -0.05, 1.2):
            self.scene.box(at, (-0.76, y, 0.85), (0.76, y + 0.09, 1.33), shell)
        self.scene.box(at, (-0.72, -1.05, 1.32), (0.72, 1.15, 1.4), shell)
        self.scene.box(at, (-0.4, -2.14, 0.5), (0.4, -2.1, 0.64), paint(rng, (0.8, 0.95)))
        for y in (-1.35, 1.35):
            self.scene.ball(at.point(0, y, 0.32), (0.92, 0.34, 0.34), rubber, shadow=False)

    def stand(self, which: int, rng: Chance) -> Camera:
        """A camera on one of the pavements or in the road, at the height of a hand."""
        x = (-0.78, 0.8, 0.0, 0.1)[which % 4] * self.half
        y = (0.0, 10.0, 2.0, 52.0)[which % 4] + float(rng.uniform(-2, 3))
        away = -20 if which % 4 == 3 else 22
        aim = vector(-x * float(rng.uniform(0.2, 1.2)), y + away, 2.6 + float(rng.normal(0, 0.6)))
        return look(
            vector(x, y, float(rng.uniform(1.5, 1.9))),
            aim,
            float(rng.uniform(0.95, 1.3)),
            float(rng.normal(0, 0.02)),
        )
