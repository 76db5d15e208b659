"""Where `match` and `possible` begin, as measured: read from the curve file that names the data. Nothing is set here."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Limits:
    """Weights of a stretch from which two sounds match, or are worth an officer's look."""

    match: float
    possible: float


@cache
def limits() -> Limits:
    """Return the measured limits."""
    told = json.loads(files("clew.signals").joinpath("curves", "sound.json").read_text(encoding="utf-8"))["limits"]
    return Limits(float(told["match"]), float(told["possible"]))
