"""Rooms: one seed for the shape (walls, furniture, where one can stand), another for how it is dressed."""

import numpy as np

from clew.demo.scenes.colours import Chance, chance, colour, plain
from clew.demo.scenes.light import shine
from clew.demo.scenes.prints import carpet, outdoors, poster
from clew.demo.scenes.scene import Light, Place, Scene, Vector, vector
from clew.demo.scenes.things import THINGS, bed, chair, cupboard, lamp, mug, paint, shelf, sofa, table
from clew.demo.scenes.view import Camera, look
from clew.demo.scenes.walls import cloth, floor, wallpaper


class Room:
    """A dressed room with its measures; `scene` is ready to be looked at."""

    def __init__(self, shape: int, dress: int, *, density: float = 190.0, spacing: float = 0.14) -> None:
        plan, look_ = chance(shape, 1), chance(dress, 2)
        self.plan = plan
        self.width, self.depth = (float(v) for v in plan.uniform((3.3, 3.8), (4.8, 5.4)))
        self.height = float(plan.uniform(2.4, 2.8))
        light = float(plan.uniform(0.3, 0.5))
        self.scene = Scene(density, spacing, vector(light, light, light * 1.06))
        self.order = [int(k) for k in plan.permutation(4)]
        self._shell(look_)
        self._window(plan, look_)
        self._furniture(plan, look_)
        self._walls_and_floor_things(plan, look_)
        shine(self.scene)

    def wall(self, which: int, along: float) -> Place:
        """A place at a wall (0 south, 1 east, 2 north, 3 west), `along` 0..1 of it; +y leads into the room."""
        w, d = self.width, self.depth
        corner = ((0, 0), (w, 0), (w, d), (0, d))[which]
        length = (w, d, w, d)[which]
        start = Place(vector(corner[0], corner[1], 0), which)
        return Place(start.point(along * length, 0, 0), which)

    def _shell(self, rng: Chance) -> None:
        paper, ground = wallpaper(rng), floor(rng)
        other = wallpaper(rng) if rng.random() < 0.35 else paper
        pale = plain(rng, colour(rng, light=(0.82, 0.93), strong=(0, 0.3)), rough=0.02)
        base = paint(rng, (0.2, 0.9))
        low, high = vector(0, 0, 0), vector(self.width, self.depth, 0)
        self.scene.flat(low, high, ground)
        self.scene.flat(
            vector(0, 0, self.height), vector(self.width, self.depth, self.height), pale, down=True, share=0.3
        )
        for k in range(4):
            length = (self.width, self.depth)[k % 2]
            at = self.wall(k, 0.5)
            inward = at.point(0, 1, 0) - at.origin
            self.scene.upright(
                at.point(0, 0, self.height / 2),
                inward,
                (length, self.height),
                other if k == self.order[0] else paper,
            )
            self.scene.box(at, (-length / 2, 0, 0), (length / 2, 0.02, 0.09), base)
            self.scene.solids.pop()
        self.scene.lights.append(
            Light(vector(self.width / 2, self.depth / 2, self.height - 0.35), vector(1, 0.93, 0.8) * 1.5)
        )
        self.scene.ball(
            vector(self.width / 2, self.depth / 2, self.height - 0.2),
            (0.17, 0.17, 0.12),
            pale,
            glow=2.0,
            shadow=False,
        )

    def _window(self, plan: Chance, rng: Chance) -> None:
        at = self.wall(self.order[1], float(plan.uniform(0.4, 0.6)))
        half, low, high = float(plan.uniform(0.5, 0.8)), 0.95, 2.15
        inward = at.point(0, 1, 0) - at.origin
        frame, drape = paint(rng, (0.7, 0.95)), cloth(rng)
        self.scene.upright(
            at.point(0, 0.01, (low + high) / 2), inward, (half * 2, high - low), outdoors(rng), glow=2.6
        )
        for x in (-half, -0.03, half - 0.05):
            self.scene.box(at, (x, 0, low), (x + 0.06, 0.04, high), frame)
        for z in (low - 0.05, high):
            self.scene.box(at, (-half, 0, z), (half + 0.02, 0.1 if z < 1 else 0.05, z + 0.05), frame)
        for side in (-1, 1):
            for fold in range(4):
                x = side * (half + 0.05 + fold * 0.09)
                self.scene.column(at.point(x, 0.08, 0.1), 0.055, high, drape, sides=10)
                self.scene.solids.pop()
        for part in (-0.5, 0.5):
            day = vector(0.85, 0.95, 1.1) * float(plan.uniform(0.6, 1.4))
            self.scene.lights.append(Light(at.point(part * half, 0.25, 1.8), day))

    def _furniture(self, plan: Chance, rng: Chance) -> None:
        kind = int(plan.integers(3))
        main = self.wall(self.order[0], float(plan.uniform(0.42, 0.58)))
        if kind == 0:
            bed(self.scene, main, rng, float(plan.uniform(0.95, 1.7)))
            for side in (-1, 1):
                at = Place(main.point(side * 1.15, 0, 0), main.turns)
                cupboard(self.scene, at, rng, size=(0.42, 0.38, 0.5))
                lamp(self.scene, Place(at.point(0, 0.2, 0.5), at.turns), rng)
        elif kind == 1:
            sofa(self.scene, main, rng, float(plan.uniform(1.7, 2.2)))
            table(self.scene, Place(main.point(0.1, 1.5, 0), main.turns), rng, height=0.42)
            THINGS[int(plan.integers(2, 5))](self.scene, Place(main.point(0.2, 1.5, 0.42), main.turns), rng)
            lamp(self.scene, Place(main.point(1.35, 0.35, 0), main.turns), rng, 1.5)
        else:
            table(self.scene, Place(main.point(0, 1.1, 0), main.turns), rng, size=(1.5, 0.9))
            mug(self.scene, Place(main.point(0.3, 1.2, 0.74), main.turns), rng)
            for x in (-0.4, 0.4):
                chair(self.scene, Place(main.point(x, 0.3, 0), main.turns), rng)
            chair(self.scene, Place(main.point(0.1, 2.0, 0), main.turns + 2), rng)
        shelf(
            self.scene,
            self.wall(self.order[2], float(plan.uniform(0.35, 0.65))),
            rng,
            levels=int(plan.integers(2, 5)),
        )
        size = (float(plan.uniform(0.8, 1.3)), 0.45, float(plan.choice([0.75, 0.9, 1.9])))
        cupboard(self.scene, self.wall(self.order[3], float(plan.uniform(0.3, 0.7))), rng, size=size)

    def _walls_and_floor_things(self, plan: Chance, rng: Chance) -> None:
        for k in (self.order[0], self.order[2], self.order[3]):
            for along in plan.uniform((0.12, 0.72), (0.28, 0.88)):
                at = self.wall(k, float(along))
                inward = at.point(0, 1, 0) - at.origin
                wide = float(plan.uniform(0.35, 0.6))
                size = (wide, wide * 1.38)
                self.scene.upright(
                    at.point(0, 0.012, float(plan.uniform(1.5, 1.75))), inward, size, poster(rng)
                )
        w, d = self.width, self.depth
        x, y = w * float(plan.uniform(0.25, 0.35)), d * float(plan.uniform(0.25, 0.35))
        self.scene.flat(vector(x, y, 0), vector(w - x * 0.9, d - y * 0.9, 0.012), carpet(rng))
        for _ in range(4):
            spot = vector(w, d, 0) * plan.uniform(0.25, 0.75, 3)
            thing = THINGS[int(plan.integers(len(THINGS)))]
            if not self._taken(spot, 0.15):
                thing(self.scene, Place(spot, int(plan.integers(4))), rng)

    def _taken(self, spot: Vector, margin: float) -> bool:
        return any(
            bool(np.all(spot > lo - margin) and np.all(spot < hi + margin)) for lo, hi in self.scene.solids
        )

    def stand(self, which: int, rng: Chance) -> Camera:
        """A camera near one of the corners, held by hand, that looks across the room."""
        sx, sy = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))[which % 4]
        spot = vector(self.width * sx, self.depth * sy, float(rng.uniform(1.35, 1.85)))
        middle = vector(self.width / 2, self.depth / 2, 1.0)
        for _ in range(12):
            if not self._taken(spot, 0.22):
                break
            spot = spot + (middle - spot) * vector(0.12, 0.12, 0)
        aim = middle + rng.normal(0, 1, 3) * (0.55, 0.55, 0.16)
        return look(spot, aim, float(rng.uniform(1.05, 1.35)), float(rng.normal(0, 0.025)))
