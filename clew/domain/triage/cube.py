"""The facts of an exhibit in one number, as 90_triage.sql writes them, and counting over many of them at once."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

KINDS = ("", "picture", "film", "sound", "archive", "other")
STATES = ("waiting", "imported", "refused")
SIZES = (100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000)  # bytes; the band is how many are reached
LENGTHS = (10, 60, 600, 3600)  # seconds; band 0 has no length, 1 is shorter than the first
FIRST_YEAR = 1969  # the band of a year is how far it is from this one; 0 is not known
# Field -> (lowest bit, mask).
FIELDS: Mapping[str, tuple[int, int]] = {
    "kind": (0, 7), "state": (3, 3), "place": (7, 1), "size": (8, 7), "length": (11, 7), "year": (14, 255),
    "format": (22, 255), "camera": (30, 4095), "contribution": (42, 4095), "stacked": (54, 1)}
MARKS: Mapping[str, int] = {"seen": 1, "judged": 2, "linked": 4}
REFUSED = STATES.index("refused")
Numbers = NDArray[np.int64]


def of_field(cubes: Numbers, name: str) -> Numbers:
    """Return one field of many cubes."""
    shift, mask = FIELDS[name]
    return (cubes >> shift) & mask


def counts(values: Numbers, weights: Numbers) -> dict[int, int]:
    """Return how many exhibits have each value of a field; values are small and not negative."""
    added = np.bincount(values, weights=weights)
    return {int(value): int(added[value]) for value in np.flatnonzero(added)}


def kept(masks: Mapping[str, NDArray[np.bool_]], but: str, size: int) -> NDArray[np.bool_]:
    """Return which rows every field of a selection keeps, one field left out."""
    rows = np.ones(size, bool)
    for name, mask in masks.items():
        if name != but:
            rows &= mask
    return rows


def told_apart(rows: Iterable[tuple[str, int, int, int, int]]) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Take the parts out of the whole: rows are (part, cube, category, marks, exhibits), category 0 for none.

    Returns cube, category, marks and number of groups that have nothing in common. What is categorised is a part of all,
    what is marked a part of either; each was counted from an index alone.
    """
    held: dict[tuple[int, int, int], int] = {}
    for part, cube, category, marks, number in rows:
        held[cube, category, marks] = held.get((cube, category, marks), 0) + number
        if part == "category":
            held[cube, 0, 0] = held.get((cube, 0, 0), 0) - number
        elif part == "marked":
            held[cube, category, 0] = held.get((cube, category, 0), 0) - number
    table = np.array([(*key, number) for key, number in held.items() if number > 0], np.int64).reshape(-1, 4)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3]
