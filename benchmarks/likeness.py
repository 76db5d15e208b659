"""What the copy embedding finds, beside PDQ in the same run: `python -m benchmarks.likeness [--calibrate]`.

Every photograph of the sample sets is edited in every way of benchmarks/heavy_edits.py and looked for among all
originals and distractors (film stills at different moments, drawn pictures). The odd photographs are the tuning half:
`--calibrate` makes the curve from them alone; all figures are of the even ones. Needs a model that is on:
`clew models install sscd`.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from PIL import Image

from benchmarks.calibrate import CURVES, FILMS, PHOTOS, SAMPLES, SUFFIXES, curve
from benchmarks.edits import opened
from benchmarks.heavy_edits import HEAVY
from clew.media.opened import Opened
from clew.signals import likeness, pdq
from clew.signals.contract import Signal
from clew.signals.embedding import cosines
from clew.signals.examples import blobs
from clew.signals.models.session import opened as model_of

DISTRACTORS = 1000
EDGES = [-1.0, *np.arange(0.05, 1.0, 0.05).tolist(), 1.01]
LIMIT = 1e-5  # of the tuning half's different pairs may be called possible: one in a search among 100,000 pictures
Group = list[Signal]


def photographs() -> list[tuple[Path, Image.Image]]:
    """Return the sample photographs, upright RGB of 1,024 pixels at most."""
    paths = [p for f in PHOTOS for p in sorted((SAMPLES / f).rglob("*.[jp][pn]g")) if "masks" not in p.parts]
    return [(path, Image.fromarray(np.asarray(opened(Image.open(path)).picture))) for path in paths]


def stills(path: Path, step: float) -> Iterator[Opened]:
    """Yield a film's frames, one every `step` seconds."""
    due = 0.0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if float(frame.time or 0) >= due:
                due += step
                yield opened(frame.to_image())


def distractors() -> list[Group]:
    """Return the signals of up to DISTRACTORS pictures that are no photograph of the set: film stills first."""
    found: list[Group] = []
    for path in (p for f in FILMS for p in sorted((SAMPLES / f).rglob("*.*")) if p.suffix in SUFFIXES):
        try:
            found += [group for still in stills(path, 1.0) if (group := likeness.describe(still))][:60]
        except FFmpegError:
            continue
    seeds = range(1000, 1000 + max(0, DISTRACTORS - len(found)))
    drawn = [likeness.describe(Opened("picture", "", picture=blobs(seed))) for seed in seeds]
    return [*found, *drawn][:DISTRACTORS]


def unlike(a: Path, b: Path) -> bool:
    """Say whether two photographs surely show different things; those of one place may not."""
    return a.parent != b.parent or ("opensfm" not in a.parts and a != b)


