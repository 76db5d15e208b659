"""Every matcher there is, one line each. A new one is a file, a curve and a line here."""

from collections.abc import Sequence
from typing import Final

from clew.kernel.errors import BadInput
from clew.media.opened import Kind, Opened
from clew.signals import exact, frames, pdq
from clew.signals.contract import Matcher, Score, Signal
from clew.signals.pairing import matcher_for

MATCHERS: Final[tuple[Matcher, ...]] = (
    exact,
    pdq,
    frames,
)


def get_matcher(name: str) -> Matcher:
    """Return the matcher of that name; an unknown one raises BadInput."""
    for matcher in MATCHERS:
        if name == matcher.NAME:
            return matcher
    known = ", ".join(matcher.NAME for matcher in MATCHERS)
    raise BadInput(f"There is no such matcher here. Choose one of: {known}.")


def describe(opened: Opened) -> list[Signal]:
    """Return the signals of every matcher that looks at this kind of media."""
    return [signal for matcher in MATCHERS if opened.kind in matcher.MEDIA for signal in matcher.describe(opened)]


def compare(a: Kind, first: Sequence[Signal], b: Kind, second: Sequence[Signal]) -> dict[str, Score]:
    """Compare all signals of two media by every matcher that can; a matcher that has nothing to compare is left out."""
    scores = {}
    for matcher in MATCHERS:
        names = {exact.NAME} if matcher.NAME == exact.NAME else {pdq.NAME, frames.NAME}
        mine, theirs = ([s for s in signals if s.matcher in names] for signals in (first, second))
        if mine and theirs and matcher.NAME in (exact.NAME, matcher_for(a, b)):
            scores[matcher.NAME] = matcher.compare(mine, theirs)
    return scores
