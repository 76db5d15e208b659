"""The same sound, or a part of it, in a sound file or under a film: which seconds of one are which seconds of the other.

Finds it after strong compression, cut to two seconds, low-passed, in noise, played up to 6 % faster or slower, 5 % higher
or lower, and with music laid over it. Silence, hum and steady tones say nothing and match nothing; a sound that repeats
itself, such as a siren or a beat, is at most `possible`. It knows sounds, not speakers: who speaks is another question.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Literal

from clew.media.opened import Kind, Opened
from clew.signals.contract import Score, Signal, Verdict
from clew.signals.curves import calibrated
from clew.signals.examples import Drawn
from clew.signals.sounds.drawn import sound
from clew.signals.sounds.limits import limits
from clew.signals.sounds.printed import Print, from_bytes, printed, seconds, telling, to_bytes
from clew.signals.sounds.spectrum import RATE
from clew.signals.sounds.stretch import Stretch, shared

NAME = "sound"
VERSION = 1
MEDIA: frozenset[Kind] = frozenset({"film", "sound"})
INDEX: Literal["exact", "hamming", "words", "prints", "vectors", "none"] = "prints"
EXAMPLES: Sequence[tuple[Opened, Opened, Verdict]] = Drawn(lambda: (
    (sound((1, 6)), sound((1, 6)), "match"),
    (sound((3, 5), (1, 4)), sound((2, 3), (1, 4), (4, 2)), "match"),
    (sound((1, 6)), sound((1, 6), under=7), "match"),
    (sound((1, 6)), sound((2, 6)), "none"),
    (sound((0, 6)), sound((0, 6)), "none"),
))
QUALITY: Final = 50
"""Signals below say too little to be compared: less than a second of anything but silence, hum and steady tones."""
_TELLING: Final = 32
_REPEATING: Final = 0.7
"""A stretch that is this much as like some seconds earlier or later repeats itself and proves no copy."""


def describe(opened: Opened) -> list[Signal]:
    """Return one signal with the print of the sound; none where there is no sound."""
    if opened.sound is None or not len(opened.sound.samples) or opened.sound.rate != RATE:
        return []
    kept = printed(opened.sound.samples)
    quality = min(100, 100 * telling(kept) // _TELLING)
    return [Signal(NAME, VERSION, to_bytes(kept), quality)]


def compare(a: Sequence[Signal], b: Sequence[Signal]) -> Score:
    """Lay two sounds over each other at every moment, five speeds and three pitches; a side's first telling signal counts.

    `where["segments"]` holds [a_start, a_end, b_start, b_end] in seconds; `parameters["speed"]` how many times as fast
    `a` is played as `b`, `parameters["pitch"]` by how many semitones `b` must be raised to become `a`.
    """
    if _telling(a) is None or _telling(b) is None:
        return Score(0.0, "none", "sound.too_plain")
    found, turned = stretches(a, b)
    return _score(found, turned=turned)


def stretches(a: Sequence[Signal], b: Sequence[Signal]) -> tuple[list[Stretch], bool]:
    """Return every stretch two sounds may share, the weightiest first, and whether they are told with `b` first.

    The order of the two is always the same one, so that the answer cannot depend on which sound is asked about.
    """
    first, second = _telling(a), _telling(b)
    if first is None or second is None:
        return [], False
    turned = _order(second) < _order(first)
    first, second = (second, first) if turned else (first, second)
    return shared(_opened(first).grid, _opened(second).grid, limits().possible), turned


def _telling(signals: Sequence[Signal]) -> bytes | None:
    return next((signal.value for signal in signals if signal.matcher == NAME and signal.quality >= QUALITY), None)


def _order(value: bytes) -> tuple[int, bytes]:
    return len(_opened(value).grid), value


@lru_cache(maxsize=64)
def _opened(value: bytes) -> Print:
    """Return the print of a stored value; one that is compared with many is unpacked once."""
    return from_bytes(value)


def _score(found: list[Stretch], *, turned: bool) -> Score:
    """Say what stretches mean, told from the other side when `turned`."""
    worth = [one for one in found if one.weight >= limits().possible]
    if not worth:
        return Score(0.0, "none", "sound.none")
    sure = [one for one in worth if is_copy(one)]
    shown, best = sure or worth, (sure or worth)[0]
    verdict: Verdict = "match" if sure else "possible"
    why = "sound.repeats" if not sure and best.weight >= limits().match else f"sound.{verdict}"
    segments = sorted(_segment(one, turned) for one in shown)
    where: dict[str, Any] = {
        "segments": segments,
        "weight": round(best.weight, 3),
        "likeness": round(best.likeness, 3),
        "again": round(best.again, 3),
    }
    parameters = {
        "seconds": round(sum(end - start for start, end, _, _ in segments), 1),
        "segments": len(shown),
        "speed": round(1 / best.speed if turned else best.speed, 3),
        "pitch": -best.shift if turned else best.shift,
    }
    return Score(calibrated(NAME, best.weight if sure else min(best.weight, limits().match)), verdict, why, parameters, where)


def is_copy(one: Stretch) -> bool:
    """Say whether a stretch is the same recording: alike for long enough, and not just a sound that repeats itself."""
    return one.weight >= limits().match and one.again < _REPEATING * one.likeness


def _segment(one: Stretch, turned: bool) -> list[float]:
    mine = [max(0.0, round(seconds(row), 2)) for row in (one.start, one.end)]
    theirs = [max(0.0, round(seconds(row), 2)) for row in (one.b_start, one.b_end)]
    return [*theirs, *mine] if turned else [*mine, *theirs]
