"""Fixed edits of pictures and films for calibration: what happens to copies on their way. Seeds, never chance."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from clew.media.opened import Frame, Opened

Edit = Callable[[Image.Image], Image.Image]


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    held = io.BytesIO()
    image.save(held, "JPEG", quality=quality)
    return Image.open(held).convert("RGB")


def _crop(image: Image.Image, share: float) -> Image.Image:
    width, height = image.size
    dx, dy = int(width * share / 2), int(height * share / 2)
    return image.crop((dx, dy, width - dx, height - dy))


def _text(image: Image.Image) -> Image.Image:
    copy = image.copy()
    high = max(12, copy.height // 12)
    draw = ImageDraw.Draw(copy)
    draw.text((copy.width // 20, copy.height - 2 * high), "seen 4 May, room 12", font_size=high, fill="white")
    return copy


def _noise(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image).astype(np.int16)
    pixels += np.random.default_rng(7).normal(0, 12, pixels.shape).astype(np.int16)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


EDITS: dict[str, Edit] = {
    "jpeg 30": lambda i: _jpeg(i, 30),
    "jpeg 10": lambda i: _jpeg(i, 10),
    "half size": lambda i: i.resize((max(1, i.width // 2), max(1, i.height // 2))),
    "thumbnail 128": lambda i: i.resize((128, max(1, 128 * i.height // i.width))),
    "stretched": lambda i: i.resize((i.width, max(1, int(i.height * 0.8)))),
    "blurred": lambda i: i.filter(ImageFilter.GaussianBlur(max(i.size) / 200)),
    "bright": lambda i: ImageEnhance.Brightness(i).enhance(1.4),
    "contrast": lambda i: ImageEnhance.Contrast(i).enhance(1.6),
    "grey": lambda i: i.convert("L").convert("RGB"),
    "noise": _noise,
    "mirrored, jpeg 60": lambda i: _jpeg(ImageOps.mirror(i), 60),
    "turned 90, jpeg 60": lambda i: _jpeg(i.transpose(Image.Transpose.ROTATE_90), 60),
    "letterbox": lambda i: ImageOps.expand(i, border=(0, i.height // 8), fill="black"),
    "text": _text,
    "crop 4 %": lambda i: _crop(i, 0.04),
    "crop 10 %": lambda i: _crop(i, 0.10),
    "crop 25 %": lambda i: _crop(i, 0.25),
}
FILM_EDITS = ("jpeg 10", "half size", "bright", "mirrored, jpeg 60", "letterbox", "text", "crop 4 %")


def opened(image: Image.Image) -> Opened:
    """Return what a sandboxed reader would: upright RGB pixels, at most 1024 on the long side."""
    image = ImageOps.exif_transpose(image).convert("RGB")
    width, height = image.size
    image.thumbnail((1024, 1024))
    return Opened("picture", "image/jpeg", width, height, picture=np.asarray(image))


def film_frames(path: Path, step: float = 1 / 6, most: float = 60.0) -> Iterator[Frame]:
    """Yield frames of the first `most` seconds of a film, one every `step` seconds, long side 512 pixels."""
    last = -step
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            time = float(frame.time or 0)
            if time > most:
                return
            if time - last >= step - 0.001:
                last = time
                image = frame.to_image()
                image.thumbnail((512, 512))
                yield Frame(time, np.asarray(image.convert("RGB")))
