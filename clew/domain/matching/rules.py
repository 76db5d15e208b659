"""Pure rules of pairing: which matcher speaks for two media, and what is worth a link."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clew.signals import frames, pdq
from clew.signals.contract import Score, Signal

Signals = Mapping[str, Sequence[Signal]]


@dataclass(frozen=True, slots=True)
class Found:
    """One pair worth telling: the other media, the matcher that speaks, and its score (a: ours, b: theirs)."""

    other: uuid.UUID
    matcher: str
    version: int
    score: Score


def compare(ours: Signals, theirs: Signals) -> tuple[str, int, Score] | None:
    """Compare two media by the matcher that knows both kinds; None where none does."""
    if ours.get(pdq.NAME) and theirs.get(pdq.NAME):
        return pdq.NAME, pdq.VERSION, pdq.compare(ours[pdq.NAME], theirs[pdq.NAME])
    mine = ours.get(frames.NAME) or ours.get(pdq.NAME)
    other = theirs.get(frames.NAME) or theirs.get(pdq.NAME)
    if not mine or not other:
        return None
    return frames.NAME, frames.VERSION, frames.compare(mine, other)


def worth_telling(other: uuid.UUID, ours: Signals, theirs: Signals) -> Found | None:
    """Return the pair when its verdict is match or possible."""
    compared = compare(ours, theirs)
    if compared is None or compared[2].verdict == "none":
        return None
    return Found(other, *compared)
