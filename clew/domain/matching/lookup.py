"""From signals to pairs: the index proposes, compare() decides. Reads as the worker, never as an officer."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Row

from clew.domain.matching.rules import Found, Signals, worth_telling
from clew.domain.matching.tools import index
from clew.signals import pdq
from clew.signals.contract import Signal
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
    hashed = [signal for name in HASHED for signal in pdq.telling(ours.get(name, ()))]
    others = candidates(work, hashed) - {itself}
    found = []
    some = sorted(others, key=str)
    for start in range(0, len(some), 200):
        theirs = signals_of(work, some[start:start + 200])
        found += [worth_telling(other, ours, signals) for other, signals in theirs.items()]
    return [one for one in found if one is not None]


def candidates(work: Work, signals: Sequence[Signal]) -> set[uuid.UUID]:
    """Return the media with a signal within 31 bits of one of these, in any of eight orientations."""
    if not signals:
        return set()
    fresh = index().fresh(work)
    queries = np.concatenate([turned(signal.value) for signal in signals])
    ids: set[int] = set()
    for start in range(0, len(queries), AT_ONCE):
        _, hit, _ = fresh.lookup_many(queries[start:start + AT_ONCE])
        ids.update(np.unique(hit).tolist())
    return {row.media_id for row in work.rows(_MEDIA_OF, {"ids": list(ids)})} if ids else set()
