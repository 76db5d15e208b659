"""Which signals may be found by their hash. Nothing here reads an index or a row."""

from typing import Final

from clew.signals.contract import Signal
from clew.signals.orientations import upright
from clew.signals.pdq_hash import QUALITY

HAMMING: Final = frozenset({"pdq", "frames"})
"""Matchers whose signals share one index: pictures are found in films and films by pictures."""


def indexed(signal: Signal) -> bytes | None:
    """Return the 32 bytes an index holds for a signal; None when it must not be found by hash."""
    if signal.matcher not in HAMMING or signal.quality < QUALITY:
        return None
    return upright(signal.value)
