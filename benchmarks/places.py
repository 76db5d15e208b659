"""What the matcher of places finds, beside RootSIFT with MAGSAC in the same run: `python -m benchmarks.places [--calibrate]`.

Pairs as in benchmarks/place_pairs.py: 15 drawn rooms and 20 wide views of places, and different pairs, among them rooms and
streets dressed anew (the same shapes in other paint), which are counted apart. `--calibrate` makes the curve from the
tuning half; all figures are of the other one. Times are processor time of one thread. Needs the model that is on:
`clew models install xfeat`.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from PIL import Image

from benchmarks.calibrate import CURVES, curve
from benchmarks.place_pairs import Half, Pair, Shown, different, dressed_anew, of_kinds, others, pictures, pixels, same
from clew.demo.shots.many import rendered_pictures
from clew.media.opened import Pixels
from clew.signals import place
from clew.signals.contract import Signal
from clew.signals.embedding import unpacked
from clew.signals.models import session
from clew.signals.places.codec import unpack
from clew.signals.places.geometry import agreement
from clew.signals.places.network import worth_asking

DISTRACTORS = 1000
EDGES = [-0.1, 0.01, 1, 2, 3, 4, 6, 8, 10, 14, 20, 30, 50, 100, 2000]
_RATIO, _POINTS = 0.8, 2000
Tried = list[tuple[Pair, float]]


class Sift:
    """The peer: RootSIFT at 800 pixels, mutual nearest with the ratio test, the same geometry and cells; no colours."""

    def __init__(self, rgb: Pixels) -> None:
        share = min(1.0, 800 / max(rgb.shape[:2]))
        size = (round(rgb.shape[1] * share), round(rgb.shape[0] * share))
        grey = cv2.cvtColor(cv2.resize(np.ascontiguousarray(rgb), size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        found, raw = cv2.SIFT.create(nfeatures=_POINTS).detectAndCompute(grey, None)
        self.size = (grey.shape[0], grey.shape[1])
        self.xy = np.array([one.pt for one in found], np.float32).reshape(-1, 2)
        rooted = np.zeros((0, 128), np.float32) if raw is None else raw
        self.descriptors = np.sqrt(rooted / np.maximum(np.abs(rooted).sum(axis=1, keepdims=True), 1e-9))

    def cells(self, other: "Sift") -> float:
        """Return the distinct cells of agreeing points."""
        if min(len(self.xy), len(other.xy)) < 2:
            return 0.0
        alike = self.descriptors @ other.descriptors.T
        nearest = alike.argmax(axis=1)
        far = np.sqrt(np.maximum(2 - 2 * -np.sort(-alike, axis=1)[:, :2], 1e-9))
        kept = (alike.argmax(axis=0)[nearest] == np.arange(len(nearest))) & (far[:, 0] < _RATIO * far[:, 1])
        found = agreement(self.xy[kept], other.xy[nearest[kept]], (self.size, other.size))
        return float(found.cells) if found else 0.0


class Measured:
    """One half: every pair's strength by both, and seconds of a description and of a comparison."""

    def __init__(self, half: Half, most: int, *, beside: bool = True) -> None:
        self.described: list[float] = []
        self.compared: list[float] = []
        self.glanced: list[float] = []
        self.bytes: list[int] = []
        shown = [*pictures(half), *others(half)]
        self.signals = {one: self._described(one) for one in shown}
        peers = {one: Sift(pixels(one)) for one in shown} if beside else {}
        pairs = [*same(half), *different(half, most)]
        self.ours: Tried = [(pair, self._strength(pair)) for pair in pairs]
        self.peer: Tried = [(pair, peers[pair.a].cells(peers[pair.b])) for pair in pairs if beside]

    def _described(self, one: Shown) -> list[Signal]:
        start = time.thread_time()
        signals = place.signals_of(session.networks("place"), pixels(one))
        self.described.append(time.thread_time() - start)
        self.bytes.append(sum(len(signal.value) for signal in signals))
        return signals

    def _strength(self, pair: Pair) -> float:
        if not (self.signals[pair.a] and self.signals[pair.b]):
            return 0.0
        start = time.thread_time()
        a, b = (unpack(self.signals[side][0].value) for side in (pair.a, pair.b))
        found = place.seen(session.networks("place"), a, b)
        (self.compared if worth_asking(a, b) else self.glanced).append(time.thread_time() - start)
        return found.strength if found else 0.0


def ordinary(tried: Tried) -> list[float]:
    """Return the strengths of different pairs that are not the same shapes in other paint."""
    return [strength for pair, strength in tried if not pair.same and not dressed_anew(pair.a, pair.b)]


def anew(tried: Tried) -> list[float]:
    """Return the strengths of rooms and streets with themselves in other paint."""
    return [strength for pair, strength in tried if not pair.same and dressed_anew(pair.a, pair.b)]


def above(tried: Tried, limit: float, kind: str = "") -> tuple[int, int]:
    """Return how many pairs of one place (of a kind) lie above a limit, and how many there are."""
    mine = [strength for pair, strength in tried if pair.same and kind in ("", pair.a.kind)]
    return sum(strength > limit for strength in mine), len(mine)


