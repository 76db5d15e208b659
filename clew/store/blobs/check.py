"""Compares what lies in a place with what the rows say: missing, damaged and orphaned objects. Changes nothing."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from time import time

from clew.kernel.errors import BadInput, Damaged
from clew.store.blobs.content import GRACE, Blobs
from clew.store.blobs.frames import sealed_size
from clew.store.blobs.places import Found


@dataclass(frozen=True, slots=True)
class Expected:
    """What a row says of its object; without a data key only presence and size can be checked."""

    object_name: str
    sha256: bytes
    size: int  # plain bytes
    data_key: bytes | None = field(repr=False, default=None)
    locked_out: bool = False  # some agency that holds it has a key that does not open it


@dataclass(slots=True)
class Report:
    """The outcome of a check: object names, and what was read."""

    objects: int = 0
    read_bytes: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # present and of the right size, but no key was given
    orphans: list[str] = field(default_factory=list)  # no row, older than the grace; `sweep` removes them

    @property
    def whole(self) -> bool:
        """Return whether nothing is lost. Orphans are crash leftovers and lose nothing."""
        return not self.missing and not self.damaged


def check_objects(blobs: Blobs, expected: Iterable[Expected], *, deep: bool = True, grace: timedelta = GRACE,
                  progress: Callable[[Report], None] | None = None) -> Report:
    """Read every object (not `deep`: only look at sizes) and compare it with its row.

    `expected` comes in order of object name (ORDER BY object_name COLLATE "C"), so that any number of objects
    is checked in constant memory. An upload or erasure in between shows as missing: look at its row again.
    """
    report = Report()
    horizon = time() - grace.total_seconds()
    for wanted, found in _paired(expected, blobs.found()):
        if wanted is None:
            if found is not None and found.written < horizon:
                report.orphans.append(found.name)
            continue
        report.objects += 1
        if found is None:
            report.missing.append(wanted.object_name)
        else:
            _check_one(blobs, wanted, found, report, deep=deep)
        if progress is not None:
            progress(report)
    return report


def _check_one(blobs: Blobs, wanted: Expected, found: Found, report: Report, *, deep: bool) -> None:
    if wanted.locked_out or found.sealed_size != sealed_size(wanted.size):
        report.damaged.append(wanted.object_name)
    elif wanted.data_key is None:
        report.unread.append(wanted.object_name)
    elif deep and not _reads_whole(blobs, wanted, wanted.data_key, report):
        report.damaged.append(wanted.object_name)


def _reads_whole(blobs: Blobs, wanted: Expected, data_key: bytes, report: Report) -> bool:
    digest = hashlib.sha256()
    try:
        for piece in blobs.read(wanted.object_name, data_key):
            digest.update(piece)
            report.read_bytes += len(piece)
    except Damaged:
        return False
    return digest.digest() == wanted.sha256


def _paired(expected: Iterable[Expected],
            found: Iterator[Found]) -> Iterator[tuple[Expected | None, Found | None]]:
    """Walk both in order of name; what is on one side only is paired with None."""
    here = next(found, None)
    before = ""
    for wanted in expected:
        if wanted.object_name <= before:
            raise BadInput("The objects to check must come in order of their names, each once.")
        before = wanted.object_name
        while here is not None and here.name < wanted.object_name:
            yield None, here
            here = next(found, None)
        if here is not None and here.name == wanted.object_name:
            yield wanted, here
            here = next(found, None)
        else:
            yield wanted, None
    while here is not None:
        yield None, here
        here = next(found, None)
