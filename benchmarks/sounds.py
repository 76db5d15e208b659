"""The same sound through each edit: share found with no stranger above it, and by verdict; peer: chromaprint's raw prints.

Run: python -m benchmarks.sounds [--size STRANGERS] prints the figures of the reported half (other pieces than tuned on);
python -m benchmarks.sounds --calibrate measures the tuning half and writes clew/signals/curves/sound.json.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibrate import CURVES, curve
from benchmarks.sound_edits import EDITS, RATE, UNDER, Samples, halves, mixed, pieces
from clew.media.opened import Opened, Sound
from clew.signals import sound
from clew.signals.contract import Signal
from clew.signals.sounds.limits import limits

LONGEST, STRANGERS = 30 * RATE, 16
PEER = "chromaprint: fpcalc's raw prints, best offset by differing bits"
RARE, WORTH, ENOUGH = 1e-6, 1e-3, 400
EDGES = (0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.7, 1, 1.5, 2, 100)


@dataclass(frozen=True)
class Pair:
    """One comparison: the edit of the query, whether the two are the same sound, and what both sides said."""

    query: str
    edit: str
    reference: str
    same: bool
    weight: float
    verdict: str
    peer: tuple[float, float]


@dataclass(frozen=True)
class Known:
    """One piece with its signals and the peer's print."""

    signals: list[Signal]
    raw: NDArray[np.uint32]


def described(samples: Samples) -> list[Signal]:
    return sound.describe(Opened("sound", "audio/flac", sound=Sound(RATE, samples)))


