"""Curve files made from a trial: how often a measured number of a matcher meant the same media on somebody's labelled files.

The shape is that of the curves in `clew/signals/curves`; a node reads its own from `<home>/curves` before the packaged ones.
With it goes where `match` begins: it rises above every false match, and falls only on more pairs than one agency labels.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np

from clew.domain.matching.trial.figures import upper_bound
from clew.domain.matching.trial.files import AT_ONCE, Described
from clew.domain.matching.trial.lookups import Answer, is_itself
from clew.domain.matching.trial.negatives import tried
from clew.domain.matching.trial.truth import Truth
from clew.kernel.errors import BadInput
from clew.signals import frames, limits, pdq, registry
from clew.signals.contract import Score
from clew.signals.curves import MEASURES

LEAST: Final = 10
"""Pairs of each sort, true and false, below which a curve would only be noise."""
DRAWN: Final = 2000
"""False pairs that were no candidates and are compared all the same."""
_NOTHING: Final = {"frames": 0.0, "sound": 0.0}
"""The weight of pairs that share no stretch at all, which these matchers leave out."""
_BY_MOVEMENT: Final = "details.film"
"""Why two films match in which the same moves, however strong their stills are: no strength would keep them apart."""
_BINS: Final = 20
_WEIGHTS: Final = "same and different pairs weigh the same in all, so a share assumes one in two candidates is true"
Asked = Callable[[str | None, str | None], bool]
Measured = tuple[float, bool, float]


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
    match_from: float | None = None
    """The measure from which the matcher says match where this curve is in use, and ..."""
    match_was: float | None = None
    """... until now; None where a matcher's limit is fixed."""


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

    An index hardly ever proposes unrelated files, so every true pair and up to `DRAWN` false ones that were no candidates
    are compared too; the drawn ones stand for all of their sort. `data` says what files these were; it is kept in each file.
    Raise BadInput when the folder cannot be written.
    """
    beyond = _beyond(trial)
    spoke = {name for answer in [*trial.answers, *beyond] for name in answer.scores}
    return [_one(trial, beyond, matcher, folder, data) for matcher in MEASURES if matcher in spoke]


def _one(trial: Sides, beyond: Sequence[Answer], matcher: str, folder: Path, data: str) -> Made:
    ours, theirs = _speaking(trial.ours, matcher), _speaking(trial.theirs, matcher)
    paths = {one.path for one in ours}, {one.path for one in theirs}
    same = [pair for pair in trial.truth.positives if pair[0] in paths[0] and pair[1] in paths[1]]
    different = tried(ours, theirs, trial.truth, trial.asks).pairs
    seen = _compared(trial.truth, trial.answers, matcher)
    drawn = _compared(trial.truth, beyond, matcher)
    counts = Counter((true, score.verdict) for score, true in seen + drawn)
    among = max(0, different - sum(not true for _, true in seen)), sum(not true for _, true in drawn)
    weight = among[0] / among[1] if among[1] else 0.0
    measured = [*_measured(seen, matcher, 1.0), *_measured(drawn, matcher, weight)]
    points = curve(measured, len(same), different) if {true for _, true, _ in measured} == {True, False} else []
    enough = min(sum(true for _, true, _ in measured), sum(not true for _, true in seen + drawn)) >= LEAST
    few = not enough or min((share for _, share in points), default=1.0) > 0.5
    bound = upper_bound(counts[False, "match"], different)
    limit = _limit(matcher, seen + drawn, different, counts[False, "match"])
    if not few:
        _write(folder / f"{matcher}.json", {
            "data": data, "matcher": matcher, "version": registry.get_matcher(matcher).VERSION, "weights": _WEIGHTS,
            "verdicts": {name: {verdict: counts[true, verdict] for verdict in ("match", "possible", "none")}
                         for name, true in (("same", True), ("different", False))},
            "same_tried": len(same), "different_tried": different, "false_match": counts[False, "match"],
            "false_match_rate_upper_bound_95": bound, **({"limits": limit} if limit else {}), "curve": points})
    why = f"Too few pairs: it takes {LEAST} true and {LEAST} false ones, and false ones among the weak." if few else ""
    return Made(matcher, len(same), different, counts[False, "match"], bound, not few, why,
                limit.get("match"), limits.match_from(matcher) if limit else None)


def _limit(matcher: str, pairs: Sequence[tuple[Score, bool]], tried: int, matched: int) -> dict[str, Any]:
    """Return where `match` is to begin and on what grounds; nothing for a matcher whose limit is fixed."""
    if matcher not in limits.GAPS:
        return {}
    now, measure = limits.match_from(matcher), MEASURES[matcher]
    spoke = [score for score, true in pairs if not true and measure in score.where and score.why != _BY_MOVEMENT]
    false = [(float(score.where[measure]), score.verdict == "match") for score in spoke]
    limit = limits.drawn_from(matcher, now, false, tried)
    above = sum(one >= limit for one, match in false if match)
    return {"match": limit, "was": now, "false": above, "tried": tried, "below": upper_bound(above, tried),
            "highest_false": max((one for one, _ in false), default=None), "false_at_the_former": matched}


def _beyond(trial: Sides) -> list[Answer]:
    """Return every true pair and some false ones that were no candidates, compared."""
    known = {_key(trial.truth, one.query, one.reference) for one in trial.answers}
    ours, theirs = ([one for one in side if not one.refused] for side in (trial.ours, trial.theirs))
    left, right = {one.path: one for one in ours}, {one.path: one for one in theirs}
    named = [*trial.truth.positives, *sorted(trial.truth.different)]
    pairs = [(left[a], right[b]) for a, b in named if a in left and b in right]
    dice = np.random.default_rng(0)
    for i, j in dice.integers(0, (max(1, len(ours)), max(1, len(theirs))), (4 * DRAWN, 2)) if ours and theirs else ():
        if trial.asks(ours[i].kind, theirs[j].kind) and trial.truth.answer(ours[i].path, theirs[j].path) == "false":
            pairs.append((ours[i], theirs[j]))
    fresh = {key: (a, b) for a, b in pairs if (key := _key(trial.truth, a.path, b.path)) not in known and not is_itself(a, b)}
    most = len(trial.truth.positives) + DRAWN
    with ThreadPoolExecutor(AT_ONCE) as crew:
        return list(crew.map(_answer, list(fresh.values())[:most]))


def _answer(pair: tuple[Described, Described]) -> Answer:
    return Answer(pair[0].path, pair[1].path, registry.compare(pair[0].signals, pair[1].signals))


def _key(truth: Truth, query: str, reference: str) -> tuple[str, str]:
    return (min(query, reference), max(query, reference)) if truth.one_folder else (query, reference)


def _speaking(files: Sequence[Described], matcher: str) -> list[Described]:
    """Return the files that a matcher can compare; frames of films are compared with pictures too."""
    names = (frames.NAME, pdq.NAME) if matcher == frames.NAME else (matcher,)
    return [one for one in files if any(name in one.signals for name in names)]


def _compared(truth: Truth, answers: Sequence[Answer], matcher: str) -> list[tuple[Score, bool]]:
    """Return score and truth of each pair once whose truth is known and that the matcher compared."""
    once = {_key(truth, one.query, one.reference): one for one in answers if matcher in one.scores}
    sorts = {key: truth.answer(one.query, one.reference) for key, one in once.items()}
    return [(one.scores[matcher], sorts[key] == "true") for key, one in once.items() if sorts[key] != "unknown"]


def _measured(pairs: Sequence[tuple[Score, bool]], matcher: str, weight: float) -> Iterator[Measured]:
    """Yield number, truth and weight of the pairs with a number; a true pair counts once."""
    for score, true in pairs:
        number = score.where.get(MEASURES[matcher], _NOTHING.get(matcher))
        if number is not None and not (matcher == frames.NAME and "distance" in score.where):  # a still is told by PDQ's curve
            yield float(number), true, 1.0 if true else weight


def curve(measured: Sequence[Measured], same: int, different: int) -> list[list[float]]:
    """Return [measure, share of true pairs], monotone, from measured pairs (number, true, how many it stands for).

    They are among `same` true and `different` false ones: pairs without a number count in the totals only. Neighbouring
    bins that break the order are pooled (pool adjacent violators; Ayer et al. 1955).
    """
    order = sorted(measured)
    bins: dict[int, list[Measured]] = {}
    masses = {sort: sum(weight for _, true, weight in order if true is sort) for sort in (True, False)}
    below = 0.0
    for _, equal in groupby(order, key=lambda one: one[0]):  # equal numbers lie in one bin; both sorts fill half of the bins
        some = list(equal)
        bins.setdefault(int(round(below * _BINS / 2, 6)), []).extend(some)
        below += sum(weight / masses[true] for _, true, weight in some)
    floor = 0.5 / (same + different)
    rows = []
    for here in bins.values():
        yes, no = (sum(weight for _, true, weight in here if true is sort) for sort in (True, False))
        shares = yes / max(1, same) + floor, no / max(1, different) + floor
        rows.append((float(np.mean([number for number, _, _ in here])), *shares))
    middle = {sort: float(np.mean([number for number, true, _ in order if true is sort])) for sort in (True, False)}
    return _pooled(rows, rising=middle[True] > middle[False])


def _pooled(rows: Sequence[tuple[float, float, float]], *, rising: bool) -> list[list[float]]:
    """Return rows of (measure, weight of same, weight of different) as shares that only rise, or only fall.

    What is pooled keeps its first and last measure, so that the curve says from where to where the share holds.
    """
    pooled: list[tuple[float, float, float, float]] = []
    for measure, yes, no in rows:
        here = (measure, measure, yes, no)
        while pooled and (_share(here) < _share(pooled[-1]) if rising else _share(here) > _share(pooled[-1])):
            before = pooled.pop()
            here = (before[0], measure, before[2] + here[2], before[3] + here[3])
        pooled.append(here)
    kept = {round(measure, 4): round(_share(row), 4) for row in pooled for measure in row[:2]}
    return [[measure, share] for measure, share in kept.items()]


def _share(row: Sequence[float]) -> float:
    return row[2] / (row[2] + row[3])


def _write(path: Path, told: dict[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    except OSError:
        raise BadInput("The curves cannot be written there. Name a folder that can be made and written.") from None
