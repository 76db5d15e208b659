"""Look at a scene through a camera: a depth buffer and perspective-correct skins, all in numpy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clew.demo.scenes.scene import Ball, Face, Scene, Vector, vector

Frame = NDArray[np.uint8]
JITTER = np.random.default_rng(7).random(1 << 21, dtype=np.float32)
_CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
_NEAR = 0.03


@dataclass(frozen=True)
class Camera:
    """Where it stands (metres), where it looks (radians; yaw 0 is along +y, pitch up), how wide it sees (radians)."""

    place: Vector
    yaw: float
    pitch: float
    wide: float
    roll: float = 0.0

    def axes(self) -> NDArray[np.float64]:
        """Rows: right, down, ahead."""
        ahead = vector(
            -np.sin(self.yaw) * np.cos(self.pitch), np.cos(self.yaw) * np.cos(self.pitch), np.sin(self.pitch)
        )
        right = vector(np.cos(self.yaw), np.sin(self.yaw), 0)
        down = np.cross(ahead, right)
        c, s = np.cos(self.roll), np.sin(self.roll)
        return np.array([right * c + down * s, down * c - right * s, ahead])


def look(place: Vector, at: Vector, wide: float, roll: float = 0.0) -> Camera:
    """A camera at a place that looks at a point."""
    line = at - place
    return Camera(
        place,
        float(np.arctan2(-line[0], line[1])),
        float(np.arctan2(line[2], np.hypot(line[0], line[1]))),
        wide,
        roll,
    )


class _Canvas:
    """Depth and colour while a picture is drawn."""

    def __init__(self, camera: Camera, size: tuple[int, int]) -> None:
        self.width, self.height = size
        self.place, self.axes = camera.place, camera.axes()
        self.focal = self.width / 2 / np.tan(camera.wide / 2)
        self.near = np.zeros((self.height, self.width), np.float32)
        self.colour = np.zeros((self.height, self.width), np.uint32)
        self.x = ((np.arange(self.width) + 0.5 - self.width / 2) / self.focal).astype(np.float32)
        self.y = ((np.arange(self.height) + 0.5 - self.height / 2) / self.focal).astype(np.float32)

    def frame(self, corners: NDArray[np.float64]) -> tuple[slice, slice]:
        """The part of the picture that the points (camera axes, all before the camera) can touch."""
        spots = corners[:, :2] / corners[:, 2:] * self.focal + (self.width / 2, self.height / 2)
        (left, top), (right, bottom) = np.floor(spots.min(axis=0)), np.ceil(spots.max(axis=0))
        return (
            slice(int(np.clip(top, 0, self.height)), int(np.clip(bottom + 1, 0, self.height))),
            slice(int(np.clip(left, 0, self.width)), int(np.clip(right + 1, 0, self.width))),
        )

    def paint(self, rows: slice, columns: slice, spots: NDArray[np.intp], near: NDArray[np.float32],
              u: NDArray[np.float32], v: NDArray[np.float32], lit: list[Frame], texels: float) -> None:  # fmt: skip
        """Put skin points (u, v in 0..1) on the picture at flat spots of the frame; `texels`: skin a picture pixel."""
        skin = lit[int(np.clip(np.log2(max(texels, 1e-3)), 0, len(lit) - 1))]
        high, broad = skin.shape[:2]
        shake = JITTER[: len(spots)], JITTER[-len(spots) :]
        x = np.clip(u * broad + shake[0] - 0.5, 0, broad - 1).astype(np.int32)
        y = np.clip(v * high + shake[1] - 0.5, 0, high - 1).astype(np.int32)
        found = skin.reshape(-1, 4).view(np.uint32)[:, 0].take(y * broad + x)
        wide = columns.stop - columns.start
        where = (spots // wide + rows.start) * self.width + spots % wide + columns.start
        if skin.reshape(-1, 4)[:, 3].min() < 255:
            solid = found >= np.uint32(0x80000000)
            where, found, near = where[solid], found[solid], near[solid]
        self.colour.reshape(-1)[where] = found
        self.near.reshape(-1)[where] = near


def _before(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """The corners (4, 3) of a rectangle cut off at a plane just before the camera; none when all of it lies behind."""
    if float(corners[:, 2].min()) >= _NEAR:
        return corners
    after = np.roll(corners, -1, axis=0)
    kept = [corner for corner in corners if corner[2] >= _NEAR]
    for one, two in zip(corners, after, strict=True):
        if (one[2] < _NEAR) != (two[2] < _NEAR):
            kept.append(one + (two - one) * (_NEAR - one[2]) / (two[2] - one[2]))
    return np.array(kept).reshape(-1, 3)


def _face(canvas: _Canvas, face: Face) -> None:
    """Draw one rectangle where it is nearest: u/z, v/z and 1/z are planes over the picture."""
    columns3 = canvas.axes @ np.stack([face.right, face.down, face.corner - canvas.place], axis=1)
    corners = _before(columns3[:, 2] + _CORNERS[:, :1] * columns3[:, 0] + _CORNERS[:, 1:] * columns3[:, 1])
    if len(corners) == 0 or abs(float(np.linalg.det(columns3))) < 1e-9:
        return
    if (
        float((face.corner - canvas.place) @ (face.normals[0] + face.normals[1])) > 0
        and face.skin.shape[2] == 3
    ):
        return
    rows, columns = canvas.frame(corners)
    x, y = canvas.x[columns][None], canvas.y[rows][:, None]
    if x.size == 0 or y.size == 0:
        return
    plane = np.linalg.inv(columns3).astype(np.float32)
    u, v, near = (plane[k, 0] * x + (plane[k, 1] * y + plane[k, 2]) for k in range(3))
    inside = near > canvas.near[rows, columns]
    for along in (u, v):
        inside &= along >= 0
        inside &= along <= near
    spots = np.flatnonzero(inside)
    if spots.size == 0:
        return
    depth = near.reshape(-1)[spots]
    where_u, where_v = u.reshape(-1)[spots] / depth, v.reshape(-1)[spots] / depth
    covered = float(np.ptp(where_u) * np.ptp(where_v)) * face.lit[0].shape[0] * face.lit[0].shape[1]
    canvas.paint(
        rows, columns, spots, depth, where_u, where_v, face.lit, (max(covered, 1) / spots.size) ** 0.5
    )


def _ball(canvas: _Canvas, ball: Ball) -> None:
    """Draw one ellipsoid by cutting rays with it in a space where it is a unit ball."""
    middle = canvas.axes @ (ball.centre - canvas.place)
    reach = float(ball.radii.max()) * 1.1
    if middle[2] < reach:
        return
    ends = np.stack([middle + vector(a * reach, b * reach, -reach) for a in (-1, 1) for b in (-1, 1)])
    rows, columns = canvas.frame(ends)
    x, y = canvas.x[columns][None], canvas.y[rows][:, None]
    if x.size == 0 or y.size == 0:
        return
    start = ((canvas.place - ball.centre) / ball.radii).astype(np.float32)
    axes = (canvas.axes / ball.radii).astype(np.float32)
    ray = x[..., None] * axes[0] + y[..., None] * axes[1] + axes[2]
    a, b = (ray * ray).sum(-1), (ray @ start)
    root = b * b - a * (float(start @ start) - 1)
    depth = (-b - np.sqrt(np.maximum(root, 0))) / a
    spots = np.flatnonzero(
        (root > 0) & (depth > 0.02) & (1 / np.maximum(depth, 1e-3) > canvas.near[rows, columns])
    )
    if spots.size == 0:
        return
    hit = start + ray.reshape(-1, 3)[spots] * depth.reshape(-1)[spots, None]
    u = (np.arctan2(hit[:, 1], hit[:, 0]) / (2 * np.pi) + 0.5).astype(np.float32)
    v = (0.5 - np.arcsin(np.clip(hit[:, 2], -1, 1)) / np.pi).astype(np.float32)
    texels = (ball.lit[0].shape[0] * ball.lit[0].shape[1] / 2.5 / spots.size) ** 0.5
    canvas.paint(
        rows, columns, spots, (1 / depth.reshape(-1)[spots]).astype(np.float32), u, v, ball.lit, texels
    )


def view(scene: Scene, camera: Camera, size: tuple[int, int], *, fine: float = 1.25) -> Image.Image:
    """The scene (after `shine`) as an RGB picture of (width, height), drawn `fine` times larger and brought down."""
    canvas = _Canvas(camera, (round(size[0] * fine), round(size[1] * fine)))

    def distance(face: Face) -> float:
        middle = face.corner + face.right / 2 + face.down / 2
        span = float(np.linalg.norm(face.right + face.down))
        return float(np.linalg.norm(middle - camera.place)) + span

    for ball in scene.balls:
        _ball(canvas, ball)
    for face in sorted(scene.faces, key=distance):
        _face(canvas, face)
    pixels = canvas.colour.view(np.uint8).reshape(canvas.height, canvas.width, 4)
    picture = Image.fromarray(pixels[..., :3].copy())
    return picture if fine == 1 else picture.resize(size, Image.Resampling.BICUBIC)