def raw_print(samples: Samples) -> NDArray[np.uint32]:
    """Return chromaprint's numbers, eight a second; none for what it finds too short."""
    if not shutil.which("fpcalc"):
        return np.zeros(0, np.uint32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.wav"
        with wave.open(str(path), "wb") as out:
            out.setparams((1, 2, RATE, 0, "NONE", ""))
            out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
        told = subprocess.run(["fpcalc", "-raw", "-json", "-length", "0", str(path)], capture_output=True, check=False)
    # fpcalc 1.5.1 calls the end of a file an error after it has printed everything; what is too short it prints nothing for
    return np.array(json.loads(told.stdout)["fingerprint"] if told.stdout.startswith(b"{") else [], np.uint32)


def raw_likeness(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> tuple[float, float]:
    """Return how far below one half the share of differing bits lies at the best offset: plainly, and counted higher the
    longer the two overlap. The peer may choose for each edit what serves it better."""
    if not len(a) or not len(b):
        return 0.0, 0.0
    bits = np.bitwise_count(a[:, None] ^ b[None, :]).astype(np.float64)
    lag = np.arange(len(b))[None, :] - np.arange(len(a))[:, None] + len(a) - 1
    sums, overlap = np.bincount(lag.ravel(), bits.ravel()), np.bincount(lag.ravel())
    enough = overlap >= min(16, len(a), len(b))
    below = (0.5 - sums / (32 * overlap))[enough]
    return float(below.max()), float((below * np.sqrt(overlap[enough])).max())


def weighed(a: list[Signal], b: list[Signal]) -> tuple[float, str]:
    """Return the weight of the best stretch, also where it is too little for any verdict, and the verdict."""
    found, _ = sound.stretches(a, b)
    weight = found[0].weight if found else 0.0
    return weight, sound.compare(a, b).verdict if weight >= limits().possible else "none"


def edited(samples: Samples, name: str, music: dict[str, Samples],
           dice: np.random.Generator) -> Iterator[tuple[str, Samples, str]]:
    """Yield each edit of one piece: its name, the samples, and what else is heard in it."""
    whole = samples[:LONGEST]
    for edit, change in EDITS.items():
        if len(whole) >= RATE * (9 if "8 s" in edit else 4):
            yield edit, change(whole, dice), ""
    if name.startswith("voice") and len(whole) >= 4 * RATE:
        for edit, decibels in UNDER.items():
            other = sorted(music)[int(dice.integers(len(music)))]
            start = int(dice.integers(0, len(music[other]) - 20 * RATE))
            yield edit, mixed(whole, music[other][start:start + len(whole)], decibels), other


def strangers(name: str, heard: str, known: dict[str, Known], dice: np.random.Generator, count: int) -> list[str]:
    """Return sounds unrelated to a query; another sentence of the same reader is one, another film of a family is not."""
    family = name.partition("/")[0] + "/"
    others = [other for other in known if not other.startswith(family) and other != heard]
    near = [other for other in known if other.startswith(family) and other != name and other.startswith("voice")]
    return [*dice.choice(others, min(count, len(others)), replace=False), *near[:2]]


def compared(half: int, count: int, peer: Callable[[Samples], NDArray[np.uint32]]) -> list[Pair]:
    """Compare every edit of every piece of one half with its original and with `count` strangers of both halves."""
    every = pieces()
    known = {name: Known(described(samples), peer(samples)) for name, samples in every.items()}
    known = {name: one for name, one in known.items() if one.signals and one.signals[0].quality >= sound.QUALITY}
    names = [name for name in halves(every)[half] if name in known]
    music = {name: every[name] for name in names if name.startswith("music") and len(every[name]) > 25 * RATE}
    dice, pairs = np.random.default_rng(half), []
    for name in names:
        for edit, samples, heard in edited(every[name], name, music, dice):
            signals, raw = described(samples), peer(samples)
            for reference in [name, *strangers(name, heard, known, dice, count)]:
                other = known[reference]
                pairs.append(Pair(name, edit, reference, reference == name, *weighed(signals, other.signals),
                                  raw_likeness(raw, other.raw)))
    return pairs


def limit(weights: NDArray[np.float64], share: float) -> float:
    """Return the weight that so small a share of strangers exceeds, drawn out from the highest fiftieth of them."""
    start = float(np.quantile(weights, 0.98))
    return start + float((weights[weights > start] - start).mean()) * float(np.log(0.02 / share))


def strictest(pairs: list[Pair], share: float) -> float:
    """Return the highest limit any kind of strangers asks for: one reader's sentences, voices, music, the rest."""
    kinds: dict[tuple[str, ...], list[float]] = {}
    for pair in pairs:
        families = [name.partition("/")[0] for name in (pair.query, pair.reference)]
        kind = ("one reader",) if families[0] == families[1] else tuple(sorted(name[:5] for name in families))
        kinds.setdefault(kind, []).append(pair.weight)
    return round(max(limit(np.array(weights), share) for weights in kinds.values() if len(weights) >= ENOUGH), 3)


def calibrate(count: int) -> None:
    """Write the limits and the curve as the tuning half has them."""
    pairs = compared(0, count, lambda _: np.zeros(0, np.uint32))
    same = [pair.weight for pair in pairs if pair.same]
    different = np.array([pair.weight for pair in pairs if not pair.same])
    strange = [pair for pair in pairs if not pair.same]
    bars = {"match": strictest(strange, RARE), "possible": strictest(strange, WORTH)}
    false = int((different >= bars["match"]).sum())
    told = {
        "data": f"{len({p.query for p in pairs})} sample sounds (the tuning half) x {len(EDITS) + len(UNDER)} edits "
                "(benchmarks/sound_edits.py) against themselves and strangers, other sentences of one reader among them",
        "weights": "same and different pairs weigh the same in all, so a share assumes one in two candidates is true",
        "limits": bars,
        "limits_from": "drawn out from the highest fiftieth of each kind of strangers, the strictest kind counts: "
                       f"match to {RARE} of them, possible to {WORTH}",
        "highest_different": round(float(different.max()), 3),
        "same_tried": len(same),
        "same_match": sum(one >= bars["match"] for one in same),
        "same_possible": sum(bars["possible"] <= one < bars["match"] for one in same),
        "different_tried": len(different),
        "false_match": false,
        "false_match_rate_upper_bound_95": round((3.0 if not false else false + 2 * false**0.5 + 3) / len(different), 7),
        "false_possible": int((different >= bars["possible"]).sum()),
        "curve": curve([(pair.weight, pair.same) for pair in pairs], EDGES),
    }
    (CURVES / "sound.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: value for name, value in told.items() if name != "curve"}, indent=1))


def figure(name: str, value: float, unit: str, peer: float | None, spread: list[float], runs: int, better: str = "higher",
           by: str = PEER) -> dict[str, Any]:
    ratio = None if not peer or not value else round(value / peer if better == "higher" else peer / value, 3)
    return {"name": name, "value": round(value, 3), "unit": unit, "better": better, "peer": by if peer is not None else "",
            "peer_value": None if peer is None else round(peer, 3), "ratio": ratio, "runs": runs, "spread": spread}


def recalls(pairs: list[Pair]) -> list[dict[str, Any]]:
    """Return for each edit the share found above every stranger, by ours and by the peer, and the share by verdict."""
    strange = [pair for pair in pairs if not pair.same]
    bar, peer_bars = max(pair.weight for pair in strange), [max(pair.peer[way] for pair in strange) for way in (0, 1)]
    told = []
    for edit in (*EDITS, *UNDER):
        mine = [pair for pair in pairs if pair.same and pair.edit == edit]
        share = statistics.mean(pair.weight > bar for pair in mine)
        match, possible = (statistics.mean(pair.verdict == verdict for pair in mine) for verdict in ("match", "possible"))
        theirs = max(statistics.mean(pair.peer[way] > peer_bars[way] for pair in mine) for way in (0, 1))
        told.append(figure(f"{edit}: found above every stranger", share, "share", theirs, [], len(mine))
                    | {"match": round(match, 3), "possible": round(possible, 3),
                       "missed": [p.query for p in mine if p.verdict == "none" or p.weight <= bar]})
    false = {verdict: sum(pair.verdict == verdict for pair in strange) for verdict in ("match", "possible")}
    bound = 3.0 / len(strange) if not false["match"] else (false["match"] + 2 * false["match"] ** 0.5 + 3) / len(strange)
    told.append(figure("strangers called a match", false["match"], "pairs", None, [], len(strange), "lower")
                | {"upper_bound_95": round(bound, 7), "called possible": false["possible"], "highest weight": round(bar, 3)})
    return told


def speeds() -> list[dict[str, Any]]:
    """Return the speed of describing, its size, and of comparing, on one core."""
    every = [samples for name, samples in pieces().items() if name.startswith("music") and len(samples) > 10 * RATE]
    lasting = sum(map(len, every)) / RATE
    described(every[0])
    ours, theirs = [], []
    for _ in range(3):
        for times, act in ((ours, described), (theirs, raw_print)):
            began = time.perf_counter()
            for samples in every:
                act(samples)
            times.append(lasting / (time.perf_counter() - began))
    signals = [described(samples) for samples in every]
    size = sum(len(one[0].value) for one in signals) / lasting * 60
    sound.compare(signals[0], signals[1])
    began = time.process_time()
    for one in signals:
        for other in signals:
            sound.compare(one, other)
    each = (time.process_time() - began) / len(signals) ** 2 * 1000
    return [figure("sound described", statistics.median(ours), "times real time", statistics.median(theirs),
                   [round(min(ours)), round(max(ours))], 3, by="fpcalc, file written and process started for each"),
            figure("print", size, "bytes a minute", 8.07 * 4 * 60, [], 1, "lower", "chromaprint: 8.07 numbers a second"),
            figure(f"two sounds of {lasting / len(every):.0f} s compared, one core", each, "ms", None, [],
                   len(signals) ** 2, "lower")]


def measure(size: int = STRANGERS) -> dict[str, Any]:
    """Return {"machine", "figures"}: recall of the reported half against `size` strangers a query, and speed."""
    return {"machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
            "figures": [*recalls(compared(1, size, raw_print)), *speeds()]}


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--size", type=int, default=STRANGERS)
    reader.add_argument("--calibrate", action="store_true")
    given = reader.parse_args()
    if given.calibrate:
        calibrate(given.size)
    else:
        print(json.dumps(measure(given.size), indent=1))


if __name__ == "__main__":
    main()
