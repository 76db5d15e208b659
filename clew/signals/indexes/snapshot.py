"""Snapshots of one index folder: written beside the one being served, then made current in one step.

<folder>/current names the snapshot to serve; each <folder>/snapshot-* is complete when its manifest exists. A reader
holds a shared lock on the manifest as long as it serves from it; only snapshots nobody holds are removed.
"""

import fcntl
import os
import shutil
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from clew.kernel import ids as identifiers
from clew.kernel.errors import Conflict, Unavailable
from clew.signals.indexes.build import Ids, buckets, grouped
from clew.signals.indexes.compiled import BLOCK
from clew.signals.indexes.files import (
    DAMAGED,
    MANIFEST,
    ArrayFile,
    map_array,
    new_file,
    read_manifest,
    sync_folder,
    write_array,
    write_manifest,
)
from clew.signals.indexes.plan import BANDS, KEYS, band_count
from clew.signals.indexes.rows import Words, as_rows

FORMAT = 2
TRIES = 20
Mark = Mapping[str, str | int]
T = TypeVar("T")


class Hold:
    """A shared lock on a snapshot's manifest, for as long as this object lives: it keeps the folder from removal."""

    def __init__(self, place: Path) -> None:
        descriptor = os.open(place / MANIFEST, os.O_RDONLY)
        weakref.finalize(self, os.close, descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)


@dataclass(frozen=True)
class Snapshot:
    """The mapped arrays of one snapshot and the caller's mark: where in its store the tail begins."""

    name: str
    mark: Mark
    bands: int
    rows: Words  # (distinct, 4) in order
    starts: NDArray[Any]  # (distinct + 1,): row i has ids[starts[i]:starts[i + 1]]
    ids: Ids  # (entries,)
    offsets: NDArray[np.uint32]  # per band, one after the other
    postings: NDArray[np.uint32]
    checks: NDArray[np.uint16]  # the next band of each posting's row, and BLOCK zeros: the last block is read whole
    hold: "Hold"  # let go when the snapshot is


def write(folder: Path, words: Words, ids: Ids, mark: Mark) -> Path:
    """Write a new snapshot of the entries beside the others and return its folder; it is not current yet."""
    place = folder / f"snapshot-{identifiers.ordered().hex}"
    place.mkdir(mode=0o700)
    distinct, starts, kept = grouped(as_rows(words), ids)
    bands = band_count(len(distinct))
    counter = np.uint32 if len(kept) < 1 << 32 else np.int64
    arrays = {
        "rows": write_array(place, "rows", distinct),
        "starts": write_array(place, "starts", starts.astype(counter)),
        "ids": write_array(place, "ids", kept),
    }
    arrays |= _write_bands(place, distinct, bands)
    write_manifest(place, {"format": FORMAT, "bands": bands, "mark": dict(mark), "arrays": arrays})
    return place


def _write_bands(place: Path, distinct: Words, bands: int) -> dict[str, Any]:
    """Write each band as it is made, so that no more than one is in memory."""
    offsets = ArrayFile(place, "offsets", np.uint32, (bands * (KEYS + 1),))
    postings = ArrayFile(place, "postings", np.uint32, (bands * len(distinct),))
    checks = ArrayFile(place, "checks", np.uint16, (bands * len(distinct) + BLOCK,))
    for ends, members, following in buckets(distinct, bands):
        offsets.add(ends)
        postings.add(members)
        checks.add(following)
    checks.add(np.zeros(BLOCK, np.uint16))
    return {file.name: file.close() for file in (offsets, postings, checks)}


def read(place: Path) -> Snapshot:
    """Map one snapshot, held against removal; raise Unavailable when it is damaged, FileNotFoundError when gone."""
    hold = Hold(place)
    facts = read_manifest(place)
    if facts["format"] != FORMAT:
        raise Unavailable("This index snapshot was written by another version; build the index again.")
    arrays = {name: map_array(place, name, line) for name, line in facts["arrays"].items()}
    snapshot = Snapshot(place.name, facts["mark"], facts["bands"], hold=hold, **arrays)
    _check(snapshot)
    return snapshot


def _check(snapshot: Snapshot) -> None:
    """Refuse arrays that do not fit together, whatever their checksums say."""
    distinct, starts = len(snapshot.rows), snapshot.starts
    fits = (
        snapshot.rows.shape == (distinct, 4) and snapshot.rows.dtype == np.uint64
        and starts.shape == (distinct + 1,) and starts[0] == 0 and starts[-1] == len(snapshot.ids)
        and snapshot.bands in (0, BANDS)
        and snapshot.offsets.shape == (snapshot.bands * (KEYS + 1),)
        and snapshot.postings.shape == (snapshot.bands * distinct,)
        and snapshot.checks.shape == (snapshot.bands * distinct + BLOCK,) and snapshot.checks.dtype == np.uint16
    )
    if not fits:
        raise Unavailable(DAMAGED)


def current_name(folder: Path) -> str:
    """Return the name of the snapshot to serve; raise Unavailable when there is none yet."""
    try:
        return (folder / "current").read_text().strip()
    except FileNotFoundError:
        raise Unavailable("There is no index yet; build it once from the store.") from None


def read_current(folder: Path) -> Snapshot:
    """Map the current snapshot, also while another process swaps it."""
    return current(folder, read)


def current(folder: Path, opened: Callable[[Path], T]) -> T:
    """Open the current snapshot of any kind by `opened`, also while another process swaps it."""
    for _ in range(TRIES):
        name = current_name(folder)
        try:
            return opened(folder / name)
        except (FileNotFoundError, BlockingIOError):
            if current_name(folder) == name:
                break
    raise Unavailable(DAMAGED)


def publish(folder: Path, name: str) -> None:
    """Make a snapshot the current one in one step, then remove those that nobody serves any more."""
    fresh = folder / "current.new"
    fresh.unlink(missing_ok=True)
    with os.fdopen(new_file(fresh), "w") as file:
        file.write(name)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / "current")
    sync_folder(folder)
    sweep(folder)


def sweep(folder: Path) -> None:
    """Remove snapshots that are neither current nor held; only the process that holds the build lock may."""
    with suppress(Unavailable):
        served = current_name(folder)
        for place in folder.glob("snapshot-*"):
            if place.name != served and not _held(place):
                shutil.rmtree(place)


def _held(place: Path) -> bool:
    try:
        with (place / MANIFEST).open("rb") as manifest:
            fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:  # a build that was cut off
        return False
    except BlockingIOError:
        return True
    return False


@contextmanager
def building(folder: Path) -> Iterator[None]:
    """Be the only process that builds in `folder`; raise Conflict when another one does."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / "building", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        sweep(folder)
        yield
    except BlockingIOError:
        raise Conflict("This index is being built already; wait until that build has finished.") from None
    finally:
        os.close(descriptor)


def remove(place: Path) -> None:
    """Remove a snapshot that was never published."""
    shutil.rmtree(place)
