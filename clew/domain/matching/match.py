"""The job that looks for pairs of one described file and stores the links, once a pair and matcher."""

import json
import uuid
from typing import Any

from clew.domain.matching.lookup import pairs, signals_of
from clew.domain.matching.rules import Found
from clew.domain.matching.stacks import stack_later
from clew.kernel import ids
from clew.kernel.events import Event
from clew.store.db import Work, database

_FILE = """
    SELECT f.id, e.media_id, f.case_id, f.exhibit_id, k.officer_id, c.owner_agency_id
    FROM clew.files f JOIN clew.exhibits e ON e.id = f.exhibit_id JOIN clew.cases c ON c.id = f.case_id
    JOIN clew.contributions k ON k.id = f.contribution_id WHERE f.id = :file"""
_LINK = """
    INSERT INTO clew.links (id, media_a, media_b, matcher, version, value, verdict, why, parameters, where_at)
    VALUES (:id, :a, :b, :matcher, :version, :value, :verdict, :why, CAST(:parameters AS jsonb), CAST(:where AS jsonb))
    ON CONFLICT DO NOTHING"""


def match(payload: dict[str, Any]) -> None:
    """Match one described file against everything and store what is worth an officer's look.

    Also when its officer was suspended since: what is described is his agency's, and others learn of their hits.
    """
    with database().system_work() as work:
        file = work.first(_FILE, {"file": payload["file"]})
        if file is None:
            return
        media: uuid.UUID = file.media_id
        ours = signals_of(work, [media]).get(media, {})
        found = pairs(work, ours, itself=media)
        new = write_links(work, media, found)
        work.write("UPDATE clew.media SET matched_at = coalesce(matched_at, now()) WHERE id = :media",
                   {"media": media})
        work.write("UPDATE clew.files SET matched = true WHERE id = :file", {"file": file.id})
        if any(one.score.verdict == "match" for one in found) and new:
            stack_later(work, media)
        work.record(Event("match", officer_id=file.officer_id, agency_id=file.owner_agency_id, case_id=file.case_id,
                          owner_agency_id=file.owner_agency_id, subject=f"exhibit:{file.exhibit_id}"))


def write_links(work: Work, media: uuid.UUID, found: list[Found]) -> int:
    """Store links that are not there yet; return how many were new. Side a is the lesser id."""
    return sum(work.changed(_LINK, _row(media, one)) for one in found)


def _row(media: uuid.UUID, found: Found) -> dict[str, Any]:
    flipped = media > found.other
    score = found.score
    where = turned_round(score.where) if flipped else score.where
    return {"id": ids.random(), "a": min(media, found.other), "b": max(media, found.other), "matcher": found.matcher,
            "version": found.version, "value": score.value, "verdict": score.verdict, "why": score.why,
            "parameters": json.dumps(score.parameters), "where": json.dumps(where)}


def turned_round(where: dict[str, Any]) -> dict[str, Any]:
    """Return `where` as told from the other side: segments and boxes change places."""
    other = dict(where)
    if "segments" in where:
        other["segments"] = sorted([c, d, a, b] for a, b, c, d in where["segments"])
    for here, there in (("a_box", "b_box"), ("b_box", "a_box")):
        other.pop(there, None)
        if here in where:
            other[there] = where[here]
    return other
