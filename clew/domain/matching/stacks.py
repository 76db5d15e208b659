"""The job that recomputes stacks around one media: a pure function of links and judgements."""

import uuid
from collections import defaultdict
from typing import Any

from clew.domain.matching.rules import stack as stacked
from clew.kernel.events import Event
from clew.store.db import Work, database
from clew.store.jobs import enqueue

# Near-duplicates of some media: picture links that nobody last judged NEGATIVE.
_NEAR = """
    SELECT l.media_a, l.media_b FROM clew.links l
    WHERE l.matcher = 'pdq' AND l.verdict = 'match' AND coalesce((SELECT j.answer FROM clew.judgements j
          WHERE j.link_id = l.id ORDER BY j.made_at DESC LIMIT 1), '') <> 'NEGATIVE'
      AND (l.media_a = ANY (:around) OR l.media_b = ANY (:around))"""
_OLD = """
    SELECT media_id FROM clew.stack_members WHERE representative_id IN
        (SELECT representative_id FROM clew.stack_members WHERE media_id = ANY (:around))"""
# A job still waiting for a near-duplicate of this media: it will recompute the same stacks, with more in them.
_LATER = """
    SELECT 1 FROM clew.pgqueuer WHERE headers IS NOT NULL AND headers ->> 'about' = ANY (:about)
    AND entrypoint = 'stack' AND status = 'queued' LIMIT 1"""


def stack_later(work: Work, media: uuid.UUID) -> None:
    """Queue the recomputing of the stacks around one media with the caller's transaction."""
    enqueue(work.conn, "stack", {"media": str(media)}, about=_about(media))


def _about(media: uuid.UUID) -> str:
    return f"stack {media}"


def _left_to_another(work: Work, payload: dict[str, Any]) -> bool:
    """Say whether a later job does this one's work: of a thousand near-duplicates arriving, one recomputes them."""
    if "media" not in payload:
        return False
    one = uuid.UUID(payload["media"])
    near = {side for row in work.rows(_NEAR, {"around": [one]}) for side in row}
    return bool(near) and work.first(_LATER, {"about": [_about(each) for each in near]}) is not None


def stack(payload: dict[str, Any]) -> None:
    """Recompute the stacks that one media, or the two sides of one link, belong to."""
    with database().system_work() as work:
        if _left_to_another(work, payload):
            return
    with database().system_work() as work:
        # One at a time: two jobs around the same pictures must not overwrite each other.
        work.rows("SELECT pg_advisory_xact_lock(hashtext('clew stacks'))")
        members, near = _around(work, _start(work, payload))
        placed = stacked(members, near)
        work.write("DELETE FROM clew.stack_members WHERE media_id = ANY (:members)", {"members": list(members)})
        if placed:
            work.write("INSERT INTO clew.stack_members (media_id, representative_id) VALUES (:one, :first)",
                       [{"one": one, "first": first} for one, first in placed.items()])
        work.record(Event("stack", detail={"members": len(placed)}))


def _start(work: Work, payload: dict[str, Any]) -> set[uuid.UUID]:
    if "media" in payload:
        return {uuid.UUID(payload["media"])}
    rows = work.rows("SELECT media_a, media_b FROM clew.links WHERE id = :link", {"link": payload["link"]})
    return {one for row in rows for one in row}


def _around(work: Work, start: set[uuid.UUID]) -> tuple[set[uuid.UUID], dict[uuid.UUID, set[uuid.UUID]]]:
    """Return everything joined to `start`, by links now or by a former stack, and who is near whom."""
    near: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    members, edge = set(start), set(start)
    while edge:
        around = {"around": list(edge)}
        reached = {row.media_id for row in work.rows(_OLD, around)}
        for row in work.rows(_NEAR, around):
            near[row.media_a].add(row.media_b)
            near[row.media_b].add(row.media_a)
            reached |= {row.media_a, row.media_b}
        edge = reached - members
        members |= edge
    return members, near
