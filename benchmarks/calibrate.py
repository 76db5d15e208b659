"""Make the curve files in clew/signals/curves from labelled harmless samples: `python -m benchmarks.calibrate`.

Same pairs: fixed edits of each photograph or film. Different pairs: any two photographs whose sets do not call them
related, films of different sets, and one camera at two moments, which is the hardest.
"""

import itertools
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from av.error import FFmpegError
from PIL import Image

from benchmarks.edits import EDITS, FILM_EDITS, film_frames, opened
from clew.media.opened import Frame, Opened
from clew.signals import frames, pdq
from clew.signals.contract import Score, Signal

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT.parent / "shared" / "samples"
CURVES = ROOT / "clew" / "signals" / "curves"
PHOTOS = (
    *("places/opensfm/data", "copies/thorn-perception/perception/testing/images", "copies/blockhash/test/data"),
    *("copies/imagededup/tests/data/base_images", "copies/threatexchange-pdq/data/reg-test-input/labelme-subset"),
)
FILMS = ("videos", "copies/thorn-perception", "copies/threatexchange-video")
ONE_CAMERA = ("intel", "vtest")
RELATED = (
    ("chair-",),
    ("pattern-",),
    ("carphone",),
    ("bigbuckbunny", "chroma", "luma"),
    ("bikes", "scene_cuts"),
    ("v2",),
    ("video_",),
    ("extra_",),
)
Measured = list[tuple[float, bool]]


def curve(measured: Measured, edges: Sequence[float]) -> list[list[float]]:
    """Return (measure, share of same pairs) per bin, both kinds weighing the same, made monotone by pooling."""
    x, same = np.array([m for m, _ in measured]), np.array([s for _, s in measured])
    rows = []
    for low, high in itertools.pairwise(edges):
        here = (x >= low) & (x < high)
        yes = (here & same).sum() / max(1, same.sum())
        no = (here & ~same).sum() / max(1, (~same).sum())
        if here.any():
            floor = 1 / (2 * len(x))
            rows.append([float(x[here].mean()), float((yes + floor) / (yes + no + 2 * floor)), int(here.sum())])
    rising = rows[-1][1] > rows[0][1]
    pooled: list[list[float]] = []
    for row in rows:
        pooled.append(row)
        while len(pooled) > 1 and (pooled[-2][1] > pooled[-1][1]) == rising and pooled[-2][1] != pooled[-1][1]:
            b, a = pooled.pop(), pooled.pop()
            n = a[2] + b[2]
            pooled.append([(a[0] * a[2] + b[0] * b[2]) / n, (a[1] * a[2] + b[1] * b[2]) / n, n])
    return [[round(m, 2), round(s, 4)] for m, s, _ in pooled]


