"""Heavily edited photographs looked up among photographs and distractors as a node does: indexes propose, matchers decide.

With no model the index of words and PDQ propose; with one, the nearest by likeness are laid over each other as well.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from clew.domain.matching.lookup import COMPARED
from clew.media.opened import Opened
from clew.signals import details, likeness, pdq
from clew.signals.contract import Score, Signal
from clew.signals.embedding import cosines
from clew.signals.fuse import fused
from clew.signals.indexes.contract import Entry
from clew.signals.indexes.words import index as words
from clew.signals.local.codec import is_features
from clew.signals.models import session
from clew.signals.orientations import turned

Described = Mapping[str, Sequence[Signal]]
NO_MODEL: Final = "no model"
WORST: Final = -99.0
RADIUS: Final = 31


@dataclass
class Spent:
    """Processor seconds of this thread."""

    describing: list[float] = field(default_factory=list)
    likening: list[float] = field(default_factory=list)
    proposing: list[float] = field(default_factory=list)
    comparing: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """What one query brought up: the fused score of each picture compared, and by which index it was proposed."""

    scores: dict[int, dict[str, Score]]
    proposed: dict[int, set[str]]

    def score(self, picture: int, model: str) -> Score:
        """Return the fused score of a picture as it is found with no model, or with the model."""
        if picture not in self.scores or (model == NO_MODEL and self.proposed[picture] == {"likeness"}):
            return Score(0.0, "none", "fused.none")
        kept = {name: score for name, score in self.scores[picture].items() if model != NO_MODEL or name != "likeness"}
        return fused(kept)

    def strength(self, picture: int, model: str) -> float:
        """Return how strong the details of a picture came out: at zero false is asked of these."""
        if picture not in self.scores or (model == NO_MODEL and self.proposed[picture] == {"likeness"}):
            return WORST
        return float(self.scores[picture]["details"].where.get("strength", WORST)) if "details" in self.scores[picture] else WORST


def described(picture: Opened, spent: Spent) -> Described:
    """Return the signals of all matchers of one picture."""
    start = time.thread_time()
    mine = details.describe(picture)
    middle = time.thread_time()
    near = likeness.describe(picture)
    spent.describing.append(middle - start)
    if near:
        spent.likening.append(time.thread_time() - middle)
    return {"details": mine, "likeness": near, "pdq": pdq.describe(picture)}


class Collection:
    """Pictures that are known, by number, and the indexes over them."""

    def __init__(self, pictures: Sequence[Described], folder: str) -> None:
        self.pictures = pictures
        points = [(n, s) for n, one in enumerate(pictures) for s in one["details"] if is_features(s.value)]
        self.words = words.build(Path(folder), (Entry(n, signal) for n, signal in points), {})
        vectors = [(n, signal) for n, one in enumerate(pictures) for signal in one["likeness"]]
        telling = [(n, pdq.telling(one["pdq"])) for n, one in enumerate(pictures)]
        self.hashed = np.array([n for n, held in telling if held], int)
        self.hashes = np.stack([np.frombuffer(held[0].value[:32], np.uint8) for _, held in telling if held])
        self.owners, self.vectors = np.array([n for n, _ in vectors], int), [signal for _, signal in vectors]

    def look_up(self, query: Described, spent: Spent) -> Answer:
        """Compare a query with all that is proposed."""
        start = time.thread_time()
        by_words = [one.id for one in self.words.propose(query["details"], COMPARED)]
        spent.proposing.append(time.thread_time() - start)
        proposed: dict[int, set[str]] = {}
        for name, numbers in (("words", by_words), ("likeness", self._nearest(query)), ("pdq", self._hashed(query))):
            for number in numbers:
                proposed.setdefault(number, set()).add(name)
        return Answer({number: self._scores(query, number, spent) for number in proposed}, proposed)

    def _nearest(self, query: Described) -> list[int]:
        if not query["likeness"] or not self.vectors:
            return []
        best = cosines(query["likeness"], self.vectors).max(axis=0)
        return [int(n) for n in dict.fromkeys(self.owners[np.argsort(-best)].tolist())][:COMPARED]

    def _hashed(self, query: Described) -> list[int]:
        near = np.zeros(len(self.hashed), np.bool_)
        for signal in pdq.telling(query["pdq"]):
            apart = np.bitwise_count(self.hashes[None] ^ turned(signal.value)[:, None]).sum(axis=2)
            near |= apart.min(axis=0) <= RADIUS
        return [int(n) for n in self.hashed[near]]

    def _scores(self, query: Described, number: int, spent: Spent) -> dict[str, Score]:
        known, scores = self.pictures[number], {"pdq": pdq.compare(query["pdq"], self.pictures[number]["pdq"])}
        start = time.thread_time()
        scores["details"] = details.compare(query["details"], known["details"])
        spent.comparing.append(time.thread_time() - start)
        if query["likeness"] and known["likeness"]:
            scores["likeness"] = likeness.compare(query["likeness"], known["likeness"])
        return scores


def model_name() -> str:
    """Return the name of the model that is on, empty where none is."""
    return session.opened(likeness.PURPOSE).card.name if likeness.available() else ""
