"""What `where` of a score tells, as shapes on both sides: outlines corner by corner and pairs of points. Draws nothing.

All places are shares of a picture's width and height (clew/signals/contract.py). A whole picture stands for a matcher
that says how a picture was turned and marks no part of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from clew.signals.orientations import NAMES, STEPS, UNDOES

Point = tuple[float, float]
Outline = tuple[Point, ...]
Box = tuple[float, float, float, float]
WHOLE: Final[Box] = (0.0, 0.0, 1.0, 1.0)
_SQUARE: Final[Outline] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
_OTHER_SIDE: Final = {"a_": "b_", "b_": "a_"}


def turned_round(where: Mapping[str, Any]) -> dict[str, Any]:
    """Return `where` as told from the other side: segments, boxes, times and outlines change places, a turn is undone."""
    other = {_OTHER_SIDE.get(key[:2], key[:2]) + key[2:]: value for key, value in where.items()}
    if "segments" in where:
        other["segments"] = sorted([c, d, a, b] for a, b, c, d in where["segments"])
    if where.get("orientation") in NAMES:
        other["orientation"] = NAMES[UNDOES[NAMES.index(where["orientation"])]]
    return other


def outlines(where: Mapping[str, Any]) -> list[tuple[Outline, Outline]]:
    """Return the parts that answer each other in a and b, four corners each, in the same order on both sides.

    Nothing where the matcher names no part, as a sound's does.
    """
    quads = list(zip(where.get("a_quads", ()), where.get("b_quads", ()), strict=False))
    if where.get("a_quad") and where.get("b_quad"):
        quads.append((where["a_quad"], where["b_quad"]))
    if quads:
        return [(_outline(a), _outline(b)) for a, b in quads]
    if not {"orientation", "a_box", "b_box"} & where.keys():
        return []
    a_box, b_box = where.get("a_box") or WHOLE, where.get("b_box") or WHOLE
    turned = [_turned(corner, where.get("orientation", "upright")) for corner in _SQUARE]
    return [(_inside(a_box, _SQUARE), _inside(b_box, turned))]


def points(where: Mapping[str, Any]) -> list[tuple[Point, Point]]:
    """Return the places that agree, a's and b's."""
    return [((float(a[0]), float(a[1])), (float(b[0]), float(b[1])))
            for a, b in zip(where.get("a_points", ()), where.get("b_points", ()), strict=False)]


def boxed(outline: Outline) -> Box:
    """Return the upright box (x, y, width, height) round an outline, cut to the picture."""
    left, right = (min(1.0, max(0.0, end(x for x, _ in outline))) for end in (min, max))
    top, bottom = (min(1.0, max(0.0, end(y for _, y in outline))) for end in (min, max))
    return left, top, right - left, bottom - top


def _outline(corners: Sequence[Sequence[float]]) -> Outline:
    return tuple((float(x), float(y)) for x, y in corners)


def _inside(box: Sequence[float], corners: Sequence[Point]) -> Outline:
    x, y, width, height = (float(share) for share in box)
    return tuple((x + across * width, y + down * height) for across, down in corners)


def _turned(corner: Point, orientation: str) -> Point:
    """Return where a corner of a picture comes to lie when it is turned or mirrored."""
    transposed, flipped, mirrored = STEPS[NAMES.index(orientation)] if orientation in NAMES else STEPS[0]
    x, y = (corner[1], corner[0]) if transposed else corner
    return 1 - x if mirrored else x, 1 - y if flipped else y
