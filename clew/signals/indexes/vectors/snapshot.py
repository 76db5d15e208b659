"""Snapshots of a vector index: for each tag its ids in order, the vectors as halves and bytes, mapped; never pickled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clew.kernel import ids as identifiers
from clew.kernel.errors import BadInput, Unavailable
from clew.signals.embedding import TAG, tag_of
from clew.signals.indexes.contract import Entry
from clew.signals.indexes.files import DAMAGED, ArrayFile, map_array, read_manifest, write_array, write_manifest
from clew.signals.indexes.snapshot import Hold
from clew.signals.indexes.vectors.scan import AT_ONCE, Halves, Ids, Part, padded, quantised

FORMAT = 1
KIND = "vectors"
Gathered = Mapping[bytes, tuple[Ids, Halves]]


@dataclass(frozen=True)
class Snapshot:
    """The parts of one snapshot by tag, and the caller's mark."""

    name: str
    mark: dict[str, Any]
    parts: Mapping[bytes, Part]
    hold: Hold | None = None

    def __len__(self) -> int:
        return sum(len(part.ids) for part in self.parts.values())

    def __contains__(self, entry: tuple[bytes, int]) -> bool:
        part = self.parts.get(entry[0])
        if part is None or not len(part.ids):
            return False
        place = int(np.searchsorted(part.ids, entry[1]))
        return place < len(part.ids) and int(part.ids[place]) == entry[1]


def gathered(entries: Iterable[Entry]) -> dict[bytes, tuple[Ids, Halves]]:
    """Return the ids and vectors of entries by tag, each id once and in order. Holds two bytes a number in memory."""
    held: dict[bytes, tuple[bytearray, list[int]]] = {}
    for entry in entries:
        tag, value = tag_of(entry.signal.value), checked(entry.signal.value)
        values, numbers = held.setdefault(tag, (bytearray(), []))
        if len(values) != len(numbers) * len(value):
            raise BadInput("The vectors of one model must all be of one length; describe the media again.")
        values.extend(value)
        numbers.append(entry.id)
    found = {}
    for tag, (values, numbers) in held.items():
        vectors = np.frombuffer(values, "<f2").reshape(len(numbers), -1)
        ids, places = np.unique(np.array(numbers, np.int64), return_index=True)
        in_order = len(ids) == len(vectors) and bool((places == np.arange(len(ids))).all())
        found[tag] = ids, vectors if in_order else vectors[places]
    return found


def checked(value: bytes) -> bytes:
    """Return the vector's bytes of a signal's value; raise BadInput when there is no vector in it."""
    if len(value) < TAG + 4 or len(value) % 2:
        raise BadInput("This signal holds no vector; describe the media again.")
    return value[TAG:]


def write(folder: Path, held: Gathered, mark: Mapping[str, Any]) -> Path:
    """Write a new snapshot beside the others and return its folder; it is not current yet."""
    place = folder / f"snapshot-{identifiers.ordered().hex}"
    place.mkdir(mode=0o700)
    arrays: dict[str, Any] = {}
    errors = {}
    for tag, (ids, vectors) in held.items():
        name = tag.hex()
        arrays[f"ids-{name}"] = write_array(place, f"ids-{name}", ids)
        lines, errors[name] = _write_vectors(place, name, vectors)
        arrays |= lines
    write_manifest(place, {"format": FORMAT, "kind": KIND, "mark": dict(mark), "errors": errors, "arrays": arrays})
    return place


def _write_vectors(place: Path, name: str, vectors: Halves) -> tuple[dict[str, Any], float]:
    """Write one tag's vectors as halves, bytes and scales, a few thousand at a time; return their lines and the error."""
    files = {"vectors": ArrayFile(place, f"vectors-{name}", np.float16, vectors.shape),
             "coarse": ArrayFile(place, f"coarse-{name}", np.int8, (len(vectors), padded(vectors.shape[1]))),
             "scales": ArrayFile(place, f"scales-{name}", np.float32, (len(vectors),))}
    error = 0.0
    for start in range(0, len(vectors), AT_ONCE):
        some = vectors[start:start + AT_ONCE]
        coarse, scales, apart = quantised(some)
        for kind, rows in (("vectors", some), ("coarse", coarse), ("scales", scales)):
            files[kind].add(rows)
        error = max(error, apart)
    return {f"{kind}-{name}": file.close() for kind, file in files.items()}, error


def read(place: Path) -> Snapshot:
    """Map one snapshot, held against removal; raise Unavailable when it is damaged, FileNotFoundError when gone."""
    hold = Hold(place)
    facts = read_manifest(place)
    if (facts.get("format"), facts.get("kind")) != (FORMAT, KIND):
        raise Unavailable("This index snapshot was written by another version; build the index again.")
    parts = {}
    for name, error in facts["errors"].items():
        ids, vectors, coarse, scales = (
            map_array(place, f"{kind}-{name}", facts["arrays"][f"{kind}-{name}"])
            for kind in ("ids", "vectors", "coarse", "scales"))
        if not (len(ids) == len(vectors) == len(coarse) == len(scales) and coarse.shape[1] == padded(vectors.shape[1])):
            raise Unavailable(DAMAGED)
        parts[bytes.fromhex(name)] = Part(ids, vectors, coarse, scales, float(error))
    return Snapshot(place.name, facts["mark"], parts, hold)
