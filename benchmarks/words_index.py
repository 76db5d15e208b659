"""The index of words: recall of pieces and edits among distractors, milliseconds, bytes and memory, on one core.

Run: python -m benchmarks.words_index --cache FOLDER [--sizes 1000,20000] [--half tuning|reported] [--json]
References are the sample photographs, queries their heavy edits. Distractors: up to 1,000 rendered pictures, and above
that synthetic ones: places of one real picture, descriptors of other real pictures moved by noise and quantised again.
"""

import argparse
import json
import pickle
import platform
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image

from benchmarks.heavy_edits import HEAVY
from clew.demo.shots.many import rendered_pictures
from clew.signals.contract import Signal
from clew.signals.indexes.words import index as words_index
from clew.signals.indexes.words.index import WordsIndex
from clew.signals.indexes.words.plan import MOST_POINTS
from clew.signals.indexes.words.points import Points, points_of
from clew.signals.local import words
from clew.signals.local.codec import pack, unpack
from clew.signals.local.features import Bytes, extract

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
PHOTOS = (
    *("places/opensfm/data", "copies/thorn-perception/perception/testing/images", "copies/blockhash/test/data"),
    *("copies/imagededup/tests/data/base_images", "copies/threatexchange-pdq/data/reg-test-input/labelme-subset"),
    *("places/hloc/datasets", "copies/jenssegers/tests/images"),
)
EDITS = ("crop to 50 %", "crop to 25 %", "crop to 10 %", "phone screenshot", "heavy text", "mirrored", "turned", "patch 260")
RENDERED, POOL, PART, NOISE, LEAST = 1000, 400_000, 50_000, 1.0, 80
Figure = dict[str, Any]


@dataclass
class Material:
    """Stored features: `references` in order, `queries` (reference, edit, features) and `others`."""

    references: list[bytes] = field(default_factory=list)
    queries: list[tuple[int, str, bytes]] = field(default_factory=list)
    others: list[bytes] = field(default_factory=list)


def described(image: Image.Image, most: int = 1500) -> bytes:
    """Return the stored features of a picture."""
    image = image.convert("RGB")
    image.thumbnail((1024, 1024))
    made = extract(np.asarray(image), most)
    return pack(made, *words.assign(made.descriptors))


def paths() -> list[Path]:
    """Return the sample photographs, in the order in which they are numbered."""
    return [p for f in PHOTOS for p in sorted((SAMPLES / f).rglob("*.[jp][pn]g")) if "masks" not in p.parts]


def photograph(path: Path) -> Image.Image:
    """Return one of them, at most 1,024 pixels long."""
    image = Image.open(path).convert("RGB")
    image.thumbnail((1024, 1024))
    return image