def vectors(signals: Sequence[Signal]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the compact codes among signals."""
    return unpacked([one.value for one in signals if not place.is_points(one)])


def ranks(measured: Measured, count: int) -> list[int]:
    """Return where the other picture of each place comes among all pictures of the half and distractors, by compact code."""
    strange = [place.signals_of(session.networks("place"), np.asarray(Image.open(BytesIO(data)).convert("RGB")))
               for data in rendered_pictures(count, seed=77)]
    held = [(one, signals) for one, signals in measured.signals.items() if signals]
    every = np.concatenate([vectors(signals) for signals in (*(s for _, s in held), *(s for s in strange if s))])
    number = {one: place for place, (one, _) in enumerate(held)}
    found = []
    for pair, _ in measured.ours:
        if pair.same and pair.a in number and pair.b in number:
            near = every @ every[number[pair.a]]
            near[number[pair.a]] = -2
            found.append(1 + int((near > near[number[pair.b]]).sum()))
    return found


def calibrate(measured: Measured) -> None:
    """Write the curve from one half, with what its different pairs reach."""
    plain, hard = ordinary(measured.ours), anew(measured.ours)
    pairs = [strength for pair, strength in measured.ours if pair.same]
    told = {
        "data": f"{len(pairs)} pairs of one place (drawn rooms and streets from two stands, photographs) and {len(plain)} of two "
                f"(benchmarks/place_pairs.py, tuning half); model {session.networks('place').card.name}",
        "weights": "same and different pairs weigh the same in all, so a share assumes one in two candidates is true",
        "different_tried": len(plain),
        "possible": place.POSSIBLE,
        "possible_of_same": round(float(np.mean([one >= place.POSSIBLE for one in pairs])), 3),
        "highest_of_different": max(plain),
        "the_same_shapes_in_other_paint": {"tried": len(hard), "possible": sum(one >= place.POSSIBLE for one in hard),
                                           "highest": max(hard)},
        "curve": curve([*((one, True) for one in pairs), *((one, False) for one in plain)], EDGES)}
    (CURVES / "place.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def figures(measured: Measured, placed: list[int]) -> Iterator[dict[str, Any]]:
    """Yield the figures of the reported half."""
    def line(name: str, value: float, unit: str, runs: int, peer: float | None = None, better: str = "higher") -> dict[str, Any]:
        return {"name": name, "value": round(value, 4), "unit": unit, "better": better,
                "peer": None if peer is None else "RootSIFT + MAGSAC", "peer_value": peer,
                "ratio": None if not peer else round(value / peer, 2), "runs": runs, "spread": None}

    def counted(name: str, limits: Callable[[Tried], float]) -> Iterator[dict[str, Any]]:
        for kind in ("", *(kind for kind, pairs in of_kinds(same("reported")) if pairs)):
            (mine, count), (theirs, _) = (above(tried, limits(tried), kind) for tried in (measured.ours, measured.peer))
            yield line(f"{kind or 'all'}: {name}", mine, f"of {count}", count, theirs)

    plain, hard = ordinary(measured.ours), anew(measured.ours)
    yield from counted(f"found at 0 false of {len(plain)} different pairs", lambda tried: max(ordinary(tried)))
    yield from counted(f"found at 0 false, {len(hard)} pairs of the same shapes in other paint too",
                       lambda tried: max(ordinary(tried) + anew(tried)))
    for kind in ("", "room", "street", "photograph"):
        mine, count = above(measured.ours, place.POSSIBLE - 1e-9, kind)
        yield line(f"{kind or 'all'}: called possible", mine, f"of {count}", count)
    yield line("different pairs called possible", sum(one >= place.POSSIBLE for one in plain), f"of {len(plain)}", len(plain),
               better="lower")
    yield line("the same shapes in other paint called possible", sum(one >= place.POSSIBLE for one in hard), f"of {len(hard)}",
               len(hard), better="lower")
    for most in (1, 20, 100):
        yield line(f"the other picture among the first {most}, by compact code", float(np.mean([one <= most for one in placed])),
                   "share", len(placed))
    for name, took in (("describe a picture", measured.described), ("compare two pictures", measured.compared),
                       ("tell two that need no comparing", measured.glanced)):
        yield line(f"{name}, median", 1000 * statistics.median(took), "ms", len(took), better="lower") | {
            "spread": [round(1000 * min(took)), round(1000 * max(took))]}
    asked = [pair for pair, _ in measured.ours if not pair.same]
    yield line("different pairs that need no comparing", len(measured.glanced) / len(asked), "share, at most", len(asked))
    yield line("bytes a picture, most", max(measured.bytes), "B", len(measured.bytes), better="lower")


def main() -> None:
    """Measure, and print one JSON object."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--calibrate", action="store_true", help="write clew/signals/curves/place.json from the tuning half")
    reader.add_argument("--different", type=int, default=400, help="different pairs to try")
    reader.add_argument("--distractors", type=int, default=DISTRACTORS)
    asked = reader.parse_args()
    if asked.calibrate:
        calibrate(Measured("tuning", asked.different, beside=False))
        return
    measured = Measured("reported", asked.different)
    for pair, strength in sorted(measured.ours, key=lambda one: one[1]):
        if pair.same or strength >= place.POSSIBLE / 2:
            print(f"{strength:8.2f} {'same' if pair.same else 'different'} {pair.a.path or pair.a.place} "
                  f"{pair.b.path or pair.b.place}", file=sys.stderr)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, place {place.VERSION}"
    print(json.dumps({"machine": machine, "figures": list(figures(measured, ranks(measured, asked.distractors)))}))


if __name__ == "__main__":
    main()
