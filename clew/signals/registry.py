"""Every matcher there is, one line each. A new one is a file, a curve and a line here."""

from collections.abc import Mapping, Sequence
from typing import Final

from clew.kernel.errors import BadInput
from clew.media.opened import Opened
from clew.signals import details, exact, frames, likeness, pdq, place, sound
from clew.signals.contract import Matcher, Score, Signal
from clew.signals.films import reel
from clew.signals.local import pixels

Signals = Mapping[str, Sequence[Signal]]
"""What is known of one media, by matcher."""

AT_ONCE: Final[tuple[Matcher, ...]] = (
    exact,
    pdq,
    frames,
)
"""What is looked at while material comes in: cheap, and enough to know what is known."""
IN_DEPTH: Final[tuple[Matcher, ...]] = (
    details,
    likeness,
    sound,
    place,
)
"""What is looked at afterwards, when nothing else waits: dearer, and sees through edits."""
MATCHERS: Final = AT_ONCE + IN_DEPTH


def get_matcher(name: str) -> Matcher:
    """Return the matcher of that name; an unknown one raises BadInput."""
    for matcher in MATCHERS:
        if name == matcher.NAME:
            return matcher
    known = ", ".join(matcher.NAME for matcher in MATCHERS)
    raise BadInput(f"There is no such matcher here. Choose one of: {known}.")


def readable(matcher: Matcher) -> tuple[int, ...]:
    """Return the versions whose stored signals a matcher can still compare: its own, and what it says it READS."""
    return tuple(sorted({matcher.VERSION, *getattr(matcher, "READS", ())}))


def is_on(matcher: Matcher) -> bool:
    """Tell whether a matcher can work here: one that needs a model is off until it is installed."""
    return bool(getattr(matcher, "available", lambda: True)())


def describe(opened: Opened, matchers: Sequence[Matcher] = MATCHERS) -> list[Signal]:
    """Return the signals of those matchers that are on and look at this kind of media."""
    return [signal for matcher in matchers if opened.kind in matcher.MEDIA and is_on(matcher)
            for signal in matcher.describe(opened)]


def compare(a: Signals, b: Signals) -> dict[str, Score]:
    """Compare two media by every matcher that has something of both; equal bytes are another question (`exact`)."""
    scores = {}
    if a.get(pdq.NAME) and b.get(pdq.NAME):
        scores[pdq.NAME] = pdq.compare(a[pdq.NAME], b[pdq.NAME])
    elif (mine := a.get(frames.NAME) or a.get(pdq.NAME)) and (theirs := b.get(frames.NAME) or b.get(pdq.NAME)):
        scores[frames.NAME] = frames.compare(mine, theirs)
    for matcher in IN_DEPTH:
        if a.get(matcher.NAME) and b.get(matcher.NAME):
            scores[matcher.NAME] = matcher.compare(a[matcher.NAME], b[matcher.NAME])
    return scores


def is_picture(signal: Signal) -> bool:
    """Tell whether a signal's value is a small picture or many, or shows one: it is kept sealed as a thumbnail is."""
    small = signal.matcher == details.NAME and (pixels.is_pixels(signal.value) or reel.is_reel(signal.value))
    return small or place.is_points(signal)
