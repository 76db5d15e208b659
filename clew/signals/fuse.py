"""One score from many matchers: the loudest counts, and who else spoke is kept. It compares nothing itself."""

from collections.abc import Mapping, Sequence
from typing import Final

from clew.signals.contract import Score, Verdict

SEEN: Final = ("frames", "details")
"""Matchers that see the same films: where both say which seconds are shared, the one that tells more of them is heard."""
RANK: Final[dict[Verdict, int]] = {"none": 0, "possible": 1, "match": 2}


def fused(scores: Mapping[str, Score]) -> Score:
    """Return the strongest verdict with the highest calibrated value among those that gave it.

    Values are shares of true pairs already, and the matchers look at the same pixels, so multiplying their doubts
    would count one observation twice: the maximum never claims more than the best witness does.
    `where["parts"]` lists every matcher's value, verdict and why, the loudest first.
    """
    if not scores:
        return Score(0.0, "none", "fused.none", where={"parts": []})
    order = sorted(scores, key=lambda name: (-RANK[scores[name].verdict], -scores[name].value, name))
    best = scores[order[0]]
    parts = [
        {"matcher": name, "value": scores[name].value, "verdict": scores[name].verdict, "why": scores[name].why} for name in order
    ]
    parameters = {"matcher": order[0], "others": len(parts) - 1}
    where = {**best.where, "parts": parts}
    if order[0] in SEEN and "segments" in where:
        agree = [scores[name].where for name in SEEN if name in scores and scores[name].verdict == best.verdict]
        where["segments"] = max((one.get("segments", []) for one in (best.where, *agree)), key=_seconds)
    return Score(best.value, best.verdict, f"fused.{best.verdict}", parameters, where)


def _seconds(segments: Sequence[Sequence[float]]) -> float:
    return sum(end - start for start, end, *_ in segments)
