"""Curve files made from a trial: how often a measured number of a matcher meant the same media on somebody's labelled files.

The shape is that of the curves in `clew/signals/curves`; a node reads its own from `<home>/curves` before the packaged ones.
Limits of verdicts are not made here: a claim of one in a million needs more pairs than one agency labels.
"""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np

from clew.domain.matching.trial.figures import upper_bound
from clew.domain.matching.trial.files import Described
from clew.domain.matching.trial.lookups import Answer
from clew.domain.matching.trial.negatives import tried
from clew.domain.matching.trial.truth import Truth
from clew.kernel.errors import BadInput
from clew.signals import frames, pdq, registry
from clew.signals.contract import Score
from clew.signals.curves import MEASURES

LEAST: Final = 10
"""Measured pairs of each sort, true and false, below which a curve would only be noise."""
_BINS: Final = 20
_WEIGHTS: Final = "same and different pairs weigh the same in all, so a share assumes one in two candidates is true"
Asked = Callable[[str | None, str | None], bool]


@dataclass(frozen=True, slots=True)
class Made:
    """One matcher's curve, or why there is none. `different_tried` pairs could have been false, measured or not."""

    matcher: str
    same_tried: int
    different_tried: int
    false_matches: int
    false_share_below: float | None
    written: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Sides:
    """What a curve is made from: both sides of a trial, what came out, and what is true."""

    ours: Sequence[Described]
    theirs: Sequence[Described]
    answers: Sequence[Answer]
    truth: Truth
    asks: Asked


def calibrate(trial: Sides, folder: Path, data: str) -> list[Made]:
    """Write `<matcher>.json` into the folder for every matcher with enough measured pairs, and say what was made.

    `data` says what files these were; it is kept in each file. Raise BadInput when the folder cannot be written.
    """
    spoke = {name for answer in trial.answers for name in answer.scores}
    return [_one(trial, matcher, folder, data) for matcher in MEASURES if matcher in spoke]


def _one(trial: Sides, matcher: str, folder: Path, data: str) -> Made:
    ours, theirs = _speaking(trial.ours, matcher), _speaking(trial.theirs, matcher)
    paths = {one.path for one in ours}, {one.path for one in theirs}
    same = [pair for pair in trial.truth.positives if pair[0] in paths[0] and pair[1] in paths[1]]
    different = tried(ours, theirs, trial.truth, trial.asks).pairs
    measured = list(_measured(trial, matcher))
    counts = Counter((true, score.verdict) for _, score, true in measured)
    false = counts[False, "match"]
    few = min(sum(true for *_, true in measured), sum(not true for *_, true in measured)) < LEAST
    if not few:
        told = {
            "data": data, "matcher": matcher, "version": registry.get_matcher(matcher).VERSION, "weights": _WEIGHTS,
            "verdicts": {name: {verdict: counts[true, verdict] for verdict in ("match", "possible", "none")}
                         for name, true in (("same", True), ("different", False))},
            "same_tried": len(same), "different_tried": different, "false_match": false,
            "false_match_rate_upper_bound_95": upper_bound(false, different),
            "curve": curve([(number, true) for number, _, true in measured], len(same), different),
        }
        _write(folder / f"{matcher}.json", told)
    why = f"Too few measured pairs: it takes {LEAST} true and {LEAST} false ones." if few else ""
    return Made(matcher, len(same), different, false, upper_bound(false, different), not few, why)


def _speaking(files: Sequence[Described], matcher: str) -> list[Described]:
    """Return the files that a matcher can compare; frames of films are compared with pictures too."""
    names = (frames.NAME, pdq.NAME) if matcher == frames.NAME else (matcher,)
    return [one for one in files if any(one.signals.get(name) for name in names)]


def _measured(trial: Sides, matcher: str) -> Iterator[tuple[float, Score, bool]]:
    """Yield number, score and truth of each pair once whose truth is known and that the matcher measured."""
    seen = set()
    for answer in trial.answers:
        score, known = answer.scores.get(matcher), trial.truth.answer(answer.query, answer.reference)
        number = score.where.get(MEASURES[matcher]) if score is not None else None
        pair = (answer.query, answer.reference)
        if score is None or number is None or known == "unknown" or (trial.truth.one_folder and pair[::-1] in seen):
            continue
        seen.add(pair)
        yield float(number), score, known == "true"


def curve(measured: Sequence[tuple[float, bool]], same: int, different: int) -> list[list[float]]:
    """Return [measure, share of true pairs], monotone, from measured pairs among `same` true and `different` false ones.

    Pairs that were never candidates have no measure: they count in the totals only. Neighbouring bins that break the
    order are pooled (pool adjacent violators; Ayer et al. 1955).
    """
    order = sorted(measured)
    bins: dict[int, list[tuple[float, bool]]] = {}
    for number, some in groupby(order, key=lambda one: one[0]):  # equal numbers lie in one bin
        place = bisect_left(order, number, key=lambda one: one[0]) * _BINS // len(order)
        bins.setdefault(place, []).extend(some)
    floor = 0.5 / (same + different)
    rows = []
    for here in bins.values():
        yes, no = (sum(true is kind for _, true in here) for kind in (True, False))
        shares = yes / max(1, same) + floor, no / max(1, different) + floor
        rows.append((float(np.mean([number for number, _ in here])), *shares))
    middle = {kind: float(np.mean([number for number, true in order if true is kind])) for kind in (True, False)}
    return _pooled(rows, rising=middle[True] > middle[False])


def _pooled(rows: Sequence[tuple[float, float, float]], *, rising: bool) -> list[list[float]]:
    """Return rows of (measure, weight of same, weight of different) as shares that only rise, or only fall."""
    pooled: list[list[float]] = []
    for measure, yes, no in rows:
        pooled.append([measure, yes, no, 1.0])
        while len(pooled) > 1 and (_share(pooled[-1]) > _share(pooled[-2])) is not rising:
            b, a = pooled.pop(), pooled.pop()
            count = a[3] + b[3]
            pooled.append([(a[0] * a[3] + b[0] * b[3]) / count, a[1] + b[1], a[2] + b[2], count])
    kept = {round(row[0], 4): round(_share(row), 4) for row in pooled}
    return [[measure, share] for measure, share in kept.items()]


def _share(row: Sequence[float]) -> float:
    return row[1] / (row[1] + row[2])


def _write(path: Path, told: dict[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    except OSError:
        raise BadInput("The curves cannot be written there. Name a folder that can be made and written.") from None
