"""Where a picture's hashes lie among those near them: one row a hash, however many copies there are.

A stack is no link: which pictures are near each other is measured from their own hashes when somebody who may know
of both asks (clew.alike, docs/decisions/080). It must only hold that no near pair lies in stacks that are strangers.
"""

import random
import uuid
from collections.abc import Sequence

from clew.domain.matching.lookup import near_each
from clew.domain.matching.tools import index
from clew.signals.contract import Signal
from clew.signals.orientations import turned
from clew.signals.pdq_hash import QUALITY
from clew.store.db import Work

# One at a time, and the look-up inside: of two pictures that arrive together the second always sees the first's row.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('clew stacks'))"
# It joins the oldest stack whose first hash is near; the number of a stack is that hash's.
_JOIN = """
    INSERT INTO clew.stacked (signal_id, media_id, stack, symmetry, turned)
    SELECT :signal, :media, coalesce((SELECT min(s.stack) FROM clew.stacked s
           WHERE s.signal_id = ANY (:near) AND s.stack = s.signal_id), :signal), clew.symmetry(t.turned), t.turned
    FROM (SELECT clew.as_bits(:turned) AS turned) t ON CONFLICT DO NOTHING"""
_NEIGHBOURS = """
    WITH mine AS (SELECT stack FROM clew.stacked WHERE signal_id = :signal),
         beside AS (SELECT DISTINCT stack FROM clew.stacked WHERE signal_id = ANY (:near))
    INSERT INTO clew.stack_neighbours (stack, neighbour)
    SELECT m.stack, b.stack FROM mine m, beside b UNION SELECT b.stack, m.stack FROM mine m, beside b
    ON CONFLICT DO NOTHING"""
_SIGNALS = """
    SELECT id, matcher, version, value, quality FROM clew.signals
    WHERE media_id = :media AND matcher = 'pdq' AND quality >= :least ORDER BY id"""

PAGE = 500
_PAGE = f"""
    SELECT g.id, g.version, g.value, g.quality FROM clew.stacked s JOIN clew.signals g ON g.id = s.signal_id
    WHERE s.signal_id >= :start ORDER BY s.signal_id LIMIT {PAGE}"""
_STRANGERS = """
    SELECT 1 FROM clew.stacked m, clew.stacked b WHERE m.signal_id = :signal AND b.signal_id = ANY (:near)
    AND NOT EXISTS (SELECT 1 FROM clew.stack_neighbours n WHERE n.stack = m.stack AND n.neighbour = b.stack) LIMIT 1"""


def stack(work: Work, media: uuid.UUID, signals: Sequence[tuple[int, Signal]]) -> set[int]:
    """Put a picture's telling hashes (id, signal) where they belong; return the ids of all signals near them.

    Holds every other picture of the node off until the caller's transaction ends: do nothing slow after it.
    """
    work.rows(_LOCK)
    found: set[int] = set()
    near = near_each(index().fresh(work), [signal for _, signal in signals])
    for (number, signal), hits in zip(signals, near, strict=True):
        others = sorted(hits - {number})
        row = {"signal": number, "media": media, "near": others, "turned": turned(signal.value).tobytes()}
        work.write(_JOIN, row)
        if others:
            work.write(_NEIGHBOURS, {"signal": number, "near": others})
        found |= hits
    return found


def pictures_of(work: Work, media: uuid.UUID) -> list[tuple[int, Signal]]:
    """Return the telling hashes of a picture with their ids; none for a film, or for a picture that is too plain."""
    return [(row.id, Signal(row.matcher, row.version, bytes(row.value), row.quality))
            for row in work.rows(_SIGNALS, {"media": media, "least": QUALITY})]


def mend(work: Work) -> int:
    """Look some stacked hashes up again, and all of them when a near pair's stacks are strangers; return how many were.

    None ever should be. A sample is proved whenever the index is built anew, as the index proves itself.
    """
    start = random.randint(0, work.value("SELECT coalesce(max(signal_id), 0) FROM clew.stacked"))  # noqa: S311
    mended, _ = _mended(work, start)
    at = 0 if mended else None
    while at is not None:
        more, at = _mended(work, at)
        mended += more
    return mended


def _mended(work: Work, start: int) -> tuple[int, int | None]:
    """Prove the hashes of one page from `start` on; return how many stacks were strangers and where the next page begins."""
    rows = work.rows(_PAGE, {"start": start})
    signals = [Signal("pdq", row.version, bytes(row.value), row.quality) for row in rows]
    put = 0
    for row, near in zip(rows, near_each(index().fresh(work), signals), strict=True):
        others = sorted(near - {row.id})
        if others and work.first(_STRANGERS, {"signal": row.id, "near": others}) is not None:
            put += work.changed(_NEIGHBOURS, {"signal": row.id, "near": others})
    return put, rows[-1].id + 1 if len(rows) == PAGE else None
