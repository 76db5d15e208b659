"""What is known to be true of pairs of files: read from a CSV (query, reference, relation), asked pair by pair.

Pure but for the reading. A relation is a word with an optional detail, `copy:mirrored`; `different` makes a pair
false, words of other questions (`same_place`, `ocr_text` ...) make it neither.
"""

import csv
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from clew.kernel.errors import BadInput

Pair = tuple[str, str]
Answer = Literal["true", "false", "unknown"]
DIFFERENT: Final = "different"
_OTHER_QUESTIONS: Final = ("same_", "similar", "look_alike", "unreadable", "expected_hash", "ocr_text", "unknown")
_COLUMNS: Final = ("query", "reference", "relation")


def is_true(relation: str, true_too: tuple[str, ...] = ()) -> bool:
    """Say whether a relation claims that both files are one, or what this question asks besides (`true_too`)."""
    return relation != DIFFERENT and (relation.startswith(true_too) or not relation.startswith(_OTHER_QUESTIONS))


@dataclass(frozen=True)
class Truth:
    """Relations of named pairs. `one_folder`: queries and references are the same files, so pairs have no order.

    `true_too`: beginnings of relations that are true for this question, though they belong to another one elsewhere.
    """

    relations: Mapping[Pair, str]
    one_folder: bool = False
    true_too: tuple[str, ...] = ()

    def relation(self, query: str, reference: str) -> str:
        """Return the relation of a pair, empty when it is not named."""
        found = self.relations.get((query, reference), "")
        return found or (self.relations.get((reference, query), "") if self.one_folder else "")

    def answer(self, query: str, reference: str) -> Answer:
        """Say what a pair is: not named, it is false only when its query has no true reference at all."""
        relation = self.relation(query, reference)
        if relation == DIFFERENT or (not relation and self.unrelated(query)):
            return "false"
        return "true" if relation and is_true(relation, self.true_too) else "unknown"

    def unrelated(self, query: str) -> bool:
        """Say whether a query is known to have no true reference.

        In one folder every file is asked about, labelled or not: there a file named nowhere is simply not known.
        """
        return query not in self._with_reference and (not self.one_folder or query in self._named)

    def named_with(self, query: str) -> frozenset[str]:
        """Return the references that the truth names together with a query."""
        return self._named.get(query, frozenset())

    @cached_property
    def positives(self) -> dict[Pair, str]:
        """Return the true pairs as they were named, with their relation."""
        return {pair: relation for pair, relation in self.relations.items()
                if is_true(relation, self.true_too)}

    @cached_property
    def different(self) -> frozenset[Pair]:
        """Return the pairs named different, each once."""
        named = [pair for pair, relation in self.relations.items() if relation == DIFFERENT]
        return frozenset({tuple(sorted(pair)): pair for pair in named}.values() if self.one_folder else named)

    @cached_property
    def _with_reference(self) -> frozenset[str]:
        asked = {query for query, _ in self.positives}
        return frozenset(asked | ({reference for _, reference in self.positives} if self.one_folder else set()))

    @cached_property
    def _named(self) -> dict[str, frozenset[str]]:
        named: dict[str, set[str]] = defaultdict(set)
        for query, reference in self.relations:
            named[query].add(reference)
            if self.one_folder:
                named[reference].add(query)
        return {query: frozenset(references) for query, references in named.items()}


def read_truth(
    path: Path, queries: Collection[str], references: Collection[str], *, one_folder: bool = False
) -> tuple[Truth, int]:
    """Return the truth about files that are there, and the number of rows left out because a file is not.

    Raise BadInput when the file is not a table with the columns query, reference, relation.
    """
    relations: dict[Pair, str] = {}
    absent = 0
    for row in read_table(path, _COLUMNS, "The ground truth"):
        pair = (plain(row["query"]), plain(row["reference"]))
        if pair[0] in queries and pair[1] in references:
            relations[pair] = row["relation"].strip()
        else:
            absent += 1
    return Truth(relations, one_folder), absent


def read_table(path: Path, columns: Sequence[str], what: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file by the names in its first line. Raise BadInput, calling it `what`, when it is none."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            names = [name.strip().lower() for name in reader.fieldnames or ()]
            if not set(columns) <= set(names):
                raise BadInput(f"{what} needs the columns {', '.join(columns)} in its first line.")
            reader.fieldnames = names
            return [{name: row.get(name) or "" for name in columns} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise BadInput(f"{what} cannot be read. Give a CSV file in UTF-8.") from None


def plain(path: str) -> str:
    """Return a path of a table as the trial names files: with forward slashes, relative to the folder."""
    return PurePosixPath(path.strip().replace("\\", "/")).as_posix()
