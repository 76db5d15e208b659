"""Edited copies of picture files: what happens to pictures on their way from hand to hand."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

from clew.demo.scenes.camera import jpeg


def _open(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content)) as picture:
        return picture.convert("RGB")


def copied(content: bytes) -> bytes:
    """The same bytes."""
    return content


def resized(content: bytes) -> bytes:
    """A smaller copy, as a messenger makes it; no EXIF."""
    picture = _open(content)
    return jpeg(
        picture.resize((640, round(640 * picture.height / picture.width)), Image.Resampling.LANCZOS),
        quality=80,
    )


def recompressed(content: bytes) -> bytes:
    """The same size at a low JPEG quality; no EXIF."""
    return jpeg(_open(content), quality=38)


def mirrored(content: bytes) -> bytes:
    """Left and right exchanged."""
    return jpeg(ImageOps.mirror(_open(content)), quality=86)


def rotated(content: bytes) -> bytes:
    """Turned by a quarter, the pixels themselves."""
    return jpeg(_open(content).transpose(Image.Transpose.ROTATE_90), quality=86)


def cropped(content: bytes) -> bytes:
    """About 1 % cut from each edge."""
    picture = _open(content)
    x, y = picture.width // 120, picture.height // 120
    return jpeg(picture.crop((x, y, picture.width - x, picture.height - y)), quality=85)


def captioned(content: bytes) -> bytes:
    """A line of text laid over the lower edge."""
    picture = _open(content)
    draw = ImageDraw.Draw(picture)
    size = picture.height // 22
    place = (picture.width // 20, picture.height - size * 2)
    font = ImageFont.load_default(size=size)
    draw.text(
        place,
        "copy 3 of 12 - archive",
        fill=(255, 255, 255),
        stroke_fill=(0, 0, 0),
        stroke_width=2,
        font=font,
    )
    return jpeg(picture, quality=85)


def brightened(content: bytes) -> bytes:
    """Lighter, with more contrast and colour."""
    picture = ImageEnhance.Brightness(_open(content)).enhance(1.18)
    return jpeg(ImageEnhance.Color(ImageEnhance.Contrast(picture).enhance(1.1)).enhance(1.3), quality=85)


EDITS: dict[str, Callable[[bytes], bytes]] = {
    "copy": copied,
    "resized": resized,
    "recompressed": recompressed,
    "mirrored": mirrored,
    "rotated": rotated,
    "cropped": cropped,
    "captioned": captioned,
    "brightened": brightened,
}