def gathered() -> Material:
    """Describe the sample photographs, their edits and the rendered distractors (a quarter of an hour)."""
    held = Material()
    other = photograph(paths()[-1])
    for number, path in enumerate(paths()):
        image = photograph(path)
        held.references.append(described(image))
        if "lund" not in path.parts or number % 4 == 0:  # thirty views of one place
            for k, edit in enumerate(EDITS):
                edited = HEAVY[edit](image, np.random.default_rng([number, k]), other)
                held.queries.append((len(held.references) - 1, edit, described(edited)))
        other = image
    for seed in range(RENDERED // 25):
        for data in rendered_pictures(25, seed=50 + seed, size=(800, 600)):
            held.others.append(described(Image.open(BytesIO(data)), 700))
    return held


def material(cache: Path | None) -> Material:
    """Read the described pictures from the cache this program wrote before, or describe them."""
    place = cache / "words_index.pickle" if cache else None
    if place and place.exists():
        return Material(*pickle.loads(place.read_bytes()))
    held = gathered()
    if place:
        place.write_bytes(pickle.dumps((held.references, held.queries, held.others)))
    return held


def synthetic(held: Material, count: int) -> Iterator[Points]:
    """Yield pictures with the places of a real one and the points of many."""
    chance = np.random.default_rng(11)
    real = [stored for stored in map(unpack, (*held.references, *held.others)) if len(stored) > 100]
    descriptors = np.concatenate([stored.descriptors[:MOST_POINTS] for stored in real])
    pool_words, pool_marks = np.empty(POOL, np.uint32), np.empty(POOL, np.uint64)
    for start in range(0, POOL, PART):
        part = slice(start, start + PART)
        moved = shaken(descriptors[chance.integers(0, len(descriptors), PART)], chance)
        pool_words[part], pool_marks[part] = words.of_compact(moved)
    places = [points_of(stored).places for stored in real]
    for _ in range(count):
        spots = places[int(chance.integers(len(places)))]
        drawn = chance.integers(0, POOL, len(spots))
        yield Points(pool_words[drawn], pool_marks[drawn], spots)


def shaken(packed: Bytes, chance: np.random.Generator) -> Bytes:
    """Return compact descriptors whose numbers have moved by a third of their spread."""
    moved = [np.clip(np.rint(level + chance.normal(0, NOISE, level.shape)), 0, 15).astype(np.uint8)
             for level in (packed >> 4, packed & 15)]
    return moved[0] << 4 | moved[1]


def pieces(held: Material, size: int) -> Iterator[tuple[int, Points]]:
    """Yield `size` pictures: the references under their numbers, then rendered ones, then synthetic ones."""
    real = (*held.references, *held.others)[:size]
    for number, value in enumerate(real):
        yield number, points_of(unpack(value))
    for number, points in enumerate(synthetic(held, size - len(real)) if size > len(real) else ()):
        yield len(real) + number, points


def look_up(opened: WordsIndex, held: Material, half: int) -> tuple[dict[str, list[int]], list[float], list[float]]:
    """Return the rank of the true reference by edit, and wall and processor milliseconds of each query."""
    ranks: dict[str, list[int]] = {}
    wall, busy = [], []
    for reference, edit, value in held.queries:
        if reference % 2 != half or len(unpack(held.references[reference])) < LEAST:
            continue
        begun, begun_busy = time.perf_counter(), time.thread_time()
        told = opened.propose([Signal("details", 1, value)], 100)
        wall.append((time.perf_counter() - begun) * 1e3)
        busy.append((time.thread_time() - begun_busy) * 1e3)
        ids = [proposal.id for proposal in told]
        ranks.setdefault(edit, []).append(ids.index(reference) if reference in ids else 10**6)
    return ranks, wall, busy


def figure(name: str, value: float, unit: str, better: str, runs: int) -> Figure:
    return {"name": name, "value": round(value, 3), "unit": unit, "better": better, "peer": None, "peer_value": None,
            "ratio": None, "runs": runs, "spread": None}


def measured(held: Material, size: int, half: int, folder: Path) -> list[Figure]:
    """Build an index of `size` pictures and return its figures."""
    begun, process = time.thread_time(), psutil.Process()
    opened = words_index._published(folder, pieces(held, size), {"xid": 0})
    built, peak = time.thread_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    on_disk = sum(path.stat().st_size for path in folder.rglob("*.npy"))
    postings = sum(len(segment.places) for segment in opened.snapshot.segments)
    look_up(opened, Material(held.references, held.queries[:2 * len(EDITS)]), 0)  # compiled and mapped
    ranks, wall, busy = look_up(opened, held, half)
    rows = [
        figure(f"build {size}", built, "s of processor time", "lower", 1),
        figure(f"most memory up to here, mapped files included {size}", peak, "MB", "lower", 1),
        figure(f"bytes a picture {size}", on_disk / size, "bytes", "lower", 1),
        figure(f"points a picture {size}", postings / size, "points", "higher", 1),
        figure(f"memory after queries, mapped files included {size}", process.memory_info().rss / 1e6, "MB", "lower", 1),
        figure(f"query median {size}", float(np.median(wall)), "ms", "lower", len(wall)),
        figure(f"query median, processor {size}", float(np.median(busy)), "ms", "lower", len(busy)),
        figure(f"query p95, processor {size}", float(np.percentile(busy, 95)), "ms", "lower", len(busy)),
    ]
    for edit, places in ranks.items():
        for most in (1, 20, 100):
            share = float(np.mean(np.array(places) < most))
            rows.append(figure(f"{edit}: recall at {most} of {size}", share, "share", "higher", len(places)))
    return rows


def measure(size: int = 1000) -> dict[str, Any]:
    """Return {"machine", "figures"} of an index of `size` pictures and the reported half of the queries."""
    with tempfile.TemporaryDirectory() as folder:
        return {"machine": platform.platform(), "figures": measured(material(None), size, 1, Path(folder))}


def main() -> None:
    """Print the figures of each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--sizes", default="1000,20000")
    parser.add_argument("--half", choices=("tuning", "reported"), default="reported")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    held = material(asked.cache)
    figures: list[Figure] = []
    for size in map(int, asked.sizes.split(",")):
        with tempfile.TemporaryDirectory(dir=asked.cache) as folder:
            figures += measured(held, size, int(asked.half == "reported"), Path(folder))
    if asked.json:
        print(json.dumps({"machine": platform.platform(), "figures": figures}))
        return
    for row in figures:
        print(f"{row['name']:60} {row['value']:>12} {row['unit']} (of {row['runs']})")


if __name__ == "__main__":
    main()