def write(name: str, measured: Measured, edges: Sequence[float], scores: list[tuple[str, bool]], data: str) -> None:
    """Write a curve file with the data it came from and the verdicts counted on it."""
    counts = {kind: dict.fromkeys(("match", "possible", "none"), 0) for kind in ("same", "different")}
    for verdict, same in scores:
        counts["same" if same else "different"][verdict] += 1
    tried, false = sum(counts["different"].values()), counts["different"]["match"]
    told = {
        "data": data,
        "weights": "same and different pairs weigh the same in all, so a share assumes one in two candidates is true",
        "verdicts": counts,
        "different_tried": tried,
        "false_match_rate_upper_bound_95": round((3.0 if false == 0 else false + 2 * false**0.5 + 3) / tried, 7),
        "curve": curve(measured, edges),
    }
    (CURVES / f"{name}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(name, counts)


def pictures() -> None:
    """Calibrate the distance of `pdq`."""
    paths = [p for f in PHOTOS for p in sorted((SAMPLES / f).rglob("*.[jp][pn]g")) if "masks" not in p.parts]
    images = [(p, Image.open(p).convert("RGB")) for p in paths]
    originals = [(p, pdq.describe(opened(image))) for p, image in images]
    pairs: list[tuple[Score, bool]] = []
    edited: list[tuple[Path, list[Signal]]] = []
    per_edit: dict[str, int] = dict.fromkeys(EDITS, 0)
    for (path, image), (_, signals) in zip(images, originals, strict=True):
        for name, edit in EDITS.items():
            copy = pdq.describe(opened(edit(image)))
            score = pdq.compare(signals, copy)
            per_edit[name] += score.verdict == "match"
            pairs.append((score, True))
            edited.append((path, copy))
    for (path, signals), (other, copy) in itertools.product(originals, edited):
        if path.parent != other.parent or ("opensfm" not in path.parts and path != other):
            pairs.append((pdq.compare(signals, copy), False))
    measured = [(float(s.where["distance"]), same) for s, same in pairs if "distance" in s.where]
    data = f"{len(originals)} photographs of the sample sets x {len(EDITS)} edits (benchmarks/edits.py); matches: " + str(
        {name: f"{n}/{len(originals)}" for name, n in per_edit.items()}
    )
    write("pdq", measured, range(0, 137, 4), [(s.verdict, same) for s, same in pairs], data)


def film(stills: Sequence[Frame], start: float, end: float, edit: str | None = None) -> list[Signal]:
    """Describe seconds start..end of a film at a frame every half second, edited or not."""
    kept: list[Frame] = []
    for still in stills:
        if start <= still.time <= end and (not kept or still.time - start - kept[-1].time >= 0.49):
            rgb = np.asarray(EDITS[edit](Image.fromarray(still.rgb))) if edit else still.rgb
            kept.append(Frame(still.time - start, rgb))
    return frames.describe(Opened("film", "video/mp4", frames=kept))


def related(a: Path, b: Path) -> bool:
    """Say whether two sample films may share footage."""
    return any(a.name.startswith(family) and b.name.startswith(family) for family in RELATED)


def films() -> None:
    """Calibrate the weight of `frames`."""
    stills: dict[Path, list[Frame]] = {}
    for path in (p for f in FILMS for p in sorted((SAMPLES / f).rglob("*.*")) if p.suffix in SUFFIXES):
        try:
            stills[path] = list(film_frames(path))
        except FFmpegError:
            print("unreadable:", path.name, file=sys.stderr)
    whole = {path: film(frames_, 0, 60) for path, frames_ in stills.items()}
    pairs = [(frames.compare(whole[a], whole[b]), False) for a, b in itertools.combinations(whole, 2) if not related(a, b)]
    for path, frames_ in stills.items():
        if not pdq.telling(whole[path]):
            continue
        pairs += [(frames.compare(whole[path], film(frames_, 0, 60, edit)), True) for edit in FILM_EDITS]
        if frames_[-1].time > 8:
            pairs += [(frames.compare(whole[path], film(frames_, s, s + 5, "jpeg 30")), True) for s in (1.0, 2.5)]
        if any(name in str(path) for name in ONE_CAMERA) and frames_[-1].time > 12:
            parts = [(s, film(frames_, s, s + 6)) for s in np.arange(0, frames_[-1].time - 6, 3.3)]
            pairs += [(frames.compare(a, b), False) for (s, a), (t, b) in itertools.combinations(parts, 2) if t > s + 7]
    measured = [(float(score.where.get("weight", 0.0)), same) for score, same in pairs]
    data = f"{len(stills)} sample films: {len(FILM_EDITS)} edits, five seconds cut out at two places; against other films "
    data += "and against other moments of four fixed cameras"
    write("frames", measured, FILM_EDGES, [(s.verdict, same) for s, same in pairs], data)


SUFFIXES = {".mp4", ".m4v", ".mov", ".mkv", ".avi"}
FILM_EDGES = (0, 0.001, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 9, 14, 1000)


if __name__ == "__main__":
    if not SAMPLES.exists():
        sys.exit(f"No sample files at {SAMPLES}: the curves can only be made with them.")
    pictures()
    films()
