"""Weights and limits of the matcher of details from labelled pairs: `python -m benchmarks.details --calibrate` writes them.

A logistic regression whose signs are held to what a measure means; both kinds of pairs weigh the same in all, and of the
false ones those that look most like copies weigh most: one of them alone decides where `match` may begin.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibrate import CURVES, curve
from clew.signals.local.evidence import MEASURES

Rows = NDArray[np.float64]
SIGNS: Final = np.array([-1.0 if name in ("apart", "deep") else 1.0 for name in MEASURES])
MARGIN: Final = 0.5
"""Log odds between the strongest false pair of the tuning half and verdict `match`."""
WORTH_A_LOOK: Final = 0.005
"""Share of copies that may be weaker than verdict `possible`, unless unrelated pictures come that far."""
EDGES: Final = (-99, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 8, 99)


def fitted(x: Rows, same: NDArray[np.bool_], weights: Rows, steps: int = 4000) -> tuple[Rows, float]:
    """Return the weight of each measure (0 where its sign would turn) and the start, by Adam from nothing."""
    w, start = np.zeros(x.shape[1]), 0.0
    held = np.zeros((2, x.shape[1] + 1))
    for step in range(1, steps + 1):
        wrong = weights * (1 / (1 + np.exp(-np.clip(x @ w + start, -50, 50))) - same)
        slope = np.append(x.T @ wrong + 0.002 * w, wrong.sum())
        held = np.array([0.9 * held[0] + 0.1 * slope, 0.999 * held[1] + 0.001 * slope**2])
        move = 0.3 / (1 + step / 300) ** 0.5 * held[0] / (1 - 0.9**step)
        move = move / (np.sqrt(held[1] / (1 - 0.999**step)) + 1e-9)
        w, start = w - move[:-1], start - float(move[-1])
        w = np.where(w * SIGNS < 0, 0.0, w)
    return w, start


def focused(x: Rows, same: NDArray[np.bool_]) -> tuple[Rows, float]:
    """Fit three times; from the second on each false pair weighs by how strong it came out (e to the log odds)."""
    false = np.ones(int((~same).sum()))
    for _ in range(3):
        weights = np.full(len(x), 0.5 / int(same.sum()))
        weights[~same] = 0.5 * false / false.sum()
        w, start = fitted(x, same, weights)
        false = np.exp(np.clip(x[~same] @ w + start, -4, 4))
    return w, start


def write(same: Sequence[Rows], alike: Sequence[Rows], unrelated: Sequence[Rows], tried: int, data: str) -> None:
    """Fit and write `curves/details.json`.

    `same`: for each copy the measures of its placements; `alike`: for one place seen twice and two pictures in one frame;
    `unrelated`: for pictures that have nothing in common, most of which have no placement at all (`tried` counts them).
    """
    best = np.array([rows[np.argmax(rows[:, 3] * rows[:, 4])] for rows in same if len(rows)])
    false = np.concatenate([rows for rows in (*alike, *unrelated) if len(rows)])
    x, is_same = np.concatenate([best, false]), np.arange(len(best) + len(false)) < len(best)
    w, start = focused(x, is_same)
    strength = x @ w + start
    strangers = [float((rows @ w + start).max()) for rows in unrelated if len(rows)]
    possible = max([*strangers, float(np.quantile(strength[is_same], WORTH_A_LOOK))])
    match = float(strength[~is_same].max()) + MARGIN
    told: dict[str, Any] = {
        "data": data,
        "weights": "same and different pairs weigh the same in all, so a share assumes one in two candidates is true",
        "verdicts": {
            "same": _counted(strength[is_same], match, possible, len(same)),
            "different": _counted(strength[~is_same], match, possible, len(alike) + tried),
        },
        "different_tried": len(alike) + tried,
        "false_match_rate_upper_bound_95": round(3.0 / (len(alike) + tried), 7),
        "evidence": {
            "weights": {name: round(float(value), 3) for name, value in zip(MEASURES, w, strict=True)},
            "start": round(start, 3),
            "match": round(match, 2),
            "possible": round(possible, 2),
            "cells": 5,
            "scene_cells": max([12, *(round(2 * 2 ** (6 * float(rows[:, 0].max()))) for rows in unrelated if len(rows))]),
        },
        "curve": curve([(float(s), bool(k)) for s, k in zip(strength, is_same, strict=True)], EDGES),
    }
    (CURVES / "details.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(told["evidence"], told["verdicts"])


def _counted(strength: Rows, match: float, possible: float, tried: int) -> dict[str, int]:
    sure, likely = int((strength >= match).sum()), int((strength >= possible).sum())
    return {"match": sure, "possible": likely - sure, "none": tried - likely}
