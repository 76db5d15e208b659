"""A throw-away collection: references in the node's index, queries looked up and compared as an officer's search is."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from clew.domain.matching.lookup import COMPARED, PROPOSED, near
from clew.domain.matching.trial.files import AT_ONCE, Described
from clew.domain.matching.trial.questions import Question
from clew.signals import exact, registry
from clew.signals.contract import Score, Signal
from clew.signals.indexes.contract import Entry
from clew.signals.indexes.hamming import build
from clew.signals.pairing import indexed
from clew.store.shelves import IN_DEPTH


@dataclass(frozen=True, slots=True)
class Answer:
    """One candidate pair and what each matcher says of it (side a: the query)."""

    query: str
    reference: str
    scores: dict[str, Score]


def scores_of(a: Described, b: Described) -> dict[str, Score]:
    """Compare two files by every matcher that can."""
    scores = {exact.NAME: exact.compare(exact.signals_of(*a.digests), exact.signals_of(*b.digests))}
    return scores | registry.compare(a.signals, b.signals)


class Collection:
    """References behind the node's indexes, in a folder of their own."""

    def __init__(self, references: Sequence[Described], folder: Path, question: Question) -> None:
        self.references = references
        self.question = question
        self._of_signal: list[int] = []
        hashed = []
        for row, (number, signal) in enumerate(self._signals()):
            self._of_signal.append(number)
            if (value := indexed(signal)) is not None:
                hashed.append((value, row))
        hashes = np.frombuffer(b"".join(value for value, _ in hashed), np.uint8).reshape(-1, 32)
        self._index = build(folder / "hashes", hashes, np.array([row for _, row in hashed], np.int64), mark={})
        self._in_depth = {name: shelf.made_by.build(folder / name, (
            Entry(row, signal) for row, (_, signal) in enumerate(self._signals())
            if signal.matcher == name and not registry.is_picture(signal)), {}) for name, shelf in IN_DEPTH.items()}
        self._same: dict[bytes, list[int]] = defaultdict(list)
        for number, one in enumerate(references):
            self._same[one.digests[0]].append(number)

    def _signals(self) -> Iterator[tuple[int, Signal]]:
        """Yield every signal with the number of its file: read again at each call, never all in memory."""
        for number, one in enumerate(self.references):
            for signals in one.signals.values():
                for signal in signals:
                    yield number, signal

    def look_up(self, query: Described) -> list[Answer]:
        """Return every candidate of the indexes and every file of the same bytes, compared; not the file itself.

        Candidates are found as a search finds them; those that the question is not about are then left out.
        """
        if query.refused:
            return []
        numbers = {self._of_signal[hit] for hit in near(self._index, query.signals)}
        numbers |= set(self._same.get(query.digests[0], ())) | self._proposed(query)
        candidates = [self.references[number] for number in sorted(numbers)]
        asked = [one for one in candidates if self.question.asks(query.kind, one.kind) and not is_itself(query, one)]
        with ThreadPoolExecutor(AT_ONCE) as crew:
            return list(crew.map(partial(self._compared, query), asked))

    def _proposed(self, query: Described) -> set[int]:
        """Return what the indexes of each matcher in depth propose, as many as a search compares."""
        found: set[int] = set()
        for name, index in self._in_depth.items():
            if asked := [signal for signal in query.signals.get(name, ()) if not registry.is_picture(signal)]:
                ranked = dict.fromkeys(self._of_signal[one.id] for one in index.propose(asked, PROPOSED))
                others = [number for number in ranked if not is_itself(query, self.references[number])]
                found |= set(others[:COMPARED])
        return found

    def _compared(self, query: Described, reference: Described) -> Answer:
        scores = scores_of(query, reference)
        if scores[exact.NAME].verdict == "none" or not self.question.by_bytes:
            del scores[exact.NAME]  # a search tells of equal bytes only
        return Answer(query.path, reference.path, scores)


def is_itself(query: Described, reference: Described) -> bool:
    """Say whether two files are one: at the same place, or the same bytes under the same name."""
    same_name = query.place.name == reference.place.name and query.digests == reference.digests
    return same_name or query.place == reference.place