def best(query: Group, groups: Sequence[Group]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the highest cosine of the query with each group."""
    if not query:
        return np.full(len(groups), -1.0, np.float32)
    table = cosines(query, [signal for group in groups for signal in group]).max(0)
    starts = np.cumsum([0, *(len(group) for group in groups[:-1])])
    counts = np.array([len(group) for group in groups])
    return np.where(counts > 0, np.maximum.reduceat(table, np.minimum(starts, len(table) - 1)), -1.0)


class Measured:
    """Cosines of one half: of each edit with its own original, its rank, and all different pairs."""

    def __init__(self) -> None:
        self.own: dict[str, list[float]] = {name: [] for name in HEAVY}
        self.rank: dict[str, list[int]] = {name: [] for name in HEAVY}
        self.hashed: dict[str, list[bool]] = {name: [] for name in HEAVY}
        self.different: list[float] = []
        self.nearest: list[tuple[float, str]] = []


def measure() -> tuple[Measured, Measured, list[float], int]:
    """Return the tuning half, the reported half, seconds of each picture's description and the number looked among."""
    photos = photographs()
    took: list[float] = []
    groups, hashes = [], []
    for _, image in photos:
        start = time.perf_counter()
        groups.append(likeness.describe(opened(image)))
        took.append(time.perf_counter() - start)
        hashes.append(pdq.describe(opened(image)))
    everything = [*groups, *distractors()]
    halves = Measured(), Measured()
    for number, (path, image) in enumerate(photos):
        half = halves[number % 2 == 0]
        apart = [i for i, (other, _) in enumerate(photos) if unlike(path, other)] + list(range(len(photos), len(everything)))
        other = photos[(number + 37) % len(photos)][1]
        for seed, (name, edit) in enumerate(HEAVY.items()):
            query = opened(edit(image, np.random.default_rng((number, seed)), other))
            scores = best(likeness.describe(query), everything)
            half.own[name].append(float(scores[number]))
            half.rank[name].append(1 + int((scores > scores[number]).sum()))
            half.hashed[name].append(pdq.compare(hashes[number], pdq.describe(query)).verdict == "match")
            if name not in ("logo", "split-screen", "inset"):  # these show a second photograph
                half.different += scores[apart].tolist()
                worst = max(apart, key=lambda place: float(scores[place]))
                seen = photos[worst][0].name if worst < len(photos) else f"distractor {worst}"
                half.nearest.append((round(float(scores[worst]), 3), f"{path.name} ({name}): {seen}"))
    return *halves, took, len(everything)


def calibrate(half: Measured, among: int) -> None:
    """Write the curve from the tuning half, with the cosine that LIMIT of its different pairs reach."""
    same = [(cosine, True) for name in HEAVY for cosine in half.own[name] if cosine > -1]
    different = [(cosine, False) for cosine in half.different if cosine > -1]
    possible = float(np.quantile([cosine for cosine, _ in different], 1 - LIMIT))
    told = {
        "data": f"{len(half.own['mirrored'])} photographs of the sample sets x {len(HEAVY)} edits (benchmarks/heavy_edits.py), "
                f"looked for among {among} pictures; model {model_of('likeness').card.name}",
        "weights": "same and different pairs weigh the same in all, so a share assumes one in two candidates is true",
        "different_tried": len(different),
        "possible": round(possible, 3),
        "reached_by_different": {f"{rate:g}": round(float(np.quantile([c for c, _ in different], 1 - rate)), 3)
                                 for rate in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)},
        "possible_of_same": round(float(np.mean([cosine >= possible for cosine, _ in same])), 3),
        "highest_of_different": round(max(cosine for cosine, _ in different), 3),
        "curve": curve([*same, *different], EDGES)}
    (CURVES / "likeness.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def figures(half: Measured, took: list[float], among: int) -> Iterator[dict[str, Any]]:
    """Yield the figures of the reported half."""
    def line(name: str, value: float, unit: str, runs: int, peer: float | None = None) -> dict[str, Any]:
        return {"name": name, "value": round(value, 4), "unit": unit, "better": "higher",
                "peer": None if peer is None else "pdq <= 31, eight orientations", "peer_value": peer,
                "ratio": None if not peer else round(value / peer, 2), "runs": runs, "spread": None}

    for name in HEAVY:
        ranks, runs = np.array(half.rank[name]), len(half.rank[name])
        peer = round(float(np.mean(half.hashed[name])), 4)
        yield line(f"{name}: first among {among}", float((ranks == 1).mean()), "share", runs, peer)
        yield line(f"{name}: in the first 20", float((ranks <= 20).mean()), "share", runs, peer)
        yield line(f"{name}: possible", float(np.mean(np.array(half.own[name]) >= likeness.POSSIBLE)), "share", runs, peer)
    false = float(np.mean(np.array(half.different) >= likeness.POSSIBLE))
    yield line("different pairs called possible", false, "share", len(half.different)) | {"better": "lower"}
    yield line("highest cosine of a different pair", max(half.different), "cosine", len(half.different)) | {"better": "lower"}
    yield line("describe, median", 1000 * statistics.median(took), "ms", len(took)) | {
        "better": "lower", "spread": [round(1000 * min(took), 1), round(1000 * max(took), 1)]}


def main() -> None:
    """Measure, and print one JSON object."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--calibrate", action="store_true", help="write clew/signals/curves/likeness.json")
    asked = reader.parse_args()
    tuning, reported, took, among = measure()
    print(*sorted(tuning.nearest, reverse=True)[:15], sep="\n", file=sys.stderr)
    if asked.calibrate:
        calibrate(tuning, among)
    model = model_of("likeness").card.name
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, model {model}"
    print(json.dumps({"machine": machine, "figures": list(figures(reported, took, among))}))


if __name__ == "__main__":
    main()
