"""What happens to pictures on their way, for the matchers that must see through it: 20 edits, each with a fixed seed.

`HEAVY[name](image, rng, other)` returns the edited picture; `other` is an unrelated picture for those that need one.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from benchmarks.edits import _jpeg as jpeg

Rng = np.random.Generator
Heavy = Callable[[Image.Image, Rng, Image.Image], Image.Image]
_WORDS = ("seen", "again", "room", "window", "please", "call", "monday", "new", "photo", "the", "a", "share", "who", "knows")


def crop(image: Image.Image, rng: Rng, area: float) -> Image.Image:
    """Cut out a part with this share of the area, anywhere, of the same shape give or take a fifth."""
    shape = rng.uniform(0.8, 1.25) ** 0.5
    width = min(image.width, round(image.width * area**0.5 * shape))
    height = min(image.height, round(image.height * area**0.5 / shape))
    left, top = rng.integers(0, image.width - width + 1), rng.integers(0, image.height - height + 1)
    return image.crop((int(left), int(top), int(left) + width, int(top) + height))


def _sentence(rng: Rng, words: int) -> str:
    return " ".join(str(w) for w in rng.choice(_WORDS, words))


def screenshot(image: Image.Image, rng: Rng, _other: Image.Image) -> Image.Image:
    """Show the picture in a phone's application: bars, avatar, buttons, comments."""
    dark = bool(rng.integers(2))
    paper, ink = ((18, 18, 22), (235, 235, 235)) if dark else ((255, 255, 255), (25, 25, 25))
    screen = Image.new("RGB", (540, 1140), paper)
    draw = ImageDraw.Draw(screen)
    draw.text((24, 10), f"{rng.integers(24)}:{rng.integers(10, 60)}", font_size=20, fill=ink)
    draw.rectangle((470, 12, 510, 28), outline=ink, width=2)
    draw.text((24, 50), "Pictogram", font_size=32, fill=ink)
    draw.ellipse((20, 106, 66, 152), fill=tuple(int(v) for v in rng.integers(0, 255, 3)))
    draw.text((80, 116), _sentence(rng, 2), font_size=20, fill=ink)
    share = min(540 / image.width, 640 / image.height)
    size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
    screen.paste(image.resize(size, Image.Resampling.LANCZOS), ((540 - size[0]) // 2, 170))
    below = 170 + size[1]
    for x in (24, 84, 144):
        draw.ellipse((x, below + 14, x + 34, below + 48), outline=ink, width=3)
    for line in range(4):
        draw.text((24, below + 62 + 34 * line), _sentence(rng, 6), font_size=20, fill=ink)
    draw.line((0, 1070, 540, 1070), fill=ink, width=1)
    for x in range(5):
        draw.rectangle((40 + 105 * x, 1088, 74 + 105 * x, 1122), outline=ink, width=3)
    return screen


def text(image: Image.Image, rng: Rng, _other: Image.Image) -> Image.Image:
    """Write over about a third of the picture."""
    copy = image.copy()
    draw = ImageDraw.Draw(copy)
    high = max(14, copy.height // 11)
    for line in range(5):
        fill = ("white", "yellow", "black", "red")[int(rng.integers(4))]
        draw.text((copy.width // 30, copy.height * (0.05 + 0.19 * line)), _sentence(rng, 5), font_size=high,
                  fill=fill, stroke_width=max(1, high // 14), stroke_fill="black" if fill != "black" else "white")
    return copy


def turned(image: Image.Image, rng: Rng, _other: Image.Image) -> Image.Image:
    """Turn by any angle, with black corners."""
    return image.rotate(float(rng.uniform(5, 355)), Image.Resampling.BICUBIC, expand=True)


def perspective(image: Image.Image, rng: Rng, _other: Image.Image, strength: float = 0.18) -> Image.Image:
    """Photograph it from the side: every corner moves by up to `strength` of the size."""
    width, height = image.size
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * rng.uniform(0, strength, (4, 2))
    goal = (corners + inwards) * (width, height)
    matrix = cv2.getPerspectiveTransform((corners * (width, height)).astype(np.float32), goal.astype(np.float32))
    return Image.fromarray(cv2.warpPerspective(np.asarray(image), matrix, (width, height), borderValue=(90, 80, 70)))


def colour(image: Image.Image, rng: Rng, _other: Image.Image) -> Image.Image:
    """Turn the hues, and make it dull or loud, dark or bright."""
    hue, rest, value = image.convert("HSV").split()
    shift = int(rng.integers(30, 220)) * int(rng.integers(2))
    moved = hue.point([(i + shift) % 256 for i in range(256)])
    mixed = ImageEnhance.Color(Image.merge("HSV", (moved, rest, value)).convert("RGB")).enhance(rng.uniform(0.3, 2.2))
    return ImageEnhance.Contrast(ImageEnhance.Brightness(mixed).enhance(rng.uniform(0.6, 1.5))).enhance(rng.uniform(0.6, 1.6))


def logo(image: Image.Image, rng: Rng, other: Image.Image) -> Image.Image:
    """Lay an unrelated picture of a quarter of the width, and a half-transparent line of letters, over it."""
    copy = image.convert("RGB")
    side = max(8, copy.width // 4)
    left, top = int(rng.integers(copy.width - side)), int(rng.integers(max(1, copy.height - side)))
    copy.paste(other.resize((side, side)), (left, top))
    veil = Image.new("L", copy.size, 0)
    at, high = (copy.width // 8, copy.height // 2), max(10, copy.width // 10)
    ImageDraw.Draw(veil).text(at, "STOCK PHOTO 2024", font_size=high, fill=130)
    copy.paste((255, 255, 255), mask=veil)
    return copy


def split(image: Image.Image, _rng: Rng, other: Image.Image) -> Image.Image:
    """Put an unrelated picture beside it."""
    wide = round(other.width * image.height / other.height)
    both = Image.new("RGB", (image.width + wide, image.height))
    both.paste(image, (0, 0))
    both.paste(other.resize((wide, image.height)), (image.width, 0))
    return both


def meme(image: Image.Image, rng: Rng, _other: Image.Image) -> Image.Image:
    """Put thick white bars with big letters above and below."""
    bar = image.height // 4
    framed = ImageOps.expand(image, border=(image.width // 30, bar), fill="white")
    draw = ImageDraw.Draw(framed)
    for y in (bar // 4, framed.height - 3 * bar // 4):
        draw.text((framed.width // 20, y), _sentence(rng, 4).upper(), font_size=max(10, bar // 3), fill="black")
    return framed


def emoji(image: Image.Image, rng: Rng, _other: Image.Image) -> Image.Image:
    """Stick five faces on it."""
    copy = image.copy()
    draw = ImageDraw.Draw(copy)
    for _ in range(5):
        r = int(min(copy.size) * rng.uniform(0.07, 0.13))
        x, y = int(rng.uniform(r, copy.width - r)), int(rng.uniform(r, copy.height - r))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 205, 40), outline=(120, 80, 0), width=max(1, r // 12))
        for eye in (-1, 1):
            draw.ellipse((x + eye * r // 3 - r // 8, y - r // 3, x + eye * r // 3 + r // 8, y - r // 10), fill=(60, 40, 0))
        draw.arc((x - r // 2, y - r // 4, x + r // 2, y + r // 2), 20, 160, fill=(60, 40, 0), width=max(1, r // 8))
    return copy


def inset(image: Image.Image, rng: Rng, other: Image.Image) -> Image.Image:
    """Show it small, at half the width of an unrelated picture."""
    small = image.copy()
    small.thumbnail((other.width // 2, other.height // 2))
    whole = other.copy()
    whole.paste(small, (int(rng.integers(other.width - small.width)), int(rng.integers(other.height - small.height))))
    return whole


def patch(image: Image.Image, rng: Rng, _other: Image.Image) -> Image.Image:
    """Cut 260 pixels of it at 800 pixels' size, turned by up to 20 degrees, seen from the side, as a poor JPEG."""
    share = 800 / max(image.size)
    large = image.resize((round(image.width * share), round(image.height * share)), Image.Resampling.LANCZOS)
    angle = float(rng.uniform(-20, 20))
    side = min(260, *large.size)
    left, top = (int(rng.integers(0, most - side + 1)) for most in large.size)
    centre = (left + side / 2, top + side / 2)
    piece = large.rotate(angle, Image.Resampling.BICUBIC, center=centre).crop((left, top, left + side, top + side))
    return jpeg(perspective(piece, rng, piece, 0.12), 60)


def _mixed(image: Image.Image, rng: Rng, other: Image.Image) -> Image.Image:
    return jpeg(emoji(colour(crop(image, rng, 0.6), rng, other), rng, other), 40)


HEAVY: Final[dict[str, Heavy]] = {
    "crop to 50 %": lambda i, r, _: crop(i, r, 0.5),
    "crop to 25 %": lambda i, r, _: crop(i, r, 0.25),
    "crop to 10 %": lambda i, r, _: crop(i, r, 0.1),
    "phone screenshot": screenshot,
    "heavy text": text,
    "text, jpeg 30": lambda i, r, o: jpeg(text(i, r, o), 30),
    "screenshot, text, jpeg 30": lambda i, r, o: jpeg(text(screenshot(i, r, o), r, o), 30),
    "mirrored": lambda i, _r, _o: ImageOps.mirror(i),
    "turned": turned,
    "mirrored, turned": lambda i, r, o: turned(ImageOps.mirror(i), r, o),
    "perspective": perspective,
    "blurred": lambda i, _r, _o: i.filter(ImageFilter.GaussianBlur(max(i.size) / 160)),
    "jpeg 10": lambda i, _r, _o: jpeg(i, 10),
    "colour": colour,
    "logo": logo,
    "split-screen": split,
    "meme borders": meme,
    "emoji": emoji,
    "inset": inset,
    "crop 60 %, colour, emoji, jpeg 40": _mixed,
    "patch 260": patch,
}
