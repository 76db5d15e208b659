"""Pure rules of pairing: which matcher speaks for two media, and what is worth a link."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clew.kernel.errors import BadInput, Refused
from clew.signals import frames, pdq, registry
from clew.signals.contract import Score, Signal

Signals = Mapping[str, Sequence[Signal]]


@dataclass(frozen=True, slots=True)
class Found:
    """One pair worth telling: the other media, the matcher that speaks, and its score (a: ours, b: theirs).

    `ordered`: a is the side with the lesser id instead.
    """

    other: uuid.UUID
    matcher: str
    version: int
    score: Score
    ordered: bool = False


def compare(ours: Signals, theirs: Signals) -> tuple[str, int, Score] | None:
    """Compare two media by the matcher that knows both kinds; None where none does."""
    if ours.get(pdq.NAME) and theirs.get(pdq.NAME):
        return pdq.NAME, pdq.VERSION, pdq.compare(ours[pdq.NAME], theirs[pdq.NAME])
    mine = ours.get(frames.NAME) or ours.get(pdq.NAME)
    other = theirs.get(frames.NAME) or theirs.get(pdq.NAME)
    if not mine or not other:
        return None
    return frames.NAME, frames.VERSION, frames.compare(mine, other)


def in_depth(name: str, other: uuid.UUID, ours: Signals, theirs: Signals, itself: uuid.UUID | None) -> Found | None:
    """Return the pair when a matcher that looks in depth calls it match or possible.

    The two are always compared in the order of their ids, so that the same pair reads the same whoever came later.
    """
    matcher = registry.get_matcher(name)
    mine, others = ours.get(name, ()), theirs.get(name, ())
    if not mine or not others:
        return None
    first = itself is None or itself < other
    score = matcher.compare(mine, others) if first else matcher.compare(others, mine)
    return None if score.verdict == "none" else Found(other, name, matcher.VERSION, score, ordered=True)


Box = tuple[float, float, float, float]


def check_box(box: Sequence[float] | None) -> None:
    """Raise BadInput for a marked part that is none: x, y, width, height in shares of the picture, at least 2 % wide."""
    if box is None:
        return
    if len(box) != 4 or not all(0 <= share <= 1 for share in box):
        raise BadInput("A marked part is x,y,width,height, each a share of the picture from 0 to 1.")
    x, y, width, height = box
    if width < 0.02 or height < 0.02 or x + width > 1.0001 or y + height > 1.0001:
        raise BadInput("The marked part lies in the picture and is at least 2 % of it wide and high. Mark it again.")


def still_at(kind: str, duration: float, time: float | None) -> float | None:
    """Return the second of the still that is searched with: of a film one within it, of a picture none.

    Raises Refused for what has no picture, BadInput for a second outside the film.
    """
    if kind == "picture":
        return None
    if kind != "film":
        raise Refused("There is no picture in this file, so no part of one can be marked.")
    if time is None or not 0 <= time <= max(duration, 0):
        raise BadInput("Say at which second of the film the part is marked, from 0 to its length.")
    return time


def worth_telling(other: uuid.UUID, ours: Signals, theirs: Signals) -> Found | None:
    """Return the pair when its verdict is match or possible."""
    compared = compare(ours, theirs)
    if compared is None or compared[2].verdict == "none":
        return None
    return Found(other, *compared)
