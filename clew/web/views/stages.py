"""A picture as it is drawn on: its safe thumbnail stretched to its own shape, with outlines and points in it.

Everything stands in units of the stage, so that it lies right on the safe thumbnail and on a revealed picture alike.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShapeView:
    """An outline, as the points of an SVG polygon, or a single place where `outline` is empty.

    label: the same on both sides, at x, y; tone: which of six colours; words: where it lies, in the officer's language.
    """

    label: str
    tone: int
    x: float
    y: float
    outline: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class StageView:
    """A picture of `across` x `down` units, its long side 1,000; `thumbnail` is a data address or empty."""

    across: int
    down: int
    kind: str
    thumbnail: str = ""
    shapes: tuple[ShapeView, ...] = ()
