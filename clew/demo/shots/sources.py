"""What can be photographed, named by numbers, and the picture of it; scenes are kept for their next view."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from PIL import Image

from clew.demo.scenes.camera import shot
from clew.demo.scenes.colours import chance
from clew.demo.scenes.rooms import Room
from clew.demo.scenes.streets import Street
from clew.demo.scenes.view import Camera, view
from clew.demo.shots.stills import Still, folded

Kind = Literal["room", "street", "still", "cloth"]
SIZE = (960, 720)


@dataclass(frozen=True)
class Source:
    """A view: kind of scene, its shape, its dress (wallpaper, cloth, paint), where the camera stands, which camera."""

    kind: Kind
    shape: int
    dress: int
    stand: int
    camera: int = 0


@lru_cache(maxsize=8)
def _scene(kind: Kind, shape: int, dress: int) -> Room | Street | Still:
    """The scene of a source, lit."""
    if kind == "room":
        return Room(shape, dress)
    return Street(shape, dress) if kind == "street" else Still(shape, dress)


def seen(
    source: Source, size: tuple[int, int] = SIZE, *, wide: float = 0.0, fine: float = 1.15
) -> Image.Image:
    """The clean view of a source; `wide` (radians) replaces the lens."""
    if source.kind == "cloth":
        return folded(source.dress, source.shape * 16 + source.stand, size)
    setting = _scene(source.kind, source.shape, source.dress)
    camera = setting.stand(source.stand, chance(source.shape, source.stand, source.camera, 71))
    if wide > 0:
        camera = Camera(camera.place, camera.yaw, camera.pitch, wide, camera.roll)
    return view(setting.scene, camera, size, fine=fine)


def photographed(source: Source, size: tuple[int, int] = SIZE) -> bytes:
    """The JPEG file of a source."""
    seed = ((source.shape * 1009 + source.dress) * 31 + source.stand) * 7 + source.camera
    return shot(seen(source, size), source.camera, seed)
