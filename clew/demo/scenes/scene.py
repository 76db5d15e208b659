"""A scene of flat faces and round balls in metres (x right, y away, z up), and how things are put together."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from clew.demo.scenes.colours import Pixels, Swatch
from clew.demo.scenes.prints import disc

Vector = NDArray[np.float64]
UP: Vector = np.array([0.0, 0.0, 1.0])


def vector(x: float, y: float, z: float) -> Vector:
    """A point or direction in metres."""
    return np.array([x, y, z], np.float64)


@dataclass
class Face:
    """A rectangle: its top-left corner, its edges, its normals at left and right, its skin; `glow` > 0 shines."""

    corner: Vector
    right: Vector
    down: Vector
    normals: tuple[Vector, Vector]
    skin: Pixels
    glow: float = 0.0
    lit: list[NDArray[np.uint8]] = field(default_factory=list)


@dataclass
class Ball:
    """An ellipsoid along the axes, its skin laid by longitude and latitude."""

    centre: Vector
    radii: Vector
    skin: Pixels
    glow: float = 0.0
    lit: list[NDArray[np.uint8]] = field(default_factory=list)


@dataclass(frozen=True)
class Light:
    """A lamp at a place; its colour carries its strength. `far`: the sun, which does not fade."""

    place: Vector
    colour: Vector
    far: bool = False


@dataclass(frozen=True)
class Place:
    """Where a thing stands: its origin and quarter turns to the left; a thing is built as if looked at from -y."""

    origin: Vector
    turns: int = 0

    def point(self, x: float, y: float, z: float) -> Vector:
        """A point of the thing in the scene."""
        for _ in range(self.turns % 4):
            x, y = -y, x
        return self.origin + vector(x, y, z)


@dataclass
class Scene:
    """What can be looked at. `density`: texture pixels a metre; `spacing`: metres between computed points of light."""

    density: float
    spacing: float
    ambient: Vector
    faces: list[Face] = field(default_factory=list)
    balls: list[Ball] = field(default_factory=list)
    solids: list[tuple[Vector, Vector]] = field(default_factory=list)
    lights: list[Light] = field(default_factory=list)

    def upright(
        self, centre: Vector, normal: Vector, size: tuple[float, float], swatch: Swatch, *, glow: float = 0
    ) -> None:
        """A wall, poster or sign of (width, height), seen from the side its normal points to."""
        right = np.cross(-normal, UP) * size[0]
        down = -UP * size[1]
        skin = swatch.cut(*size, self.density)
        self.faces.append(Face(centre - right / 2 - down / 2, right, down, (normal, normal), skin, glow))

    def flat(self, low: Vector, high: Vector, swatch: Swatch, *, down: bool = False, round_: bool = False,
             glow: float = 0, share: float = 1) -> None:  # fmt: skip
        """A level surface between two corners, looked at from above (below with `down`), at a share of the density."""
        width, depth = float(high[0] - low[0]), float(high[1] - low[1])
        skin = swatch.cut(width, depth, self.density * share)
        if round_:
            skin = disc(skin)
        normal = -UP if down else UP
        start = vector(low[0], low[1] if down else high[1], high[2])
        towards = vector(0, depth if down else -depth, 0)
        self.faces.append(Face(start, vector(width, 0, 0), towards, (normal, normal), skin, glow))

    def box(self, place: Place, low: tuple[float, float, float], high: tuple[float, float, float], swatch: Swatch,
            *, front: Swatch | None = None, glow: float = 0) -> None:  # fmt: skip
        """A block in the thing's own measures; `front` covers the side towards -y of the thing."""
        one, two = place.point(*low), place.point(*high)
        lo, hi = np.minimum(one, two), np.maximum(one, two)
        middle, size = (lo + hi) / 2, hi - lo
        ahead = place.point(0, -1, 0) - place.origin
        for axis in (0, 1):
            for sign in (-1.0, 1.0):
                normal = np.zeros(3)
                normal[axis] = sign
                skin = front if front is not None and float(ahead @ normal) > 0.9 else swatch
                self.upright(
                    middle + normal * size[axis] / 2,
                    normal,
                    (float(size[1 - axis]), float(size[2])),
                    skin,
                    glow=glow,
                )
        self.flat(lo, hi, swatch, glow=glow)
        if lo[2] > 0.3:
            self.flat(lo, vector(hi[0], hi[1], lo[2]), swatch, down=True, glow=glow)
        self.solids.append((lo, hi))

    def column(self, foot: Vector, radius: float, height: float, swatch: Swatch, *, top: float = 1.0, glow: float = 0,
               sides: int = 14, lid: Swatch | None = None) -> None:  # fmt: skip
        """A post, mug or lampshade; `top` is the radius above relative to the radius below."""
        turns = np.linspace(0, 2 * np.pi, sides + 1)
        skin = swatch.cut(2 * np.pi * radius, height, self.density)
        edges = np.linspace(0, skin.shape[1], sides + 1).astype(np.intp)
        for k in range(sides):
            ahead = [vector(np.cos(t), np.sin(t), 0) for t in turns[k : k + 2]]
            low = [foot + a * radius for a in ahead]
            high = foot + ahead[0] * radius * top + UP * height
            part = skin[:, edges[k] : max(edges[k + 1], edges[k] + 1)]
            self.faces.append(
                Face(high, (low[1] - low[0]) * (1 + top) / 2, low[0] - high, (ahead[0], ahead[1]), part, glow)
            )
        reach = vector(radius * top, radius * top, 0)
        self.flat(
            foot - reach + UP * height, foot + reach + UP * height, lid or swatch, round_=True, glow=glow
        )
        self.solids.append((foot - reach * 0.8, foot + reach * 0.8 + UP * height))

    def ball(
        self,
        centre: Vector,
        radii: tuple[float, float, float],
        swatch: Swatch,
        *,
        glow: float = 0,
        shadow: bool = True,
    ) -> None:
        """A ball, cushion or head of a toy."""
        size = vector(*radii)
        skin = swatch.cut(2 * np.pi * float(size.max()), np.pi * float(size.max()), self.density)
        self.balls.append(Ball(centre, size, skin, glow))
        if shadow:
            self.solids.append((centre - size * 0.7, centre + size * 0.7))
