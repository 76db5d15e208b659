"""From signals to look-ups in the Hamming index, and from its hits to the pairs of media worth comparing.

Pure functions: nothing here reads an index or a row, and nothing decides a verdict.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from clew.media.opened import Kind
from clew.signals.contract import Signal
from clew.signals.orientations import NAMES, turned, upright
from clew.signals.pdq_hash import QUALITY

HAMMING: Final = frozenset({"pdq", "frames"})
"""Matchers whose signals share one index: pictures are found in films and films by pictures."""

Media = TypeVar("Media")


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask the index for everything within 31 bits of `value` (32 bytes): signal number `signal`, turned."""

    signal: int
    orientation: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Hit(Generic[Media]):
    """An answer of the index: a signal of some media within the radius."""

    media: Media
    distance: int
    orientation: str = NAMES[0]


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Media]):
    """Media worth comparing: its nearest hit and how many there were."""

    media: Media
    distance: int
    hits: int


def indexed(signal: Signal) -> bytes | None:
    """Return the 32 bytes an index holds for a signal; None when it must not be found by hash."""
    if signal.matcher not in HAMMING or signal.quality < QUALITY:
        return None
    return upright(signal.value)


def look_ups(signals: Sequence[Signal]) -> list[LookUp]:
    """Return every hash to look up, each value once, in all eight orientations."""
    asked: dict[bytes, LookUp] = {}
    for number, signal in enumerate(signals):
        if indexed(signal) is not None:
            for name, row in zip(NAMES, turned(signal.value), strict=True):
                asked.setdefault(bytes(row), LookUp(number, name, bytes(row)))
    return list(asked.values())


def candidates(own: Media, hits: Iterable[Hit[Media]]) -> list[Candidate[Media]]:
    """Return each other media among the hits once, the nearest first; every one of them is to be compared."""
    found: dict[Media, Candidate[Media]] = {}
    for hit in hits:
        if hit.media != own:
            before = found.get(hit.media)
            nearest = min(hit.distance, before.distance) if before else hit.distance
            found[hit.media] = Candidate(hit.media, nearest, 1 + (before.hits if before else 0))
    return sorted(found.values(), key=lambda candidate: (candidate.distance, -candidate.hits))


def matcher_for(a: Kind, b: Kind) -> str | None:
    """Return the matcher that compares two kinds of media found near each other; None where none does."""
    if "sound" in (a, b):
        return None
    return "pdq" if a == b == "picture" else "frames"
