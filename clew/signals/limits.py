"""From which measure on a matcher says `match`: as it was fitted, or higher where this node's own labelled files ask for it.

Fitted limits lie in `curves/` with the data they came from; a node's own in `<home>/curves`, made by `clew evaluate --calibrate`
(docs/decisions/028). Sets nothing by itself and compares nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from clew.signals import curves

GAPS: Final[Mapping[str, float]] = {"details": 0.5, "sound": 0.085}
"""How far above the strongest false pair of its data `match` begins, in each matcher's own measure."""
CLAIM: Final = 1e-6
ENOUGH: Final = 3_000_000
"""False pairs that show one in a million with 95 % certainty when none of them matched."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Where `match` begins and on what grounds: false pairs tried, how many matched, the share they lie below (95 %)."""

    matcher: str
    match: float
    fitted: float
    tried: int
    false: int
    below: float | None
    data: str
    own: bool

    def in_words(self) -> str:
        """Say it in a sentence, for whoever runs the node."""
        source = f"this node's own curve, {self.fitted:g} as fitted" if self.own else "as fitted"
        bound = "" if not self.below else f", with 95 % certainty below one in {1 / self.below:,.0f}"
        shown = "" if self.below and self.below <= CLAIM else ", so one in a million is not measured"
        return (f"{self.matcher} says match from {self.match:g} on ({source}): {self.false} false of {self.tried:,} "
                f"different pairs tried{bound}{shown}. Data: {self.data}.")


def match_from(matcher: str) -> float:
    """Return the measure from which a matcher says match. Raise Unavailable when the node's own file cannot be read."""
    return in_force(matcher).match


def in_force(matcher: str) -> Limit:
    """Return the limit of a matcher of `GAPS` that counts on this node. Raise Unavailable as `match_from` does."""
    return _limit(matcher, curves.own_place(matcher))


def drawn_from(matcher: str, now: float, false: Sequence[tuple[float, bool]], tried: int) -> float:
    """Return the limit that false pairs (measure, whether they matched) among `tried` ask for where it is `now`.

    It rises above every false match, and falls only when so many pairs were tried that they show the claim of `match`.
    """
    gap = GAPS[matcher]
    if tried >= ENOUGH and false:
        return round(max(measure for measure, _ in false) + gap, 4)
    return round(max([now, *(measure + gap for measure, matched in false if matched)]), 4)


@cache
def _limit(matcher: str, own: Any) -> Limit:
    told = json.loads(files("clew.signals").joinpath("curves", f"{matcher}.json").read_text(encoding="utf-8"))
    fitted = float(told.get("evidence", told.get("limits"))["match"])
    packaged = Limit(matcher, fitted, fitted, told["different_tried"], told.get("false_match", 0),
                     told["false_match_rate_upper_bound_95"], told["data"], own=False)
    mine = curves.own_file(matcher, own)
    if mine is None or "limits" not in mine:
        return packaged
    with curves.readable(matcher):
        held = mine["limits"]
        limit = Limit(matcher, float(held["match"]), fitted, int(held["tried"]), int(held["false"]),
                      None if held["below"] is None else float(held["below"]), str(mine["data"]), own=True)
        if not limit.match >= fitted and not (limit.tried >= ENOUGH and not limit.false):
            raise ValueError("below the fitted one on too little")
        return limit
