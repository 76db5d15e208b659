"""From places in a picture to what is drawn over it: outlines under letters, points under numbers, and both in words."""

from collections.abc import Sequence

from clew.signals.sides import WHOLE, Outline, Point, boxed
from clew.web.phrases import N_
from clew.web.views import ShapeView, StageView
from clew.web.words import Words

LONG = 1000  # units of a stage's long side
TONES = 6
POINTS = 2  # the colour of all points
TAG = 34  # units from the edge to the middle of a letter
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MARGIN = 0.02  # an outline may reach far outside its picture: no further than this is drawn


def stage(words: Words, kind: str, size: tuple[int, int], thumbnail: str, outlines: Sequence[Outline] = (),
          points: Sequence[Point] = ()) -> StageView:
    """Return the stage of a picture of `size` (width, height), with what is marked in it in shares of its sides."""
    across, down = units(size)
    shapes = [_outlined(words, number, outline, across, down) for number, outline in enumerate(outlines)]
    shapes += [ShapeView(str(number), POINTS, round(x * across, 1), round(y * down, 1))
               for number, (x, y) in enumerate(points, 1)]
    return StageView(across, down, kind, thumbnail, tuple(shapes))


def units(size: tuple[int, int]) -> tuple[int, int]:
    """Return how many units a stage has across and down; four to three where there is no picture."""
    width, height = size
    if not width or not height:
        return LONG, LONG * 3 // 4
    return max(1, round(LONG * width / max(size))), max(1, round(LONG * height / max(size)))


def label(number: int) -> str:
    """Return the letter of an outline."""
    return _LETTERS[number % len(_LETTERS)]


def place(words: Words, outline: Outline) -> str:
    """Say where an outline lies."""
    x, y, width, height = boxed(outline)
    if all(abs(is_ - whole) < 0.01 for is_, whole in zip((x, y, width, height), WHOLE, strict=True)):
        return words.say(N_("the whole picture"))
    return words.say(N_("{left} to {right} across, {top} to {bottom} down"), left=words.percent(x),
                     right=words.percent(x + width), top=words.percent(y), bottom=words.percent(y + height))


def _outlined(words: Words, number: int, outline: Outline, across: int, down: int) -> ShapeView:
    corners = [(_kept(x) * across, _kept(y) * down) for x, y in outline]
    return ShapeView(
        label(number), number % TONES, _shown(corners[0][0], across), _shown(corners[0][1], down),
        " ".join(f"{x:.1f},{y:.1f}" for x, y in corners), place(words, outline))


def _shown(at: float, length: int) -> float:
    """Return where a letter stands so that it is seen whole."""
    return round(min(max(at, TAG), length - TAG), 1)


def _kept(share: float) -> float:
    return min(1 + _MARGIN, max(-_MARGIN, share))
