"""Light and shadow computed once for a scene and burnt into its skins, so that every view of it is cheap and agrees."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clew.demo.scenes.colours import Pixels, stretched
from clew.demo.scenes.scene import Ball, Face, Light, Scene, Vector

Rays = NDArray[np.float32]


def _points(face: Face, spacing: float) -> tuple[Rays, Rays, tuple[int, int]]:
    """Grid points of a face, lifted off it a little, with their normals."""
    columns = int(np.clip(np.linalg.norm(face.right) / spacing, 2, 40))
    rows = int(np.clip(np.linalg.norm(face.down) / spacing, 2, 40))
    u = ((np.arange(columns) + 0.5) / columns)[None, :, None]
    v = ((np.arange(rows) + 0.5) / rows)[:, None, None]
    normal = face.normals[0] * (1 - u) + face.normals[1] * u + v * 0
    normal = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
    points = face.corner + u * face.right + v * face.down + normal * spacing * 0.12
    return points.reshape(-1, 3).astype(np.float32), normal.reshape(-1, 3).astype(np.float32), (rows, columns)


def _ball_points(ball: Ball) -> tuple[Rays, Rays, tuple[int, int]]:
    """Points of a ball by latitude (rows, top first) and longitude."""
    rows, columns = 12, 24
    latitude = (np.pi / 2 - (np.arange(rows) + 0.5) / rows * np.pi)[:, None]
    longitude = ((np.arange(columns) + 0.5) / columns * 2 * np.pi - np.pi)[None]
    unit = np.stack(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude) + 0 * longitude,
        ],
        -1,
    )
    normal = unit / ball.radii
    normal = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
    points = ball.centre + unit * ball.radii * 1.02
    return points.reshape(-1, 3).astype(np.float32), normal.reshape(-1, 3).astype(np.float32), (rows, columns)


def _shadowed(points: Rays, towards: Rays, solids: list[tuple[Vector, Vector]]) -> NDArray[np.bool_]:
    """Which points see no light: the ray point + t * towards, 0 < t < 1, enters a block (slab test)."""
    hidden = np.zeros(len(points), np.bool_)
    start = np.ascontiguousarray(points.T)
    inverse = np.ascontiguousarray((1 / np.where(np.abs(towards) < 1e-6, np.float32(1e-6), towards)).T)
    for lo, hi in solids:
        enter, leave = np.full(len(points), 0.0, np.float32), np.full(len(points), 1.0, np.float32)
        for axis in range(3):
            one = (np.float32(lo[axis]) - start[axis]) * inverse[axis]
            two = (np.float32(hi[axis]) - start[axis]) * inverse[axis]
            np.maximum(enter, np.minimum(one, two), out=enter)
            np.minimum(leave, np.maximum(one, two), out=leave)
        hidden |= (enter < leave) & (leave > 0.004) & (enter < 0.985)
    return hidden


def _received(light: Light, points: Rays, normals: Rays, solids: list[tuple[Vector, Vector]]) -> Rays:
    """Light (n, 3) that arrives from one lamp."""
    towards = light.place.astype(np.float32) - points
    far = np.linalg.norm(towards, axis=1)
    facing = np.maximum(0, (towards * normals).sum(axis=1) / far)
    strength = facing if light.far else facing / (far * far + 0.3)
    seen = np.flatnonzero(strength > 0.002)
    strength = strength.astype(np.float32)
    strength[seen] *= 1 - 0.92 * _shadowed(points[seen], towards[seen], solids)
    return np.asarray(strength[:, None] * light.colour.astype(np.float32))


def _ambient(scene: Scene, points: Rays, normals: Rays) -> Rays:
    """Light from all around, less near the ground and close to blocks, as in corners."""
    closed = np.full(len(points), 1.0, np.float32)
    reach = scene.spacing * 1.6
    start = np.ascontiguousarray(points.T)
    for lo, hi in scene.solids:
        away = [
            np.maximum(0, np.maximum(np.float32(lo[k]) - start[k], start[k] - np.float32(hi[k])))
            for k in range(3)
        ]
        gap = np.sqrt(away[0] ** 2 + away[1] ** 2 + away[2] ** 2)
        near = np.flatnonzero((gap > scene.spacing * 0.2) & (gap < reach))
        closed[near] *= 0.72 + 0.28 * gap[near] / reach
    level = closed * (0.72 + 0.28 * normals[:, 2])
    return level[:, None] * scene.ambient.astype(np.float32)


def _burn(skin: Pixels, light: Rays, glow: float) -> list[NDArray[np.uint8]]:
    """The skin under its light, tone-mapped to bytes (h, w, 4), and three halvings of it."""
    rows, columns = skin.shape[:2]
    packed = np.full((rows, columns, 4), 255, np.uint8)
    for k in range(3):
        plane = skin[..., k] * skin[..., k]
        plane *= (
            -1.35 * glow if glow > 0 else -1.35 * np.maximum(stretched(light[..., k], rows, columns), 0.005)
        )
        tone = np.sqrt(np.maximum(1 - np.exp(plane), 0))
        packed[..., k] = np.minimum(tone * 262, 255)
    if skin.shape[2] == 4:
        packed[..., 3] = skin[..., 3] * 255
    levels = [packed]
    for _ in range(3):
        if min(levels[-1].shape[:2]) < 16:
            break
        levels.append(np.asarray(Image.fromarray(levels[-1], "RGBA").reduce(2)))
    return levels


def shine(scene: Scene) -> Scene:
    """Compute all light of the scene and burn it in (the bare skins are let go); returns the same scene."""
    parts: list[tuple[Face | Ball, tuple[Rays, Rays, tuple[int, int]]]] = []
    parts += [(face, _points(face, scene.spacing)) for face in scene.faces]
    parts += [(ball, _ball_points(ball)) for ball in scene.balls]
    points = np.concatenate([part[1][0] for part in parts])
    normals = np.concatenate([part[1][1] for part in parts])
    light = _ambient(scene, points, normals)
    for lamp in scene.lights:
        light += _received(lamp, points, normals, scene.solids)
    start = 0
    for thing, (own, _, (rows, columns)) in parts:
        field = light[start : start + len(own)].reshape(rows, columns, 3)
        thing.lit = _burn(thing.skin, field, thing.glow)
        thing.skin = thing.skin[:1, :1].copy()
        start += len(own)
    return scene
