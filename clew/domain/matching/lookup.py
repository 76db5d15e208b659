"""From signals to pairs: the index proposes, compare() decides. Reads as the worker, never as an officer."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from sqlalchemy import Row

from clew.domain.matching.rules import Found, Signals, worth_telling
from clew.domain.matching.tools import index
from clew.signals import pdq
from clew.signals.contract import Signal
from clew.signals.indexes.hamming import HammingIndex
from clew.signals.orientations import turned
from clew.store.db import Work
from clew.store.snapshots import HASHED

AT_ONCE = 256  # queries: 32 signals in eight orientations
_SIGNALS = """
    SELECT media_id, matcher, version, value, quality, time_s, box FROM clew.signals
    WHERE media_id = ANY (:media) ORDER BY media_id, id"""
# Withdrawn content has no live exhibit and is passed over at once, before any rebuild.
_MEDIA_OF = """
    SELECT DISTINCT s.media_id FROM clew.signals s WHERE s.id = ANY (:ids)
    AND EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.media_id = s.media_id AND e.withdrawn_at IS NULL)"""


def signals_of(work: Work, media: Iterable[uuid.UUID]) -> dict[uuid.UUID, Signals]:
    """Return the stored signals of some media, by matcher."""
    found: dict[uuid.UUID, dict[str, list[Signal]]] = defaultdict(lambda: defaultdict(list))
    for row in work.rows(_SIGNALS, {"media": list(media)}):
        found[row.media_id][row.matcher].append(_signal(row))
    return {one: dict(by_matcher) for one, by_matcher in found.items()}


def _signal(row: Row[Any]) -> Signal:
    return Signal(row.matcher, row.version, bytes(row.value), row.quality, row.time_s,
                  tuple(row.box) if row.box else None)


def pairs(work: Work, ours: Signals, itself: uuid.UUID | None = None) -> list[Found]:
    """Return every pair these signals make with stored media, verdict match or possible."""
    others = candidates(work, ours) - {itself}
    found = []
    some = sorted(others, key=str)
    for start in range(0, len(some), 200):
        theirs = signals_of(work, some[start:start + 200])
        found += [worth_telling(other, ours, signals) for other, signals in theirs.items()]
    return [one for one in found if one is not None]


def candidates(work: Work, ours: Signals) -> set[uuid.UUID]:
    """Return the media with a signal near one of these."""
    if not hashed(ours):
        return set()
    ids = near(index().fresh(work), ours)
    return {row.media_id for row in work.rows(_MEDIA_OF, {"ids": list(ids)})} if ids else set()


def near(fresh: HammingIndex, ours: Signals) -> set[int]:
    """Return the index's ids of all signals within 31 bits of one of these, in any of eight orientations."""
    ids: set[int] = set()
    signals = hashed(ours)
    if not signals:
        return ids
    queries = np.concatenate([turned(signal.value) for signal in signals])
    for start in range(0, len(queries), AT_ONCE):
        _, hit, _ = fresh.lookup_many(queries[start:start + AT_ONCE])
        ids.update(np.unique(hit).tolist())
    return ids


def hashed(ours: Signals) -> list[Signal]:
    """Return the signals that are looked up by hash: those of pictures and frames that are not too plain."""
    return [signal for name in HASHED for signal in pdq.telling(ours.get(name, ()))]
