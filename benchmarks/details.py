"""What the matcher of details finds of heavily edited photographs, and what it takes for copies that are none.

`python -m benchmarks.details` prints, for each edit, recall by verdict and at zero false, for PDQ alone and PDQ with
details (no model), on the half of the photographs that nothing was fitted on. `--calibrate` fits on the other half.
"""

import argparse
import json
import platform
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from benchmarks import details_fit
from benchmarks.calibrate import SAMPLES
from benchmarks.details_pairs import RELATED, Half, Pair, copies, distractors, no_copies, photograph, photographs
from benchmarks.edits import opened
from clew.media.opened import Opened
from clew.signals import details, pdq
from clew.signals.contract import Score, Signal
from clew.signals.fuse import fused
from clew.signals.local.evidence import findings, measures

Described = dict[str, list[Signal]]


@dataclass
class Told:
    """What was said of all pairs so far."""

    scores: list[tuple[Pair, dict[str, Score]]] = field(default_factory=list)
    tried: int = 0
    false: list[Pair] = field(default_factory=list)
    strongest: float = -99.0
    describing: list[float] = field(default_factory=list)
    comparing: list[float] = field(default_factory=list)


def described(picture: Opened, told: Told) -> Described:
    """Return the signals of both matchers and note the processor time of details."""
    start = time.process_time()
    mine = details.describe(picture)
    told.describing.append(time.process_time() - start)
    return {"details": mine, "pdq": pdq.describe(picture)}


def compared(a: Described, b: Described, told: Told) -> dict[str, Score]:
    """Return the scores of both matchers and the fused one."""
    start = time.process_time()
    scores = {"details": details.compare(a["details"], b["details"])}
    told.comparing.append(time.process_time() - start)
    scores["pdq"] = pdq.compare(a["pdq"], b["pdq"])
    scores["fused"] = fused({name: scores[name] for name in ("pdq", "details")})
    return scores


def false_pairs(half: Half, known: Sequence[Described], strangers: Sequence[Described], told: Told) -> None:
    """Compare pairs that are no copies and keep the strongest and every false match."""
    for pair, a, b in no_copies(half):
        note(pair, compared(described(a, told), described(b, told), told), told)
    for (i, one), other in ((pair, s) for pair in enumerate(known) for s in strangers):
        note(Pair(str(i), "rendered", "unrelated", half), compared(one, other, told), told)


def note(pair: Pair, scores: dict[str, Score], told: Told) -> None:
    """Count one pair that is no copy."""
    told.tried += 1
    told.strongest = max(told.strongest, scores["details"].where.get("strength", -99.0))
    if scores["fused"].verdict == "match":
        told.false.append(pair)


