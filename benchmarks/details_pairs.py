"""Labelled harmless pairs of pictures for the matcher of details: copies by heavy edits, and pairs that are no copies.

Everything is fixed by seeds. Photographs are split by number into a tuning and a reported half, and so are other pairs.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

import numpy as np
from PIL import Image, ImageOps

from benchmarks.calibrate import SAMPLES
from benchmarks.edits import opened
from benchmarks.heavy_edits import HEAVY
from clew.demo.shots.many import rendered_pictures
from clew.media.opened import Opened

Half = Literal["tuning", "reported"]
_FOLDERS: Final = (
    ("copies/thorn-perception/perception/testing/images", "*.jpg"),
    ("copies/blockhash/test/data", "*.[jp][pn]g"),
    ("copies/imagededup/tests/data/base_images", "*.jpg"),
    ("copies/threatexchange-pdq/data", "reg-test-input/labelme-subset/q0291.jpg reg-test-input/labelme-subset/q0746.jpg"),
    ("copies/threatexchange-pdq/data", "reg-test-input/labelme-subset/q1050.jpg misc-images/c.png"),
    ("copies/threatexchange-pdq/data", "reg-test-input/labelme-subset/q2821.jpg"),
    ("places/opencv", "aero1.jpg aloeL.jpg basketball1.png board.jpg box.png building.jpg ela_original.jpg fruits.jpg"),
    ("places/opencv", "graf1.png home.jpg leuvenA.jpg rubberwhale1.png stuff.jpg left01.jpg"),
    ("places/opensfm/data", "berlin/images/01.jpg"),
    ("places/opensfm/data/lund/images", "01.jpg 05.jpg 09.jpg 20.jpg"),
    ("places/hloc/datasets/sacre_coeur/mapping", "02928139_3448003521.jpg 10265353_3838484249.jpg"),
    ("places/hloc/datasets/sacre_coeur/mapping", "32809961_8274055477.jpg 51091044_3486849416.jpg"),
)
_LEFT_OUT: Final = ("Babylonian.png", "00631801.jpg")
RELATED: Final = 9
_SAME_FRAME: Final = ("phone screenshot", "meme borders", "heavy text", "logo", "emoji", "phone screenshot")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures, what was done (`copy: ...`), or why they are no copies, and which half they belong to."""

    a: str
    b: str
    relation: str
    half: Half

    @property
    def same(self) -> bool:
        return self.relation.startswith("copy: ")


def photographs() -> list[Path]:
    """Return the sample photographs; the last `RELATED` of them show three places several times."""
    paths = [p for folder, names in _FOLDERS for name in names.split() for p in sorted((SAMPLES / folder).glob(name))]
    return [p for p in paths if p.name not in _LEFT_OUT]


@lru_cache(maxsize=80)
def photograph(number: int) -> Image.Image:
    """Return one of them, upright, at most 1,024 pixels long."""
    image = ImageOps.exif_transpose(Image.open(photographs()[number])).convert("RGB")
    image.thumbnail((1024, 1024))
    return image


def copies(half: Half) -> Iterator[tuple[Pair, Opened]]:
    """Yield each photograph of a half under every heavy edit: its number is `a`, the edited one is the picture."""
    for number in range(len(photographs())):
        if half_of(number) == half:
            yield from copies_of(number)


def copies_of(number: int) -> Iterator[tuple[Pair, Opened]]:
    """Yield one photograph under every heavy edit."""
    count = len(photographs())
    other = photograph((number + count // 2) % count)
    for place, name in enumerate(HEAVY):
        edited = HEAVY[name](photograph(number), np.random.default_rng(1000 * place + number), other)
        yield Pair(str(number), name, f"copy: {name}", half_of(number)), opened(edited)


def no_copies(half: Half) -> Iterator[tuple[Pair, Opened, Opened]]:
    """Yield pairs that look alike and are no copies: one place seen twice, and two pictures in one frame."""
    for number, (a, b) in enumerate(_one_place()):
        if half_of(number) == half:
            yield Pair(a.stem, b.stem, "one place", half), opened(Image.open(a)), opened(Image.open(b))
    draw = np.random.default_rng(5)
    for number in range(len(_SAME_FRAME) * 12):
        first, second, third = (int(n) for n in draw.choice(len(photographs()), 3, replace=False))
        if half_of(number) == half:
            name = _SAME_FRAME[number % len(_SAME_FRAME)]
            inside = [photograph(first), photograph(second).resize(photograph(first).size)]
            a, b = (opened(HEAVY[name](image, np.random.default_rng(number), photograph(third))) for image in inside)
            yield Pair(str(first), str(second), f"one frame: {name}", half), a, b


def distractors(count: int) -> Iterator[Opened]:
    """Yield rendered pictures that have nothing to do with any photograph."""
    for content in rendered_pictures(count, seed=11):
        yield opened(Image.open(BytesIO(content)))


def half_of(number: int) -> Half:
    """Return the half to which the n-th of anything belongs."""
    return "tuning" if number // 2 % 2 == 0 else "reported"


def _one_place() -> list[tuple[Path, Path]]:
    church = sorted((SAMPLES / "places/hloc/datasets/sacre_coeur/mapping").glob("*.jpg"))
    portal = sorted((SAMPLES / "places/opensfm/data/berlin/images").glob("*.jpg"))
    street = sorted((SAMPLES / "places/opensfm/data/lund/images").glob("*.jpg"))
    steps = [(street[i], street[i + step]) for step in (1, 2, 3, 4) for i in range(len(street) - step)]
    views = SAMPLES / "places/opencv"
    named = ("aloeL.jpg", "aloeR.jpg"), ("leuvenA.jpg", "leuvenB.jpg"), ("aero1.jpg", "aero3.jpg"), ("left01.jpg", "right01.jpg")
    twins = SAMPLES / "copies/blockhash/test/data"
    return [
        *itertools.combinations(church, 2),
        *itertools.combinations(portal, 2),
        *steps,
        *((views / a, views / b) for a, b in named),
        (twins / "00631701.jpg", twins / "00631801.jpg"),
    ]
