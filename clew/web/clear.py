"""Clear pictures for a reveal: opened in this process's sandbox, encoded or drawn on by us, never kept."""

import atexit
from collections.abc import Mapping
from typing import Any

from clew.domain.exhibits.service import Revealed, content
from clew.domain.links.service import RevealedSide
from clew.media.drawing import PANEL, Side, drawn, moments
from clew.media.renditions import clear_rendition
from clew.media.sandbox import Sandbox
from clew.signals import sides

SIDE = 2048
_sandbox = Sandbox()  # starts nothing before its first use
atexit.register(_sandbox.close)


def clear_picture(revealed: Revealed, *, time: float | None = None, side: int = SIDE) -> bytes:
    """Return a JPEG of a revealed picture, or of a film at `time` seconds; long side at most `side` pixels."""
    side = max(64, min(side, SIDE))
    with content(revealed) as opened:
        return clear_rendition(_sandbox.render(opened, time=time, side=side), side)


def both_sides(left: RevealedSide, right: RevealedSide, where: Mapping[str, Any]) -> bytes:
    """Return a PNG of both sides of a link with what they share drawn in; `where` speaks of the left side first."""
    here, there = moments(where)
    shapes = sides.outlines(where)
    marked = {key: where[key] for key in ("segments", "a_points", "b_points") if key in where}
    marked |= {"a_quads": [a for a, _ in shapes], "b_quads": [b for _, b in shapes]}
    return drawn(_side(left, here), _side(right, there), marked)


def _side(side: RevealedSide, at: float | None) -> Side:
    if side.revealed is None:
        return Side(None, side.duration)
    with content(side.revealed) as opened:
        return Side(_sandbox.render(opened, time=at, side=PANEL), side.duration)
