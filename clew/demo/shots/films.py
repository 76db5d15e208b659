"""Films from cuts: a camera that turns and zooms through rendered scenes or over a picture, with sound."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clew.demo.scenes.camera import BODIES, exposed
from clew.demo.scenes.colours import chance
from clew.demo.shots.sounds import RATE, Samples, codec_at_hand, feed
from clew.demo.shots.sources import Source, seen

WIDE = 1.75
BASE = (1280, 800)


@dataclass(frozen=True)
class Cut:
    """One take: what is filmed, from which second of the take, for how long. The same take always moves alike."""

    source: Source
    start: float = 0.0
    seconds: float = 4.0


@dataclass(frozen=True)
class PictureCut:
    """A picture file shown full frame with a slow zoom."""

    path: Path
    seconds: float = 5.0


@lru_cache(maxsize=24)
def _wide(source: Source) -> NDArray[np.uint32]:
    """Everything the take can see: one wide view with sensor noise, packed RGBA (BASE)."""
    picture = exposed(
        seen(source, BASE, wide=WIDE, fine=1.0), BODIES[source.camera], chance(source.shape, 62)
    )
    return np.asarray(picture.convert("RGBA")).view(np.uint32)[..., 0]


def _turned(source: Source, time: float, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The frame of a take at a second: the camera turns about its place, so the wide view is warped by a homography."""
    rng = chance(source.shape, source.dress, source.stand, 61)
    sway, speed, phase = rng.uniform(0.1, 0.3), rng.uniform(0.2, 0.5), rng.uniform(0, 6)
    yaw = sway * np.sin(speed * time + phase)
    pitch = 0.06 * np.sin(0.7 * time + phase * 2)
    field = 0.95 + 0.14 * np.sin(rng.uniform(0.2, 0.5) * time + phase * 3)
    focal_in = BASE[0] / 2 / np.tan(WIDE / 2)
    focal_out = size[0] / 2 / np.tan(field / 2)
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    nod = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    into = np.array([[focal_in, 0, BASE[0] / 2], [0, focal_in, BASE[1] / 2], [0, 0, 1]])
    out = np.array(
        [
            [1 / focal_out, 0, -size[0] / 2 / focal_out],
            [0, 1 / focal_out, -size[1] / 2 / focal_out],
            [0, 0, 1],
        ]
    )
    plane = into @ turn @ nod @ out
    plane = (plane / plane[2, 2]).astype(np.float32)
    x, y = np.arange(size[0], dtype=np.float32)[None], np.arange(size[1], dtype=np.float32)[:, None]
    u, v, depth = (plane[k, 0] * x + (plane[k, 1] * y + plane[k, 2]) for k in range(3))
    column = np.clip(u / depth, 0, BASE[0] - 1).astype(np.int32)
    row = np.clip(v / depth, 0, BASE[1] - 1).astype(np.int32)
    pixels = _wide(source).reshape(-1).take(row * BASE[0] + column).view(np.uint8)
    return np.asarray(pixels.reshape(size[1], size[0], 4))


@lru_cache(maxsize=4)
def _opened(path: Path) -> Image.Image:
    """A picture file as RGB."""
    with Image.open(path) as picture:
        return picture.convert("RGB")


def _zoomed(cut: PictureCut, time: float, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The frame that shows a picture at a second, closer and closer by 3 % in all."""
    picture = _opened(cut.path)
    edge = 0.015 * time / cut.seconds
    box = (
        picture.width * edge,
        picture.height * edge,
        picture.width * (1 - edge),
        picture.height * (1 - edge),
    )
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR, box=box).convert("RGBA"))


def _frame(cut: Cut | PictureCut, time: float, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Pixels (h, w, 4) of a cut at a second of the cut."""
    return _turned(cut.source, cut.start + time, size) if isinstance(cut, Cut) else _zoomed(cut, time, size)


def write_film(path: Path, cuts: list[Cut | PictureCut], sound: Samples, *, size: tuple[int, int] = (640, 360),
               rate: int = 12, quality: int = 30) -> None:  # fmt: skip
    """An MP4 of the cuts (H.264, else MPEG-4 part 2) with a mono sound track, cut to the film."""
    codec = codec_at_hand("libx264", "mpeg4")
    settings = (
        {"crf": str(quality), "preset": "superfast", "threads": "1"}
        if codec == "libx264"
        else {"qscale": "5"}
    )
    seconds = sum(cut.seconds for cut in cuts)
    with av.open(
        str(path), "w", format="mp4", options={"fflags": "+bitexact", "movflags": "+faststart"}
    ) as container:
        picture = cast(av.VideoStream, container.add_stream(codec, rate=rate, options=settings))
        picture.width, picture.height, picture.pix_fmt = size[0], size[1], "yuv420p"
        track = container.add_stream("aac", rate=RATE, layout="mono")
        track.bit_rate = 64_000
        number = 0
        for cut in cuts:
            for k in range(round(cut.seconds * rate)):
                frame = av.VideoFrame.from_ndarray(_frame(cut, k / rate, size), format="rgba")
                frame.pts, frame.time_base = number, Fraction(1, rate)
                container.mux(picture.encode(frame))
                number += 1
        container.mux(picture.encode(None))
        feed(track, container, sound[: round(seconds * RATE)])
