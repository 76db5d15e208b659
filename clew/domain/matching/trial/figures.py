"""The figures of a trial: how many true pairs are found at what price in false ones. Pure; opens and prints nothing.

Micro average precision and recall at a share of false-positive queries as in DISC21 (Douze et al. 2021); the bound on
the share of false pairs is the one-sided 95 % Poisson bound, "3 / N" where none was false.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from clew.domain.matching.trial.negatives import Tried
from clew.domain.matching.trial.truth import DIFFERENT, Pair, Truth
from clew.signals.contract import Verdict
from clew.signals.fuse import RANK

CLAIM: Final = 1e-6
"""What verdict match claims: rarer than this among unrelated pairs."""
_DOUBT: Final = 0.05


@dataclass(frozen=True, slots=True)
class Judged:
    """One pair with its fused score and verdict."""

    query: str
    reference: str
    score: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Found:
    """Of `tried` true pairs of a relation, `found` have the verdict that counts."""

    relation: str
    tried: int
    found: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The whole result against a ground truth. Shares are 0..1; None where there was nothing to count.

    `counted`: the least verdict that finds a pair. Where that is `possible`, as for places, "match" in the names below means it.
    """

    true_pairs: int
    recall_at_zero_false: float | None
    recall_at_one_percent_queries: float | None
    micro_average_precision: float | None
    recall_of_match: float | None
    by_relation: Sequence[Found]
    false_tried: int
    false_matches: int
    false_share_below: float | None
    different_tried: int
    different_matches: int
    claim_shown: bool
    false_pairs: Sequence[Judged]
    missed_pairs: Sequence[Pair]
    counted: Verdict = "match"


def figures_of(pairs: Sequence[Judged], truth: Truth, tried: Tried, counted: Verdict = "match") -> Figures:
    """Return the figures of `pairs` (all candidates); `tried` could have been found falsely, `counted` is the least verdict."""
    best = _best(pairs)
    positives = truth.positives
    scores = {pair: best[pair].score if pair in best else 0.0 for pair in positives}
    matched = {pair for pair in positives if pair in best and RANK[best[pair].verdict] >= RANK[counted]}
    wrong = _unordered([one for one in best.values() if truth.answer(one.query, one.reference) == "false"], truth)
    false = [one for one in wrong if RANK[one.verdict] >= RANK[counted]]
    threshold = max((one.score for one in wrong), default=0.0)
    return Figures(
        true_pairs=len(positives),
        recall_at_zero_false=_share(sum(score > threshold for score in scores.values()), len(scores)),
        recall_at_one_percent_queries=_at_queries(scores.values(), wrong, tried.queries),
        micro_average_precision=average_precision(
            [score for score in scores.values() if score > 0], [one.score for one in wrong], len(scores)),
        recall_of_match=_share(len(matched), len(positives)),
        by_relation=by_relation(positives, matched),
        false_tried=tried.pairs, false_matches=len(false),
        false_share_below=upper_bound(len(false), tried.pairs),
        different_tried=len(truth.different),
        different_matches=sum(truth.relation(one.query, one.reference) == DIFFERENT for one in false),
        claim_shown=counted == "match" and (upper_bound(len(false), tried.pairs) or 1.0) <= CLAIM,
        false_pairs=sorted(false, key=lambda one: -one.score),
        missed_pairs=sorted(set(positives) - matched), counted=counted)


def _best(pairs: Iterable[Judged]) -> dict[Pair, Judged]:
    return {(one.query, one.reference): one for one in sorted(pairs, key=lambda one: one.score)}


def _unordered(pairs: Sequence[Judged], truth: Truth) -> list[Judged]:
    """Return each pair once: in one folder a pair is looked up from both sides, and the louder answer counts."""
    if not truth.one_folder:
        return list(pairs)
    kept: dict[tuple[str, ...], Judged] = {}
    for one in sorted(pairs, key=lambda one: one.score):
        kept[tuple(sorted((one.query, one.reference)))] = one
    return list(kept.values())


def by_relation(positives: Mapping[Pair, str], matched: Collection[Pair]) -> list[Found]:
    """Return what was found of each relation's first word, then of each whole relation."""
    words = {pair: relation.split(":", 1)[0] for pair, relation in positives.items()}
    counted = []
    for table in (words, {pair: whole for pair, whole in positives.items() if ":" in whole}):
        for relation in sorted(set(table.values())):
            mine = [pair for pair, name in table.items() if name == relation]
            counted.append(Found(relation, len(mine), sum(pair in matched for pair in mine)))
    return counted


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _at_queries(scores: Collection[float], wrong: Sequence[Judged], queries: int) -> float | None:
    """Return recall at the threshold at which at most 1 % of the queries bring up a false pair."""
    loudest: dict[str, float] = {}
    for one in wrong:
        loudest[one.query] = max(one.score, loudest.get(one.query, 0.0))
    order = sorted(loudest.values(), reverse=True)
    allowed = queries // 100
    threshold = order[allowed] if len(order) > allowed else 0.0
    return _share(sum(score > threshold for score in scores), len(scores))


def average_precision(true: Sequence[float], wrong: Sequence[float], total: int) -> float | None:
    """Return micro average precision over all pairs; among equal scores the false ones count first."""
    order = sorted([(-score, 1) for score in true] + [(-score, 0) for score in wrong])
    hits, sum_of_precisions = 0, 0.0
    for place, (_, is_hit) in enumerate(order, start=1):
        if is_hit:
            hits += 1
            sum_of_precisions += hits / place
    return sum_of_precisions / total if total else None


def upper_bound(false: int, tried: int) -> float | None:
    """Return the share that the true share of false pairs stays below with 95 % certainty; None with nothing tried."""
    if not tried:
        return None
    low, high = float(false), 3.0 + 3.0 * false + 10.0
    for _ in range(60):
        middle = (low + high) / 2
        chance = sum(math.exp(-middle + n * math.log(middle) - math.lgamma(n + 1)) for n in range(false + 1))
        low, high = (middle, high) if chance > _DOUBT else (low, middle)
    return min(1.0, high / tried)
