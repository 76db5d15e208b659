"""How often a measured number meant the same media, on labelled harmless data: read from the files in `curves/`.

Each file says what data it came from and is made by `benchmarks/calibrate.py`; nothing here is set by taste. An operator's
own, made by `clew evaluate --calibrate`, lies in `<home>/curves` and goes before the packaged one.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import numpy as np

from clew.kernel.errors import Unavailable
from clew.kernel.settings import settings

Points = tuple[tuple[float, ...], tuple[float, ...]]
MEASURES: Final[Mapping[str, str]] = {
    "pdq": "distance", "frames": "weight", "details": "strength", "likeness": "cosine", "sound": "weight",
    "place": "strength"}
"""The number in a score's `where` that each matcher's curve is about."""


FIXED: Final = frozenset({"pdq"})
"""Matchers whose packaged curve is the only one: near pictures are measured in the database, which knows it by heart."""


def calibrated(matcher: str, measure: float) -> float:
    """Return 0..1: the share of labelled pairs with this measure that were truly the same.

    Raise Unavailable when the operator's own curve cannot be read.
    """
    measures, shares = _points(matcher, None if matcher in FIXED else own_place(matcher))
    return round(float(np.interp(measure, measures, shares)), 4)


def own_place(matcher: str) -> Path:
    """Return where the operator's own curve of a matcher would lie."""
    return settings().home / "curves" / f"{matcher}.json"


def own_file(matcher: str, own: Traversable) -> dict[str, Any] | None:
    """Return what the operator's own file says when it was made for the matcher as it is now. Raise Unavailable as above."""
    if not own.is_file():
        return None
    with readable(matcher):
        told: dict[str, Any] = json.loads(own.read_text(encoding="utf-8"))
        return told if told["version"] == import_module(f"clew.signals.{matcher}").VERSION else None


@contextmanager
def readable(matcher: str) -> Iterator[None]:
    """Say what to do where the operator's own file does not hold what it should."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError):
        raise Unavailable(f"The curve {matcher}.json in the folder curves of this node's home cannot be read. Make it anew "
                          "with clew evaluate --calibrate, or take it away.") from None


@cache
def _points(matcher: str, own: Traversable | None) -> Points:
    """Return the operator's curve when it was made for the matcher as it is now, else the packaged one."""
    told = None if own is None else own_file(matcher, own)
    if told is not None:
        with readable(matcher):
            return _read(told)
    return _read(json.loads(files("clew.signals").joinpath("curves", f"{matcher}.json").read_text(encoding="utf-8")))


def _read(told: Mapping[str, Any]) -> Points:
    points = sorted((float(measure), float(share)) for measure, share in told["curve"])
    if not points or not all(0 <= share <= 1 for _, share in points):
        raise ValueError("no curve")
    return tuple(measure for measure, _ in points), tuple(share for _, share in points)
