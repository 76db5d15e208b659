"""What is found of heavily edited photographs among photographs and distractors, and what is taken for copies that are none.

`python -m benchmarks.details [--half tuning|reported] [--size N]` looks every edit up as a node does and prints, for each edit,
recall by verdict and at zero false: PDQ alone, with no model, and with the model that is on (`clew models install sscd`). The
reported half is the one that nothing was fitted on; `--calibrate` fits weights and limits on the other.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context

import numpy as np

from benchmarks import details_fit
from benchmarks.calibrate import SAMPLES
from benchmarks.details_pairs import (
    RELATED,
    Half,
    Pair,
    copies,
    copies_of,
    distractors,
    half_of,
    no_copies,
    photograph,
    photographs,
)
from benchmarks.details_search import NO_MODEL, WORST, Answer, Collection, Spent, described, model_name
from benchmarks.edits import opened
from clew.domain.matching.trial.figures import upper_bound
from clew.media.opened import Opened
from clew.signals import details
from clew.signals.contract import Score, Signal
from clew.signals.local.evidence import findings, measures


def _worst() -> float:
    return WORST


@dataclass
class Told:
    """What was said of all pairs: each copy with its answer, and for every model the strongest and all false matches."""

    models: list[str]
    answers: list[tuple[Pair, Answer]] = field(default_factory=list)
    tried: int = 0
    false: dict[str, list[Pair]] = field(default_factory=lambda: defaultdict(list))
    possible: Counter[str] = field(default_factory=Counter)
    strongest: dict[str, float] = field(default_factory=lambda: defaultdict(_worst))
    spent: Spent = field(default_factory=Spent)

    def add(self, other: "Told") -> None:
        """Take in what another process was told."""
        self.answers += other.answers
        self.tried += other.tried
        self.possible += other.possible
        for model in self.models:
            self.false[model] += other.false[model]
            self.strongest[model] = max(self.strongest[model], other.strongest[model])
        for name in ("describing", "likening", "proposing", "comparing"):
            getattr(self.spent, name).extend(getattr(other.spent, name))

    def note(self, pair: Pair, model: str, score: Score, strength: float) -> None:
        """Take down a pair that is no copy."""
        self.strongest[model] = max(self.strongest[model], strength)
        self.possible[model] += score.verdict == "possible"
        if score.verdict == "match":
            self.false[model].append(pair)


def related_to(number: int, count: int) -> set[int]:
    """Return the photographs that have something in common with this one, or with what is pasted into it."""
    pasted = (number + count // 2) % count
    return {number, pasted} | (set(range(count - RELATED, count)) if max(number, pasted) >= count - RELATED else set())


def strangers_of(number: int, count: int) -> list[int]:
    """Return four photographs that have nothing in common with this one, nor with what is pasted into it."""
    draw = np.random.default_rng(number)
    return [int(n) for n in draw.permutation(count) if int(n) not in related_to(number, count)][:4]


def measured(half: Half, rendered: int, processes: int = 1) -> Told:
    """Describe everything once, look every copy of the half up, and compare the pairs that only look alike."""
    told = Told([NO_MODEL, *filter(None, [model_name()])])
    known = [described(opened(photograph(n)), told.spent) for n in range(len(photographs()))]
    known += [described(picture, told.spent) for picture in distractors(rendered)]
    with tempfile.TemporaryDirectory() as folder:
        _shared[:] = [(Collection(known, folder), told.models)]
        mine = [n for n in range(len(photographs())) if half_of(n) == half]
        with get_context("fork").Pool(processes) as crew:
            for part in crew.imap(_looked_up, mine, chunksize=1):
                told.add(part)
        for pair, a, b in no_copies(half):
            told.tried += 1
            alone = Collection([described(a, told.spent)], f"{folder}/{told.tried}")
            answer = alone.look_up(described(b, told.spent), told.spent)
            for model in told.models:
                told.note(pair, model, answer.score(0, model), answer.strength(0, model))
    return told


_shared: list[tuple[Collection, list[str]]] = []
"""What the processes that are forked see of their parent: it is large."""


def _looked_up(number: int) -> Told:
    """Look every copy of one photograph up."""
    collection, models = _shared[0]
    told = Told(models)
    kin = related_to(number, len(photographs()))
    for pair, edited in copies_of(number):
        answer = collection.look_up(described(edited, told.spent), told.spent)
        told.answers.append((pair, answer))
        told.tried += len(collection.pictures) - len(kin)
        for other in (n for n in answer.scores if n not in kin):
            for model in models:
                false = Pair(str(other), pair.b, f"unrelated to {pair.a}", pair.half)
                told.note(false, model, answer.score(other, model), answer.strength(other, model))
    return told


def measure(size: int = 1000) -> dict[str, object]:
    """Return {"machine", "figures"} of the reported half and `size` rendered distractors."""
    return _report(measured("reported", size))


def _report(told: Told) -> dict[str, object]:
    machine = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return {"machine": machine, "figures": list(figures(told))}


def figures(told: Told) -> Iterator[dict[str, object]]:
    """Yield the figures: recall for each edit, then what was tried and how long it took."""
    edits: dict[str, list[tuple[int, Answer]]] = defaultdict(list)
    for pair, answer in told.answers:
        edits[pair.b].append((int(pair.a), answer))
    for name, answers in edits.items():
        count = len(answers)
        alone = sum("pdq" in answer.proposed.get(a, ()) for a, answer in answers) / count
        for model in told.models:
            scores = [answer.score(a, model) for a, answer in answers]
            shares = {verdict: sum(s.verdict == verdict for s in scores) / count for verdict in ("match", "possible")}
            above = [answer.strength(a, model) > told.strongest[model] or "pdq" in answer.proposed.get(a, ())
                     for a, answer in answers]
            yield figure(f"{name}, {model}: match", shares["match"], "share", peer="pdq alone", peer_value=alone, runs=count)
            yield figure(f"{name}, {model}: possible", shares["possible"], "share", runs=count)
            yield figure(f"{name}, {model}: at zero false", sum(above) / count, "share", runs=count)
    for model in told.models:
        false = len(told.false[model])
        yield figure(f"false matches, {model}", false, "pairs", better="lower", runs=told.tried)
        bound = upper_bound(false, told.tried) or 1.0
        yield figure(f"false matches, {model}, upper bound 95 %", bound, "share", better="lower", runs=told.tried)
        yield figure(f"false possible, {model}", told.possible[model], "pairs", better="lower", runs=told.tried)
        yield figure(f"strongest that is no copy, {model}", told.strongest[model], "log odds", better="lower", runs=told.tried)
    yield from _times(told.spent)


def _times(spent: Spent) -> Iterator[dict[str, object]]:
    for what, times in (("describe", spent.describing), ("likeness", spent.likening), ("propose by words", spent.proposing),
                        ("compare", spent.comparing)):
        if times:
            yield figure(f"{what}, processor time", 1000 * statistics.median(times), "ms", better="lower", runs=len(times))
    sizes = [sum(len(s.value) for s in one) for one in (details.describe(opened(photograph(n))) for n in range(0, 60, 6))]
    yield figure("kept of a picture", statistics.mean(sizes), "bytes", better="lower", runs=len(sizes))


def figure(name: str, value: float, unit: str, better: str = "higher", peer: str = "", peer_value: float | None = None,
           runs: int = 1) -> dict[str, object]:
    """Return one figure; the ratio is above 1 where ours is better."""
    ratio = None if not peer_value else round(value / peer_value, 2)
    told = None if peer_value is None else round(peer_value, 4)
    return {"name": name, "value": round(value, 7), "unit": unit, "better": better, "peer": peer, "peer_value": told,
            "ratio": ratio, "runs": runs, "spread": None}


def placed(a: list[Signal], b: list[Signal]) -> details_fit.Rows:
    """Return the measures of every way in which a lies in b."""
    first, second = details.views(a), details.views(b)
    ways = [found for one in first for other in second for found in findings(one, other)]
    return np.array([measures(found.placement, found.overlay) for found in ways]).reshape(len(ways), len(details_fit.SIGNS))


def calibrate(rendered: int, describe: Callable[[Opened], list[Signal]] = details.describe) -> None:
    """Fit weights and limits on the tuning half."""
    known = [describe(opened(photograph(n))) for n in range(len(photographs()))]
    same, unrelated, tried = list[details_fit.Rows](), list[details_fit.Rows](), 0
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
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args(arguments)
    if given.calibrate:
        calibrate(given.size)
        return
    told = measured(given.half, given.size, given.processes)
    print(json.dumps(_report(told), indent=1))
    for model in told.models:
        missed = [(pair, answer) for pair, answer in told.answers if answer.score(int(pair.a), model).verdict != "match"]
        lines = [_missed(pair, answer, model) for pair, answer in missed]
        print("\n".join([f"missed, {model}:", *lines, "false:", *map(str, islice(told.false[model], 50))]), file=sys.stderr)


def _missed(pair: Pair, answer: Answer, model: str) -> str:
    true = int(pair.a)
    by = ", ".join(sorted(answer.proposed.get(true, ()))) or "nothing"
    return f"{pair.a} {pair.b}: {answer.score(true, model).verdict}, {answer.strength(true, model)}, proposed by {by}"


if __name__ == "__main__":
    if not SAMPLES.exists():
        sys.exit(f"No sample files at {SAMPLES}: this can only be measured with them.")
    main(sys.argv[1:])
