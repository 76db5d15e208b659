"""From signals to pairs: the index proposes, compare() decides. Reads as the worker, never as an officer."""

import uuid
from collections.abc import Iterable, Sequence

import numpy as np

from clew.domain.matching.rules import Found, Signals, worth_telling
from clew.domain.matching.tools import index, shelf
from clew.signals import pdq, registry
from clew.signals.contract import Signal
from clew.signals.indexes.hamming import HammingIndex
from clew.signals.orientations import NAMES, turned
from clew.store import signal_rows
from clew.store.db import Work
from clew.store.shelves import HASHED

AT_ONCE = 32  # signals, each in eight orientations
# Withdrawn content has no live exhibit and is passed over at once, before any rebuild.
_MEDIA_OF = """
    SELECT DISTINCT s.media_id FROM clew.signals s WHERE s.id = ANY (:ids)
    AND EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.media_id = s.media_id AND e.withdrawn_at IS NULL)"""

_FILMS_OF = """
    SELECT DISTINCT s.media_id FROM clew.signals s WHERE s.id = ANY (:ids) AND s.matcher = 'frames'
    AND EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.media_id = s.media_id AND e.withdrawn_at IS NULL)"""

COMPARED = 24
"""Proposals of one index that are compared, the strongest first: so much work for each file, however many there are."""
PROPOSED, FURTHEST = 400, 25_600
"""Entries asked of an index: several may be stills of one film or copies of one picture, then it is asked for more."""
_RANKED = """
    SELECT s.id, s.media_id, (SELECT min(k.stack) FROM clew.stacked k WHERE k.media_id = s.media_id) AS stack
    FROM clew.signals s WHERE s.id = ANY (:ids)
    AND EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.media_id = s.media_id AND e.withdrawn_at IS NULL)"""
# A narrowed exhibit is known to fewer than its case, so it stands for itself.
_BESIDE = """
    SELECT DISTINCT ON (o.whose) o.media_id FROM (
        SELECT t.media_id, e.made_at, CASE WHEN e.narrowed THEN e.id ELSE e.case_id END AS whose
        FROM (SELECT k.other_id AS media_id FROM clew.alike(CAST(:media AS uuid[])) k) t
        JOIN clew.exhibits e ON e.media_id = t.media_id AND e.withdrawn_at IS NULL
    ) o WHERE NOT EXISTS (SELECT 1 FROM clew.exhibits x WHERE x.media_id = ANY (:media) AND x.withdrawn_at IS NULL
                          AND CASE WHEN x.narrowed THEN x.id ELSE x.case_id END = o.whose)
    ORDER BY o.whose, o.made_at, o.media_id"""


def signals_of(work: Work, media: Iterable[uuid.UUID]) -> dict[uuid.UUID, Signals]:
    """Return the stored hashes of some media, by matcher."""
    return {**signal_rows.read(work, media, HASHED)}


def pairs(work: Work, ours: Signals, itself: uuid.UUID | None = None) -> list[Found]:
    """Return every pair these signals make with stored media, verdict match or possible."""
    return compared(work, ours, candidates(work, ours) - {itself})


def compared(work: Work, ours: Signals, others: Iterable[uuid.UUID]) -> list[Found]:
    """Return the pairs that are worth telling of these signals and some stored media."""
    found = []
    some = sorted(others, key=str)
    for start in range(0, len(some), 200):
        theirs = signals_of(work, some[start:start + 200])
        found += [worth_telling(other, ours, signals) for other, signals in theirs.items()]
    return [one for one in found if one is not None]


def candidates(work: Work, ours: Signals) -> set[uuid.UUID]:
    """Return the media with a signal near one of these."""
    ids = near_ids(work, ours)
    return {row.media_id for row in work.rows(_MEDIA_OF, {"ids": list(ids)})} if ids else set()


def near_ids(work: Work, ours: Signals) -> set[int]:
    """Return the ids of all stored hashes near one of these."""
    return near(index().fresh(work), ours) if hashed(ours) else set()


def films(work: Work, ids: Iterable[int]) -> set[uuid.UUID]:
    """Return the films that some of these signals are frames of."""
    return {row.media_id for row in work.rows(_FILMS_OF, {"ids": list(ids)})}


def near(fresh: HammingIndex, ours: Signals) -> set[int]:
    """Return the index's ids of all signals within 31 bits of one of these, in any of eight orientations."""
    return set().union(*near_each(fresh, hashed(ours)))


def near_each(fresh: HammingIndex, signals: Sequence[Signal]) -> list[set[int]]:
    """Return for each signal the index's ids within 31 bits of it, in any of eight orientations."""
    ids: list[set[int]] = []
    for start in range(0, len(signals), AT_ONCE):
        some = signals[start:start + AT_ONCE]
        which, hit, _ = fresh.lookup_many(np.concatenate([turned(signal.value) for signal in some]))
        ids += [set(hit[which // len(NAMES) == number].tolist()) for number in range(len(some))]
    return ids


def hashed(ours: Signals) -> list[Signal]:
    """Return the signals that are looked up by hash: those of pictures and frames that are not too plain."""
    return [signal for name in HASHED for signal in pdq.telling(ours.get(name, ()))]


def near_by_hash(work: Work, media: uuid.UUID) -> set[uuid.UUID]:
    """Return the pictures that match by hash, both ways round: that is told already and needs no second reason."""
    return {row.other_id for row in work.rows("SELECT other_id FROM clew.alike(ARRAY[CAST(:media AS uuid)])", {"media": media})}


def beside(work: Work, media: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Return near copies of these media, one for each further case that holds one.

    What was compared stands for its copies, but nobody may miss a hit because the copy that was compared is out of his sight.
    """
    return {row.media_id for row in work.rows(_BESIDE, {"media": list(media)})} if media else set()


def proposed(work: Work, name: str, ours: Signals, passed: set[uuid.UUID | None]) -> list[uuid.UUID]:
    """Return the media that an index proposes, the strongest first, one of each stack, at most COMPARED of them."""
    ranked: list[uuid.UUID] = []
    most = PROPOSED
    asked = [signal for signal in ours.get(name, ()) if not registry.is_picture(signal)]  # those lie in no index
    while asked:
        strongest = shelf(name).fresh(work).propose(asked, most)
        ranked = _one_of_each_stack(work, [one.id for one in strongest], passed)
        if len(ranked) >= COMPARED or len(strongest) < most or most >= FURTHEST:
            break
        most *= 8  # copies of one picture, or the stills of one film, take all the places
    return ranked[:COMPARED]


def _one_of_each_stack(work: Work, signals: Sequence[int], passed: set[uuid.UUID | None]) -> list[uuid.UUID]:
    rows = {row.id: row for row in work.rows(_RANKED, {"ids": list(signals)})}
    first: dict[object, uuid.UUID] = {}
    for row in (rows[number] for number in signals if number in rows):
        if row.media_id not in passed:
            first.setdefault(row.media_id if row.stack is None else row.stack, row.media_id)
    return list(dict.fromkeys(first.values()))
