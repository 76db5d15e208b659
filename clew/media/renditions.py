"""Small pictures made by us, outside the sandbox and from pixels only: the safe thumbnail and the clear rendition."""

import io

import numpy as np
from PIL import Image, ImageFilter

from clew.media import limits
from clew.media.opened import Pixels

SAFE_SIDE = 20  # pixels; a browser scales them up smoothly
SAFE_MEDIA_TYPE = "image/webp"
CLEAR_MEDIA_TYPE = "image/jpeg"
_SAFE_BLUR = 1.2  # of SAFE_SIDE pixels
_CLEAR_QUALITY = 85


def safe_thumbnail(pixels: Pixels) -> bytes:
    """Return about 150 bytes of WebP that show colours and rough masses, and no person or thing.

    The long side is SAFE_SIDE pixels, blurred, so no more than about 10 x 10 values of the picture remain:
    nothing sharper can be won back from it. `pixels` is (height, width, 3) 8-bit sRGB.
    """
    image = _scaled(pixels, SAFE_SIDE).filter(ImageFilter.GaussianBlur(_SAFE_BLUR))
    held = io.BytesIO()
    image.save(held, "WEBP", quality=60, method=4)
    return held.getvalue()


def clear_rendition(pixels: Pixels, side: int) -> bytes:
    """Return a JPEG of `pixels`, long side <= `side` (never enlarged), for a reveal. It carries no metadata."""
    held = io.BytesIO()
    _scaled(pixels, max(1, min(side, limits.RENDER_SIDE))).save(held, "JPEG", quality=_CLEAR_QUALITY)
    return held.getvalue()


def _scaled(pixels: Pixels, side: int) -> Image.Image:
    height, width = pixels.shape[:2]
    image = Image.fromarray(np.ascontiguousarray(pixels))
    scale = side / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=3.0)
