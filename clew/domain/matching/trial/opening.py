"""Both folders of a trial opened, described as the question asks, and put on the shelf. Compares nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from clew.domain.matching.trial import boxes
from clew.domain.matching.trial.files import Describe, Described, describe_all, files_below, reader_of
from clew.domain.matching.trial.questions import Question
from clew.domain.matching.trial.shelf import Shelf
from clew.kernel.errors import BadInput
from clew.media.opened import Kind, Opened
from clew.media.sandbox import Sandbox
from clew.signals import registry
from clew.signals.contract import Signal

Told = Callable[[str, int, int], None]
"""Called with what is being done, how many are done and how many there are."""


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens and describes files for one question."""

    question: Question
    sandbox: Sandbox
    shelf: Shelf
    told: Told

    def sides(self, references: Path, queries: Path, marked: boxes.Boxes | None) -> tuple[list[Described], list[Described], int]:
        """Return references and queries described, and how many files are not about the question.

        One folder that is both sides is opened once, unless `marked` parts of the queries are asked about.
        """
        theirs, left = self._opened(references, self.question.references, "references", self._whole)
        if marked is None and queries.resolve() == references.resolve():
            return theirs, theirs, left
        by = self._whole if marked is None else partial(_parts, marked)
        ours, more = self._opened(queries, self.question.queries, "queries", by)
        return theirs, ours, left + more

    def _whole(self, opened: Opened, path: str) -> list[Signal]:
        return registry.describe(opened, self.question.matchers)

    def _opened(self, folder: Path, kinds: frozenset[Kind], name: str, by: Describe) -> tuple[list[Described], int]:
        """Return the described files of a folder that the question is about, and how many it is not about."""
        found = [(place, path) for place, path in files_below(folder) if path != boxes.NAME]
        mine = [(place.resolve(), path) for place, path in found if _reader(place) in self.question.readers]
        if not mine:
            raise BadInput(f"There are no files to open in the folder of {name}.")
        kept = []
        for number, one in enumerate(describe_all(mine, self.sandbox, by), start=1):
            if one.refused or one.kind in kinds:
                kept.append(self.shelf.keep(one))
            self.told(f"Opening {name}", number, len(mine))
        return kept, len(found) - len(kept)


def _parts(marked: boxes.Boxes, opened: Opened, path: str) -> list[Signal]:
    return boxes.describe_marked(opened, marked.get(path, []))


def _reader(place: Path) -> str | None:
    try:
        return reader_of(place)
    except OSError:
        return None
