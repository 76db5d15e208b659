"""Pictures by their hashes: copies that lie near each other as edits, turns and bars make them, and the truth about them."""

import itertools
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from clew.domain.matching.match import match
from clew.kernel.events import Event
from clew.kernel.ids import CaseId, ExhibitId
from clew.signals import pdq
from clew.signals.contract import Signal
from clew.signals.orientations import NAMES, UNDOES, turned
from clew.store.db import database
from tests.domain.conftest import House

Hash = np.ndarray


def picture(rng: np.random.Generator) -> Hash:
    """Return the hash of a picture nobody has seen, in eight orientations."""
    return turned(rng.bytes(32)).copy()


def edited(of: Hash, bits: int, rng: np.random.Generator) -> Hash:
    """Return the hash of a copy `bits` away, the same in each orientation but for a bit or two, as PDQ's are."""
    flat = np.unpackbits(of, axis=1)
    flips = rng.choice(256, bits, replace=False)
    flat[:, flips] ^= 1
    for n in range(1, len(NAMES)):
        flat[n, rng.choice(256, 2, replace=False)] ^= 1
    return np.packbits(flat, axis=1)


def as_turned(of: Hash, orientation: int) -> Hash:
    """Return the hash of the picture turned: each of its orientations is another one of the picture's."""
    made = turned(of[orientation].tobytes()).copy()
    made[UNDOES[orientation]] = of[0]
    return made


@dataclass
class Material:
    """Pictures by the media they were written as."""

    house: House
    signals: dict[uuid.UUID, list[Signal]] = field(default_factory=dict)
    files: dict[uuid.UUID, list[uuid.UUID]] = field(default_factory=dict)

    def bring(self, name: str, case: CaseId, values: Sequence[Sequence[Hash]], of: str) -> list[ExhibitId]:
        """Bring described pictures that nobody matched yet; a second hash of one is that inside its bars."""
        made = self.house.bring(name, case, *(f"{of} {n}" for n in range(len(values))))
        for exhibit, some in zip(made, values, strict=True):
            media = self.house.media(exhibit)
            if media not in self.signals:
                self.signals[media] = [Signal(pdq.NAME, pdq.VERSION, one.tobytes(), box=(0.1, 0.2, 0.5, 0.25) if n else None)
                                       for n, one in enumerate(some)]
                self._write(media)
            self.files[media] = [row[0] for row in self.house.behind(
                "SELECT f.id FROM clew.files f JOIN clew.exhibits e ON e.id = f.exhibit_id WHERE e.media_id = %s", media)]
        return made

    def _write(self, media: uuid.UUID) -> None:
        with database().system_work() as work:
            work.write("INSERT INTO clew.signals (media_id, matcher, version, value, quality, box) "
                       "VALUES (:media, :matcher, 1, :value, 100, :box)",
                       [{"media": media, "matcher": one.matcher, "value": one.value, "box": list(one.box) if one.box else None}
                        for one in self.signals[media]])
            work.record(Event("test"))

    def match(self, media: Sequence[uuid.UUID]) -> None:
        for one in media:
            match({"file": str(self.files[one][0])})

    def near(self) -> dict[frozenset[uuid.UUID], int]:
        """Return every pair that compare() calls a match, with its distance: the truth."""
        found = {}
        for a, b in itertools.combinations(self.signals, 2):
            score = pdq.compare(self.signals[a], self.signals[b])
            if score.verdict == "match":
                found[frozenset((a, b))] = score.where["distance"]
        return found


def clusters(rng: np.random.Generator, many: int, copies: int) -> list[list[Hash]]:
    """Return pictures around a few originals, 0..28 bits from them and so 0..56 from each other, some turned, some in bars."""
    values: list[list[Hash]] = []
    for _ in range(many):
        original = picture(rng)
        for n in range(copies):
            one = edited(original, int(rng.integers(0, 29)), rng)
            if n % 5 == 4:
                one = as_turned(one, int(rng.integers(1, 8)))
            values.append([picture(rng), one] if n % 7 == 6 else [one])
    random.Random(int(rng.integers(1000))).shuffle(values)
    return values
