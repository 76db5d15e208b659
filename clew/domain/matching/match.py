"""The job that makes one described file known to all it is near: pictures to their stack, films by links, once a pair."""

import json
import uuid
from typing import Any

from sqlalchemy import Row

from clew.domain.matching.lookup import compared, films, pairs, signals_of
from clew.domain.matching.rules import Found
from clew.domain.matching.stacks import pictures_of, stack
from clew.kernel import ids
from clew.kernel.events import Event
from clew.signals.sides import turned_round
from clew.store.db import Work, database

_FILE = """
    SELECT f.id, e.media_id, f.case_id, f.exhibit_id, k.officer_id, c.owner_agency_id
    FROM clew.files f JOIN clew.exhibits e ON e.id = f.exhibit_id JOIN clew.cases c ON c.id = f.case_id
    JOIN clew.contributions k ON k.id = f.contribution_id WHERE f.id = :file"""
_LINK = """
    INSERT INTO clew.links (id, media_a, media_b, matcher, version, value, verdict, why, parameters, where_at)
    VALUES (:id, :a, :b, :matcher, :version, :value, :verdict, :why, CAST(:parameters AS jsonb), CAST(:where AS jsonb))
    ON CONFLICT (media_a, media_b, matcher) DO UPDATE SET version = EXCLUDED.version, value = EXCLUDED.value,
        verdict = EXCLUDED.verdict, why = EXCLUDED.why, parameters = EXCLUDED.parameters, where_at = EXCLUDED.where_at
    WHERE links.version < EXCLUDED.version"""


def match(payload: dict[str, Any]) -> None:
    """Match one described file against everything and store what is worth an officer's look.

    Also when its officer was suspended since: what is described is his agency's, and others learn of their hits.
    """
    shown: set[uuid.UUID] | None = None
    with database().system_work() as work:
        file = work.first(_FILE, {"file": payload["file"]})
        if file is None:
            return
        if hashes := pictures_of(work, file.media_id):
            shown = films(work, stack(work, file.media_id, hashes))
            if not shown:
                _end(work, file)
                return
            # Films are compared in a transaction of their own: the stacks are held until this one ends.
            work.record(Event("stack", detail={"films": len(shown)}))
    with database().system_work() as work:
        ours = signals_of(work, [file.media_id]).get(file.media_id, {})
        found = pairs(work, ours, itself=file.media_id) if shown is None else compared(work, ours, shown)
        write_links(work, file.media_id, found)
        _end(work, file)


def _end(work: Work, file: Row[Any]) -> None:
    work.write("UPDATE clew.media SET matched_at = coalesce(matched_at, now()) WHERE id = :media",
               {"media": file.media_id})
    work.write("UPDATE clew.exhibits SET compared = true WHERE id = :exhibit", {"exhibit": file.exhibit_id})
    work.write("UPDATE clew.files SET matched = true, reason = '' WHERE id = :file", {"file": file.id})
    work.record(Event("match", officer_id=file.officer_id, agency_id=file.owner_agency_id, case_id=file.case_id,
                      owner_agency_id=file.owner_agency_id, subject=f"exhibit:{file.exhibit_id}"))


def write_links(work: Work, media: uuid.UUID, found: list[Found]) -> int:
    """Store links that are not there yet; return how many were new. Side a is the lesser id."""
    return sum(work.changed(_LINK, _row(media, one)) for one in found)


def _row(media: uuid.UUID, found: Found) -> dict[str, Any]:
    flipped = media > found.other and not found.ordered
    score = found.score
    where = turned_round(score.where) if flipped else score.where
    return {"id": ids.random(), "a": min(media, found.other), "b": max(media, found.other), "matcher": found.matcher,
            "version": found.version, "value": score.value, "verdict": score.verdict, "why": score.why,
            "parameters": json.dumps(score.parameters), "where": json.dumps(where)}
