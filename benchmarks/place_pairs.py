"""Labelled harmless pairs of places: drawn rooms and streets from two stands, photographed places, and pairs that are different.

Fixed before anything was measured. No place is in both halves. A room or street in other wallpaper and paint is another
place (it must not be found), and so is everything of another seed.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Final, Literal

import numpy as np
from PIL import Image, ImageOps

from benchmarks.calibrate import SAMPLES
from benchmarks.details_pairs import photographs
from clew.demo.shots.sources import Source, photographed
from clew.media.opened import Pixels

Half = Literal["tuning", "reported"]
Kind = Literal["room", "street", "photograph"]
ROOMS: Final = 15
STREETS: Final = 4
_SEED: Final = {"tuning": 5000, "reported": 7000}
_HLOC: Final = "places/hloc/datasets/sacre_coeur/mapping/"
_LUND: Final = "places/opensfm/data/lund/images/"
_CV: Final = "places/opencv/"
_BERLIN: Final = "places/opensfm/data/berlin/images/"


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture: a photograph's path below the samples, or what is drawn; `place` is the same for pictures of one place."""

    place: str
    kind: Kind
    path: str = ""
    drawn: Source | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures of one place, or of two."""

    a: Shown
    b: Shown

    @property
    def same(self) -> bool:
        return self.a.place == self.b.place


@lru_cache(maxsize=64)
def pixels(shown: Shown) -> Pixels:
    """Return the picture, at most 1,024 pixels long."""
    image = Image.open(BytesIO(photographed(shown.drawn)) if shown.drawn else SAMPLES / shown.path)
    image = ImageOps.exif_transpose(image).convert("RGB")
    image.thumbnail((1024, 1024))
    return np.asarray(image)


def drawn(kind: Literal["room", "street"], seed: int, dress: int, stand: int, camera: int) -> Shown:
    """Return a drawn picture; rooms and streets of one seed and dress are one place."""
    return Shown(f"{kind} {seed}-{dress}", kind, drawn=Source(kind, seed, dress, stand, camera))


def same(half: Half) -> list[Pair]:
    """Return the pairs of one place: rooms from two corners by two cameras, streets from both pavements, photographs."""
    seed = _SEED[half]
    rooms = [Pair(drawn("room", seed + i, seed + i, i % 4, i % 3), drawn("room", seed + i, seed + i, (i + 1) % 4, (i + 1) % 3))
             for i in range(ROOMS)]
    streets = [Pair(drawn("street", seed + i, seed + i, 0, i % 3), drawn("street", seed + i, seed + i, 1, (i + 1) % 3))
               for i in range(STREETS)]
    return [*rooms, *streets, *_photographed(half)]


def _photographed(half: Half) -> list[Pair]:
    if half == "reported":
        church = sorted(path.name for path in (SAMPLES / _HLOC).glob("*.jpg"))
        ring = [(f"{_HLOC}{a}", f"{_HLOC}{b}", "church") for a, b in itertools.pairwise([*church, church[0]])]
        berlin = [(f"{_BERLIN}{a}.jpg", f"{_BERLIN}{b}.jpg", "berlin") for a, b in itertools.combinations(("01", "02", "03"), 2)]
        rest = [(f"{_CV}graf1.png", f"{_CV}graf3.png", "graf"), (f"{_CV}leuvenA.jpg", f"{_CV}leuvenB.jpg", "leuven"),
                (f"{_CV}aero1.jpg", f"{_CV}aero3.jpg", "aero")]
        named = [*ring, *berlin, *rest]
    else:
        lund = sorted(path.name for path in (SAMPLES / _LUND).glob("*.jpg"))
        named = [(f"{_LUND}{a}", f"{_LUND}{b}", "lund") for a, b in zip(lund[::3], lund[6::3], strict=False)]
        named += [(f"{_CV}{a}", f"{_CV}{b}", a) for a, b in (
            ("aloeL.jpg", "aloeR.jpg"), ("left01.jpg", "right01.jpg"), ("rubberwhale1.png", "rubberwhale2.png"),
            ("basketball1.png", "basketball2.png"))]
    return [Pair(Shown(place, "photograph", a), Shown(place, "photograph", b)) for a, b, place in named]


def pictures(half: Half) -> list[Shown]:
    """Return every picture of the pairs of one place, each once."""
    return list(dict.fromkeys(one for pair in same(half) for one in (pair.a, pair.b)))


def others(half: Half) -> list[Shown]:
    """Return pictures of no pair: the half's rooms and streets dressed anew, and photographs of other things."""
    seed = _SEED[half]
    anew = [drawn("room", seed + i, seed + i + 500, i % 4, (i + 2) % 3) for i in range(ROOMS)]
    anew += [drawn("street", seed + i, seed + i + 500, 0, 2) for i in range(STREETS)]
    named = [str(path.relative_to(SAMPLES)) for path in photographs()[half == "reported"::2]]
    return [*anew, *(Shown(path, "photograph", path) for path in named if not path.startswith("places/"))]


def different(half: Half, most: int = 400, seed: int = 3) -> list[Pair]:
    """Return pairs of two places: first each room and street with itself dressed anew, then as many others by chance."""
    every, strange = pictures(half), others(half)
    hard = [Pair(a, b) for b in strange for a in every if dressed_anew(a, b)]
    all_pairs = [Pair(a, b) for a, b in itertools.combinations([*every, *strange], 2)
                 if a.place != b.place and not dressed_anew(a, b)]
    chosen = np.random.default_rng(seed).permutation(len(all_pairs))[:max(0, most - len(hard))]
    return [*hard, *(all_pairs[place] for place in chosen)]


def dressed_anew(a: Shown, b: Shown) -> bool:
    """Tell whether two drawn pictures show the same shapes: of one dress, or of two."""
    return a.drawn is not None and b.drawn is not None and (a.kind, a.drawn.shape) == (b.kind, b.drawn.shape)


def of_kinds(pairs: Sequence[Pair]) -> Iterator[tuple[Kind, list[Pair]]]:
    """Yield the pairs by what their first picture is."""
    for kind in ("room", "street", "photograph"):
        yield kind, [pair for pair in pairs if pair.a.kind == kind]
