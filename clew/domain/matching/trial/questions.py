"""What each kind of trial asks: which media on either side, by which matchers. Pure; opens and compares nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from clew.media.opened import Kind
from clew.signals import details, exact, place, registry, sound
from clew.signals.contract import Matcher, Verdict

TrialKind = Literal["copy", "video", "audio", "region", "place"]


_COPIES: Final = tuple(one for one in registry.MATCHERS if one is not place)
"""A place photographed again is no copy, and is another question."""


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of trial.

    `queries`, `references`: media looked at on either side. `one_of`: a pair has to have one such. `timed`: answers say
    seconds. `true_too`: relations that are true here, though they belong to other questions elsewhere. `counted`: the least
    verdict that finds a pair.
    """

    queries: frozenset[Kind]
    references: frozenset[Kind]
    matchers: tuple[Matcher, ...] = _COPIES
    one_of: frozenset[Kind] = frozenset()
    timed: bool = False
    true_too: tuple[str, ...] = ()
    counted: Verdict = "match"

    @property
    def readers(self) -> frozenset[str | None]:
        """Return what opens files that may belong to it, told by their first bytes; unknown ones are tried, and refused."""
        kinds = self.queries | self.references
        return frozenset({None, *({"picture"} if "picture" in kinds else ()), *({"av"} if kinds - {"picture"} else ())})

    @property
    def by_bytes(self) -> bool:
        """Say whether equal bytes are an answer: not where only a part of the query is asked about."""
        return exact in self.matchers

    def asks(self, a: str | None, b: str | None) -> bool:
        """Say whether a query and a reference of these kinds are a pair of it; of a refused file the kind is not known."""
        known = (a is None or a in self.queries) and (b is None or b in self.references)
        return known and (not self.one_of or None in (a, b) or bool(self.one_of & {a, b}))


_SEEN: Final[frozenset[Kind]] = frozenset({"picture", "film"})
_HEARD: Final[frozenset[Kind]] = frozenset({"sound", "film"})
_PICTURE: Final[frozenset[Kind]] = frozenset({"picture"})
QUESTIONS: Final[Mapping[TrialKind, Question]] = {
    "copy": Question(_PICTURE, _PICTURE),
    "video": Question(_SEEN, _SEEN, one_of=frozenset({"film"}), timed=True),
    "audio": Question(_HEARD, _HEARD, (exact, sound), timed=True, true_too=("same_sound",)),
    "region": Question(_PICTURE, _SEEN, (details,), true_too=("same_object",)),
    "place": Question(_SEEN, _SEEN, (place,), true_too=("same_place",), counted="possible"),
}
