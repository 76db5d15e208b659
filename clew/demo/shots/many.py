"""Many distinct pictures quickly, for benchmarks: ever new cuts of a stock of rendered views under ever new light."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clew.demo.scenes.camera import NOISE, jpeg
from clew.demo.scenes.colours import Chance, chance, clouds
from clew.demo.shots.sources import Kind, Source, seen

_STOCK: tuple[Kind, ...] = ("room", "street", "still", "cloth")
_VIEW = (1600, 1200)


@lru_cache(maxsize=4)
def _stock(seed: int) -> list[Image.Image]:
    """Eight large views to cut from: rooms, streets, things, cloth."""
    return [seen(Source(_STOCK[k % 4], seed * 50, seed * 50, k), _VIEW, fine=1.0) for k in range(8)]


def _piece(rng: Chance, stock: list[Image.Image], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A turned, mirrored or plain cut of one of the views, brought to size."""
    picture = stock[int(rng.integers(len(stock)))]
    share = float(rng.uniform(0.35, 0.9))
    width, height = picture.width * share, picture.height * share
    left, top = float(rng.uniform(0, picture.width - width)), float(rng.uniform(0, picture.height - height))
    piece = picture.resize(
        size, Image.Resampling.BILINEAR, box=(left, top, left + width, top + height), reducing_gap=1.0
    )
    pixels = np.asarray(piece)
    across, along = int(rng.choice([1, -1])), int(rng.choice([1, -1]))
    return pixels[::along, ::across]


def _lit(rng: Chance, pixels: NDArray[np.uint8]) -> Image.Image:
    """The cut under dappled light and with sensor noise, so that no two pictures are alike."""
    height, width = pixels.shape[:2]
    light = clouds(rng, height // 8, width // 8, cells=float(rng.uniform(5, 9)), octaves=2)
    patch = Image.fromarray(np.clip(1 + light * 0.8, 0.2, 1.9).astype(np.float32)).resize(
        (width, height), Image.Resampling.BILINEAR
    )
    gain = np.asarray(patch)
    start = int(rng.integers(0, 1 << 20))
    noise = NOISE[start : start + gain.size].reshape(gain.shape) * 3
    out = np.empty((height, width, 3), np.uint8)
    for k in range(3):
        plane = pixels[..., k] * gain
        plane += noise
        out[..., k] = np.clip(plane, 0, 255, out=plane)
    return Image.fromarray(out)


def rendered_pictures(n: int, seed: int = 0, *, size: tuple[int, int] = (1152, 864)) -> Iterator[bytes]:
    """`n` distinct JPEG files of (width, height), about 1 megapixel unless told; the same for the same seed."""
    stock = _stock(seed)
    for number in range(n):
        rng = chance(seed, number, 91)
        yield jpeg(_lit(rng, _piece(rng, stock, size)), quality=82)
