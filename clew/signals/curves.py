"""How often a measured number meant the same media, on labelled harmless data: read from the files in `curves/`.

Each file says what data it came from and is made by `benchmarks/calibrate.py`; nothing here is set by taste.
"""

import json
from functools import cache
from importlib.resources import files

import numpy as np

Points = tuple[tuple[float, ...], tuple[float, ...]]


def calibrated(matcher: str, measure: float) -> float:
    """Return 0..1: the share of labelled pairs with this measure that were truly the same."""
    measures, shares = _points(matcher)
    return round(float(np.interp(measure, measures, shares)), 4)


@cache
def _points(matcher: str) -> Points:
    text = files("clew.signals").joinpath("curves", f"{matcher}.json").read_text(encoding="utf-8")
    curve = json.loads(text)["curve"]
    return tuple(float(m) for m, _ in curve), tuple(float(s) for _, s in curve)
