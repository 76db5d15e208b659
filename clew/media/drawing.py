"""One picture of a comparison: both sides with the matched regions, points and aligned segments. Pixels and numbers only.

What is drawn is told by `where` of a score (clew/signals/contract.py): quads and boxes are corners and x, y, width,
height in shares of the side's width and height; points too; segments are seconds [a_start, a_end, b_start, b_end].
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from clew.media.opened import Opened, Pixels

PANEL = 480  # pixels of each side's long side
GAP, BAR, LINE = 12, 22, 3
PAPER, INK, QUIET = (255, 255, 255), (34, 34, 34), (206, 206, 206)
# Told apart by people who do not tell all colours apart (Okabe and Ito, 2008).
COLOURS = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233))
MOST_POINTS, MOST_SEGMENTS = 60, 24
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its still (absent for a sound) and its length in seconds (0 for a picture)."""

    pixels: Pixels | None
    duration: float = 0.0


def drawn(a: Side, b: Side, where: Mapping[str, Any]) -> bytes:
    """Return a PNG of both sides, a left and b right, with what they share in the same colours; timelines below."""
    panels = [_panel(side.pixels) for side in (a, b)]
    high = max(one.height for one in panels)
    lanes = [side.duration for side in (a, b)] if where.get("segments") else []
    canvas = Image.new("RGB", (2 * PANEL + 3 * GAP, high + 2 * GAP + len(lanes) * (BAR + GAP)), PAPER)
    corners = [(GAP + at * (PANEL + GAP) + (PANEL - one.width) // 2, GAP) for at, one in enumerate(panels)]
    for panel, corner in zip(panels, corners, strict=True):
        canvas.paste(panel, corner)
    pen = ImageDraw.Draw(canvas)
    _draw_points(pen, panels, corners, where)
    for name, panel, corner in zip("ab", panels, corners, strict=True):
        for colour, outline in zip(_cycled(), _outlines(where, name), strict=False):
            placed = _placed(outline, panel, corner)
            pen.line([*placed, placed[0]], fill=colour, width=LINE, joint="curve")
    for lane, length in enumerate(lanes):
        _draw_lane(pen, high + 2 * GAP + lane * (BAR + GAP), length, where["segments"], lane)
    held = io.BytesIO()
    canvas.save(held, "PNG", optimize=True)
    return held.getvalue()


def sides_of(a: Opened, b: Opened, where: Mapping[str, Any]) -> tuple[Side, Side]:
    """Return the sides of two opened files: of a film the still that `where` speaks of, else its most telling one."""
    places = moments(where)
    return Side(_still(a, places[0]), a.duration), Side(_still(b, places[1]), b.duration)


def moments(where: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Return the seconds of a and of b that `where` speaks of: the middle of the longest segment, else those named."""
    longest = max(where.get("segments", ()), key=lambda segment: segment[1] - segment[0], default=None)
    if longest is not None:
        return (longest[0] + longest[1]) / 2, (longest[2] + longest[3]) / 2
    return where.get("a_time"), where.get("b_time")


def _still(opened: Opened, at: float | None) -> Pixels | None:
    if at is None or not opened.frames:
        return opened.picture
    return min(opened.frames, key=lambda frame: abs(frame.time - at)).rgb


def _panel(pixels: Pixels | None) -> Image.Image:
    """Return a side brought to PANEL pixels; a sound has an empty one."""
    if pixels is None:
        return Image.new("RGB", (PANEL, BAR), QUIET)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    scale = PANEL / max(image.size)
    return image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))


def _cycled() -> Iterator[tuple[int, int, int]]:
    while True:
        yield from COLOURS


def _outlines(where: Mapping[str, Any], side: str) -> list[Sequence[Point]]:
    """Return the regions of one side as corners, in the order in which they answer those of the other."""
    found: list[Sequence[Point]] = [*where.get(f"{side}_quads", ())]
    if where.get(f"{side}_quad"):
        found.append(where[f"{side}_quad"])
    if where.get(f"{side}_box"):
        x, y, width, height = where[f"{side}_box"]
        found.append([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    return found


def _placed(points: Sequence[Point], panel: Image.Image, corner: tuple[int, int]) -> list[Point]:
    """Return shares of a side as places on the canvas, kept near it: a quad may reach far outside its picture."""
    return [(corner[0] + min(max(x, -0.02), 1.02) * panel.width, corner[1] + min(max(y, -0.02), 1.02) * panel.height)
            for x, y in points]


def _draw_points(pen: ImageDraw.ImageDraw, panels: Sequence[Image.Image], corners: Sequence[tuple[int, int]],
                 where: Mapping[str, Any]) -> None:
    pairs = list(zip(where.get("a_points", ()), where.get("b_points", ()), strict=False))
    step = max(1, len(pairs) // MOST_POINTS)
    for here, there in pairs[::step]:
        ends = [_placed([point], panel, corner)[0]
                for point, panel, corner in zip((here, there), panels, corners, strict=True)]
        pen.line(ends, fill=QUIET, width=1)
        for x, y in ends:
            pen.ellipse((x - 2, y - 2, x + 2, y + 2), fill=COLOURS[2])


def _draw_lane(pen: ImageDraw.ImageDraw, top: int, length: float, segments: Sequence[Sequence[float]], lane: int) -> None:
    """Draw one side's time from left to right, its shared stretches in the colours of the other side's."""
    wide = 2 * PANEL + GAP
    last = max(length, *(segment[2 * lane + 1] for segment in segments), 0.001)
    pen.rectangle((GAP, top, GAP + wide, top + BAR), fill=QUIET)
    for colour, segment in zip(_cycled(), segments[:MOST_SEGMENTS], strict=False):
        start, end = segment[2 * lane] / last, segment[2 * lane + 1] / last
        pen.rectangle((GAP + start * wide, top, GAP + max(end * wide, start * wide + 2), top + BAR), fill=colour)
    pen.text((GAP + 4, top + 5), "ab"[lane], fill=INK)
    pen.text((GAP + wide - 4, top + 5), f"{last:.1f} s", fill=INK, anchor="ra")
