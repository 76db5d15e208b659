"""Where `match` and `possible` begin, as measured: read from the curve files that name the data. Nothing is set here."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from clew.signals.limits import match_from


@dataclass(frozen=True, slots=True)
class Limits:
    """Weights of a stretch from which two sounds match, or are worth an officer's look."""

    match: float
    possible: float


def limits() -> Limits:
    """Return where the verdicts begin on this node. Raise Unavailable when its own file cannot be read."""
    match = match_from("sound")
    return Limits(match, min(_possible(), match))


@cache
def _possible() -> float:
    told = json.loads(files("clew.signals").joinpath("curves", "sound.json").read_text(encoding="utf-8"))["limits"]
    return float(told["possible"])
