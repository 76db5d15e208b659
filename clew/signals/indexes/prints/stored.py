"""Snapshots of the index of sounds: postings as mapped arrays with checksums, as docs/decisions/011 has them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from clew.kernel import ids as identifiers
from clew.kernel.errors import Unavailable
from clew.signals.indexes.files import DAMAGED, map_array, read_manifest, write_array, write_manifest
from clew.signals.indexes.prints.postings import Postings
from clew.signals.indexes.snapshot import Hold, current
from clew.signals.sounds.landmarks import HASHES

FORMAT: Final = 1
_ARRAYS: Final = ("ids", "lengths", "starts", "entries", "moments")


@dataclass(frozen=True, slots=True)
class Stored:
    """One snapshot: its name, the caller's mark, the mapped postings, and the lock that keeps its folder."""

    name: str
    mark: dict[str, Any]
    postings: Postings
    hold: Hold


def write(folder: Path, postings: Postings, mark: dict[str, Any]) -> Path:
    """Write a new snapshot beside the others and return its folder; it is not current yet."""
    place = folder / f"snapshot-{identifiers.ordered().hex}"
    place.mkdir(mode=0o700)
    arrays = {name: write_array(place, name, getattr(postings, name)) for name in _ARRAYS}
    write_manifest(place, {"format": FORMAT, "kind": "prints", "mark": dict(mark), "arrays": arrays})
    return place


def read(place: Path) -> Stored:
    """Map one snapshot, held against removal; raise Unavailable when it is damaged, FileNotFoundError when gone."""
    hold = Hold(place)
    facts = read_manifest(place)
    if (facts["format"], facts.get("kind")) != (FORMAT, "prints"):
        raise Unavailable("This index snapshot was written by another version; build the index again.")
    postings = Postings(**{name: map_array(place, name, facts["arrays"][name]) for name in _ARRAYS})
    _check(postings)
    return Stored(place.name, facts["mark"], postings, hold)


def _check(postings: Postings) -> None:
    """Refuse arrays that do not fit together, whatever their checksums say."""
    fits = (
        postings.ids.shape == postings.lengths.shape
        and postings.starts.shape == (HASHES + 1,)
        and postings.starts[0] == 0
        and bool((np.diff(postings.starts) >= 0).all())
        and postings.entries.shape == postings.moments.shape == (int(postings.starts[-1]),)
        and (not len(postings.entries) or int(postings.entries.max()) < len(postings.ids))
    )
    if not fits:
        raise Unavailable(DAMAGED)


def read_current(folder: Path) -> Stored:
    """Map the current snapshot, also while another process swaps it."""
    return current(folder, read)