def strangers_of(number: int, count: int) -> list[int]:
    """Return four photographs that have nothing in common with this one, nor with what is pasted into it."""
    draw = np.random.default_rng(number)
    own = {number, (number + count // 2) % count, *(range(count - RELATED, count) if number >= count - RELATED else ())}
    return [int(n) for n in draw.permutation(count) if int(n) not in own][:4]


def measured(half: Half, rendered: int) -> Told:
    """Describe everything once and compare what the half holds."""
    told = Told()
    known = [described(opened(photograph(n)), told) for n in range(len(photographs()))]
    for pair, edited in copies(half):
        query = described(edited, told)
        told.scores.append((pair, compared(query, known[int(pair.a)], told)))
        for other in strangers_of(int(pair.a), len(known)):
            note(Pair(str(other), pair.b, "unrelated", half), compared(query, known[other], told), told)
    false_pairs(half, known, [described(picture, told) for picture in distractors(rendered)], told)
    return told


def measure(size: int = 1000) -> dict[str, object]:
    """Return {"machine", "figures"} of the reported half and `size` rendered distractors."""
    return {"machine": platform.processor() or platform.machine(), "figures": list(figures(measured("reported", size)))}


def figures(told: Told) -> Iterator[dict[str, object]]:
    """Yield the figures: recall for each edit, then what was tried and how long it took."""
    edits: dict[str, list[dict[str, Score]]] = defaultdict(list)
    for pair, scores in told.scores:
        edits[pair.b].append(scores)
    for name, all_scores in edits.items():
        count = len(all_scores)
        shares = {
            f"{verdict}, {who}": sum(s[who].verdict == verdict for s in all_scores) / count
            for verdict in ("match", "possible")
            for who in ("pdq", "fused")
        }
        above = sum(s["details"].where.get("strength", -99.0) > told.strongest for s in all_scores) / count
        alone = shares["match, pdq"]
        yield figure(f"{name}: match", shares["match, fused"], "share", peer="pdq alone", peer_value=alone, runs=count)
        yield figure(f"{name}: possible", shares["possible, fused"], "share", runs=count)
        yield figure(f"{name}: details above every false pair", above, "share", runs=count)
    yield figure("false matches", len(told.false), "pairs", better="lower", runs=told.tried)
    bound = (len(told.false) + 3) / max(1, told.tried)
    yield figure("false matches, upper bound 95 %", bound, "share", better="lower", runs=told.tried)
    for what, times in (("describe", told.describing), ("compare", told.comparing)):
        yield figure(f"{what}, processor time", 1000 * statistics.median(times), "ms", better="lower", runs=len(times))
    sizes = [sum(len(s.value) for s in one) for one in (details.describe(opened(photograph(n))) for n in range(0, 60, 6))]
    yield figure("kept of a picture", statistics.mean(sizes), "bytes", better="lower", runs=len(sizes))


def figure(name: str, value: float, unit: str, better: str = "higher", peer: str = "", peer_value: float | None = None,
           runs: int = 1) -> dict[str, object]:
    """Return one figure; the ratio is above 1 where ours is better."""
    ratio = None if not peer_value else round(value / peer_value, 2)
    told = None if peer_value is None else round(peer_value, 4)
    return {"name": name, "value": round(value, 4), "unit": unit, "better": better, "peer": peer, "peer_value": told,
            "ratio": ratio, "runs": runs, "spread": None}


def placed(a: list[Signal], b: list[Signal]) -> details_fit.Rows:
    """Return the measures of every way in which a lies in b."""
    first, second = details.views(a), details.views(b)
    ways = [found for one in first for other in second for found in findings(one, other)]
    return np.array([measures(found.placement, found.overlay) for found in ways]).reshape(len(ways), len(details_fit.SIGNS))


def calibrate(rendered: int, describe: Callable[[Opened], list[Signal]] = details.describe) -> None:
    """Fit weights and limits on the tuning half."""
    known = [describe(opened(photograph(n))) for n in range(len(photographs()))]
    same, unrelated, tried = [], [], 0
    for pair, edited in copies("tuning"):
        query = describe(edited)
        same.append(placed(query, known[int(pair.a)]))
        others = [placed(query, known[n]) for n in strangers_of(int(pair.a), len(known))]
        unrelated, tried = [*unrelated, *others], tried + len(others)
    alike = [placed(describe(a), describe(b)) for _, a, b in no_copies("tuning")]
    for stranger in map(describe, distractors(rendered)):
        unrelated, tried = [*unrelated, *(placed(stranger, one) for one in known)], tried + len(known)
    data = f"{len(same)} copies: the tuning half of {len(known)} photographs by {len(same) * 2 // len(known)} edits "
    data += f"(benchmarks/heavy_edits.py); {len(alike)} pairs of one place or one frame, {tried} unrelated pairs"
    details_fit.write(same, alike, unrelated, tried, data)


def main(arguments: Sequence[str]) -> None:
    """Read the command line and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calibrate", action="store_true", help="fit on the tuning half and write the curve file")
    parser.add_argument("--half", choices=("tuning", "reported"), default="reported")
    parser.add_argument("--size", type=int, default=1000, help="rendered distractors")
    given = parser.parse_args(arguments)
    if given.calibrate:
        calibrate(given.size)
        return
    told = measured(given.half, given.size)
    print(json.dumps({"machine": platform.processor() or platform.machine(), "figures": list(figures(told))}, indent=1))
    missed = [f"{pair.a} {pair.b}: {s['details'].verdict}" for pair, s in told.scores if s["fused"].verdict != "match"]
    print("\n".join(["missed:", *missed, "false:", *map(str, islice(told.false, 50))]), file=sys.stderr)


if __name__ == "__main__":
    if not SAMPLES.exists():
        sys.exit(f"No sample files at {SAMPLES}: this can only be measured with them.")
    main(sys.argv[1:])
