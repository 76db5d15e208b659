"""Sample files (known to be harmless) decoded in the test process, as a sandboxed reader would hand them out."""

from functools import cache
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps

from clew.media.opened import Frame, Opened
from clew.signals import frames, pdq
from clew.signals.contract import Signal
from tests.samples import SAMPLES

COPIES = SAMPLES / "copies"


def opened_picture(path: Path) -> Opened:
    """Decode a picture: upright, alpha over white, 16 bit and float to 8 bit RGB, at most 1024 pixels a side."""
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.float64)
        image = Image.fromarray((values / (257 if values.max() > 255 else 1)).astype(np.uint8))
    if "A" in image.getbands() or image.mode == "P":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    image = image.convert("RGB")
    width, height = image.size
    image.thumbnail((1024, 1024))
    return Opened("picture", "image/jpeg", width, height, picture=np.asarray(image))


@cache
def picture_signals(path: Path) -> tuple[Signal, ...]:
    return tuple(pdq.describe(opened_picture(path)))


def sampled_frames(path: Path, step: float = 0.5, side: int = 512) -> list[Frame]:
    """Decode one frame every `step` seconds."""
    kept: list[Frame] = []
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            time = float(frame.time or 0)
            if not kept or time - kept[-1].time >= step - 0.001:
                image = frame.to_image()
                image.thumbnail((side, side))
                kept.append(Frame(time, np.asarray(image.convert("RGB"))))
    return kept


@cache
def film_signals(path: Path) -> tuple[Signal, ...]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        width, height = stream.width, stream.height
    return tuple(frames.describe(Opened("film", "video/mp4", width, height, frames=sampled_frames(path))))
