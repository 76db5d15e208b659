"""Still and animated pictures, by Pillow: one allowed format at a time, upright, over white, 8-bit RGB."""

import math
import time
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import PIL.AvifImagePlugin
import PIL.ImageCms  # convert() from LAB asks for it late
import PIL.ImageColor
import PIL.ImagePalette
import PIL.MpoImagePlugin
import PIL.TiffImagePlugin
import PIL.WebPImagePlugin
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageFile

from clew.media import limits
from clew.media.formats import Format
from clew.media.inside.refusal import Refusal

Pixels = NDArray[np.uint8]

_ORIENTATION = 0x0112
_WHOLE = (255.0, 1023.0, 4095.0, 16383.0, 65535.0)  # 8, 10, 12, 14 and 16 bits, in whichever container they come
_REDUCED, _SMALLER = 254, 1  # TIFF: this page is a small version of another one
_TURNED = {5, 6, 7, 8}  # orientations that swap width and height
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def prepare() -> None:
    """Register the decoders and keep their threads down: done once, in the warm parent."""
    Image.preinit()
    pillow_heif.register_heif_opener()
    pillow_heif.options.DECODE_THREADS = 1
    PIL.AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    Image.MAX_IMAGE_PIXELS = None  # our own cap, below, counts


def open_picture(file: BinaryIO, kind: Format) -> Image.Image:
    """Return the undecoded picture. Raises Refusal when it is too large or not what it claims."""
    try:
        image = Image.open(file, formats=["JPEG", "MPO"] if kind.decoder == "JPEG" else [kind.decoder])
    except MemoryError:
        raise
    except Exception:
        raise Refusal("broken") from None
    if image.width * image.height > limits.PIXELS:
        raise Refusal("too_large")
    if not image.width or not image.height:
        raise Refusal("empty")
    return image


def orientation(image: Image.Image) -> int:
    """Return the EXIF orientation 1..8 still to be undone; anything unreadable counts as upright."""
    if image.format == "TIFF":  # Pillow turns these itself, and gives their size as turned
        return 1
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:
        return 1
    return value if value in _TURNS else 1


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Return width and height of the file as a person sees it."""
    width, height = image.size
    return (height, width) if orientation(image) in _TURNED else (width, height)


def still(image: Image.Image, side: int, least: int) -> tuple[Pixels, bool]:
    """Return the picture as (height, width, 3) with its long side <= `side`, and whether it was damaged.

    A JPEG is decoded at 1/2, 1/4 or 1/8 of its size (libjpeg scaling) where its long side stays >= `least`.
    """
    turn = orientation(image)
    if image.format in ("JPEG", "MPO"):
        share = least / max(image.size)
        image.draft(None, (math.ceil(image.width * share), math.ceil(image.height * share)))
    damaged = _load(image)
    flat = _flatten(_shrink(image, side))
    if turn in _TURNS:
        flat = flat.transpose(_TURNS[turn])
    return np.asarray(flat), damaged


def _load(image: Image.Image) -> bool:
    """Decode; a cut-off file gives what it holds. Returns whether it was damaged."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        image.load()
    except (OSError, SyntaxError, EOFError) as first:
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            image.load()
        except MemoryError:
            raise
        except Exception:
            raise Refusal("broken") from first
        return True
    return False


def _shrink(image: Image.Image, side: int) -> Image.Image:
    """Scale down before the colours are converted, where the mode allows it: that is the smaller work."""
    if max(image.size) <= side:
        return image
    if image.mode not in ("RGB", "L", "CMYK", "YCbCr", "RGBA", "LA", "RGBX", "LAB", "HSV"):
        image = _eight_bit(image)
    width, height = image.size
    scale = side / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)


def _eight_bit(image: Image.Image) -> Image.Image:
    """Bring palettes, 1, 16 and 32 bit and float samples to RGBA or 8-bit grey without clipping."""
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I;16"):
        samples = np.asarray(image).astype(np.uint16)
        top = next(top for top in _WHOLE if samples.max() <= top)
        return Image.fromarray((np.arange(65536) * (255.0 / top)).round().clip(0, 255).astype(np.uint8)[samples])
    if image.mode in ("I", "F"):
        return Image.fromarray(_stretch(np.asarray(image, dtype=np.float64)))
    return image


def _stretch(samples: NDArray[np.float64]) -> Pixels:
    """Map samples to 0..255 by the range they show: 0..1 or whole bits, else their own least and most."""
    samples = np.nan_to_num(samples, posinf=0.0, neginf=0.0)
    least, most = float(samples.min()), float(samples.max())
    if least >= 0:
        least, most = 0.0, next((top for top in (1.0, *_WHOLE) if most <= top), most)
    return ((samples - least) * (255.0 / ((most - least) or 1.0))).round().astype(np.uint8)


def _flatten(image: Image.Image) -> Image.Image:
    """Return 8-bit RGB, transparency laid over white."""
    image = _eight_bit(image)
    if image.mode in ("RGBA", "LA", "RGBa", "La"):
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, (255, 255, 255))
        white.paste(image, mask=image.getchannel("A"))
        return white
    if "transparency" in image.info and image.mode in ("RGB", "L"):
        return _flatten(image.convert("RGBA"))
    return image if image.mode == "RGB" else image.convert("RGB")


def frame_count(image: Image.Image) -> int:
    """Return how many pictures the file holds as an animation or as pages; views of one scene are none."""
    if image.format not in ("GIF", "WEBP", "PNG", "AVIF", "TIFF"):
        return 1
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:
        return 1


def animation(image: Image.Image, count: int, deadline: float) -> Iterator[tuple[float, Pixels]]:
    """Yield (seconds, pixels) of an animation's pictures, or of pages, evenly so many as the limits say, until `deadline`."""
    stride = math.ceil(count / (limits.FRAMES if image.format == "TIFF" else limits.ANIMATION_FRAMES))
    for number, at in _moments(image, count):
        try:
            image.load()
        except MemoryError:
            raise
        except Exception:  # the rest is damaged; what came before stands
            return
        if number % stride == 0 and not _is_smaller(image):
            yield at, np.asarray(_flatten(_shrink(image, limits.FRAME_SIDE)))
        if time.monotonic() > deadline:
            return


def seek_to(image: Image.Image, at: float) -> None:
    """Turn to the picture of an animation, or the page, that stands at `at` seconds."""
    shown = 0
    for number, begins in _moments(image, frame_count(image)):
        if begins > at + 1e-6:
            break
        shown = number
        if image.format != "TIFF":
            image.load()  # each picture of an animation is painted over the one before it
    image.seek(shown)


def _moments(image: Image.Image, count: int) -> Iterator[tuple[int, float]]:
    """Yield (number, seconds it begins at) and turn to each picture; ends where the file is damaged."""
    at = 0.0
    for number in range(count):
        try:
            image.seek(number)
        except MemoryError:
            raise
        except Exception:
            return
        yield number, at
        at += _shown_seconds(image)


def _is_smaller(image: Image.Image) -> bool:
    return image.format == "TIFF" and bool(getattr(image, "tag_v2", {}).get(_REDUCED, 0) & _SMALLER)


def _shown_seconds(image: Image.Image) -> float:
    """Return how long the present picture stands: a page 1 s; broken values of an animation count as 0.1 s."""
    if image.format == "TIFF":
        return 1.0
    shown = image.info.get("duration", 100)
    good = isinstance(shown, int | float) and math.isfinite(shown) and 0 < shown <= 600_000
    return float(shown) / 1000 if good else 0.1
