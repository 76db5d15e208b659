"""What a camera does to a picture: exposure, white balance, vignette, noise, JPEG and the facts it writes beside it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

import numpy as np
from PIL import Image

from clew.demo.scenes.colours import Chance, chance

NOISE = chance(99).normal(0, 1, (1 << 22) + 4096).astype(np.float32)
_MAKE, _MODEL, _SOFTWARE, _DATE = 0x010F, 0x0110, 0x0131, 0x0132
_TAKEN, _ISO, _EXPOSURE, _FOCAL = 0x9003, 0x8827, 0x829A, 0x920A


@dataclass(frozen=True)
class Body:
    """A camera: its invented maker, its grain and how far its corners darken. `facts` False: it writes no EXIF."""

    make: str
    model: str
    software: str
    grain: float
    corners: float
    warmth: float
    quality: int
    facts: bool = True
    places: bool = False


BODIES = (
    Body("Lumora", "LX-20", "LX 1.4", 2.0, 0.18, 0.00, 90),
    Body("Fonika", "P7 Pro", "FonOS 11.2", 3.2, 0.10, 0.03, 84, places=True),
    Body("Fonika", "P5", "FonOS 9.0", 5.0, 0.16, -0.03, 78),
    Body("Kestrel", "Compact 300", "", 4.0, 0.28, 0.05, 88),
    Body("", "", "", 3.0, 0.14, -0.02, 74, facts=False),
)


def exposed(picture: Image.Image, body: Body, rng: Chance) -> Image.Image:
    """The picture as that camera's sensor gives it; same size."""
    width, height = picture.size
    pixels = np.asarray(picture, np.float32)
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    middle = float(pixels[::8, ::8].mean())
    gain = float(np.clip(118 / max(middle, 1), 0.85, 1.5) * rng.uniform(0.92, 1.08))
    fall = (1 - body.corners * (x * x + y * y)) * gain
    start = int(rng.integers(0, 1 << 20))
    grain = NOISE[start : start + width * height].reshape(height, width) * body.grain
    warm = np.array([1 + body.warmth, 1, 1 - body.warmth], np.float32) * rng.normal(1, 0.015, 3).astype(
        np.float32
    )
    out = np.empty((height, width, 3), np.uint8)
    for k in range(3):
        plane = pixels[..., k] * (fall * warm[k])
        plane += grain if k == 1 else np.roll(grain, 977 * (k + 1)) * 1.2
        out[..., k] = np.clip(plane, 0, 255)
    return Image.fromarray(out)


def facts(body: Body, taken: datetime, rng: Chance) -> Image.Exif:
    """The EXIF block the camera writes: maker, model, date, exposure and, for some, a place (in the open sea)."""
    exif = Image.Exif()
    if not body.facts:
        return exif
    stamp = taken.strftime("%Y:%m:%d %H:%M:%S")
    exif[_MAKE], exif[_MODEL], exif[_DATE] = body.make, body.model, stamp
    if body.software:
        exif[_SOFTWARE] = body.software
    inner = exif.get_ifd(0x8769)
    inner[_TAKEN], inner[_ISO] = stamp, int(rng.choice([100, 200, 400, 800]))
    inner[_EXPOSURE], inner[_FOCAL] = (1, int(rng.choice([30, 60, 125]))), (int(rng.choice([24, 28, 50])), 1)
    if body.places:
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2] = "S", (48.0, float(rng.integers(0, 60)), float(rng.integers(0, 60)))
        gps[3], gps[4] = "W", (123.0, float(rng.integers(0, 60)), float(rng.integers(0, 60)))
    return exif


def jpeg(picture: Image.Image, *, quality: int = 85, exif: Image.Exif | None = None) -> bytes:
    """The picture as JPEG bytes."""
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, exif=exif if exif is not None else Image.Exif())
    return out.getvalue()


def shot(picture: Image.Image, camera: int, seed: int) -> bytes:
    """A JPEG file as camera number `camera` would leave it; the date and exposure follow from the seed."""
    body, rng = BODIES[camera % len(BODIES)], chance(seed, 41)
    taken = datetime(2023, 1, 7, 9, 0) + timedelta(minutes=int(rng.integers(0, 1_000_000)))
    return jpeg(exposed(picture, body, rng), quality=body.quality, exif=facts(body, taken, rng))
