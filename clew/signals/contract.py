"""One contract for every matcher: what describe() yields and what compare() says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from clew.media.opened import Kind, Opened

Verdict = Literal["match", "possible", "none"]


@dataclass(frozen=True, slots=True)
class Signal:
    """What a matcher derived from media: `value` bytes, and where in it (seconds, box in 0..1 x, y, w, h)."""

    matcher: str
    version: int
    value: bytes
    quality: int = 100
    time: float | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """How strongly two media agree: calibrated `value` 0..1, a sentence of `why`, and `where` as plain JSON.

    `why` is a message id plus parameters, so that a page can say it in the officer's language.
    `where` may hold "segments": [[a_start, a_end, b_start, b_end]] in seconds, "orientation": str, "distance": int, and
    for each side (a_, b_) "time", "box" (x, y, width, height), "quad" (four corners) and "points" in shares of its size.
    """

    value: float
    verdict: Verdict
    why: str
    parameters: dict[str, Any] = field(default_factory=dict)
    where: dict[str, Any] = field(default_factory=dict)


class Matcher(Protocol):
    """A matcher is one module with these names; its docstring is its help text.

    Signals of another VERSION are left out until the media was described again, unless the module names the versions it
    can still compare as READS.
    """

    NAME: str
    VERSION: int
    MEDIA: frozenset[Kind]
    INDEX: Literal["exact", "hamming", "words", "prints", "vectors", "none"]
    EXAMPLES: Sequence[tuple[Opened, Opened, Verdict]]

    def describe(self, opened: Opened) -> list[Signal]:
        """Return the signals of one opened file."""
        ...

    def compare(self, a: Sequence[Signal], b: Sequence[Signal]) -> Score:
        """Compare two media by brute force: the truth that every index must reproduce."""
        ...
