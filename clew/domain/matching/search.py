"""The job behind a search: open the file, look it up, keep the hits, tell their owners once, forget the file."""

import json
from typing import Any

from sqlalchemy import Row

from clew.domain.exhibits.service import agency_key
from clew.domain.matching.depth import by_matcher, pairs_in_depth
from clew.domain.matching.lookup import pairs
from clew.domain.matching.tools import sandbox
from clew.kernel.errors import Damaged, Refused
from clew.kernel.events import Event
from clew.signals import details, registry
from clew.signals.contract import Signal
from clew.store.db import Work, database
from clew.store.vault import vault

_SEARCH = """
    SELECT s.id, s.officer_id, s.agency_id, s.case_id, s.name, s.sha256, s.object_name, s.wrapped_key, s.state, s.box,
           o.suspended_at IS NOT NULL OR a.cut_off_at IS NOT NULL AS stopped
    FROM clew.searches s JOIN clew.officers o ON o.id = s.officer_id JOIN clew.agencies a ON a.id = o.agency_id
    WHERE s.id = :search"""
# What others' opening of the same content found is no hit of an exhibit that was not opened (or looked at) itself.
_HIT = """
    INSERT INTO clew.search_hits (search_id, exhibit_id, matcher, value, verdict, why, parameters, where_at)
    SELECT :search, e.id, :matcher, :value, :verdict, :why, CAST(:parameters AS jsonb), CAST(:where AS jsonb)
    FROM clew.exhibits e WHERE e.media_id = :media AND e.withdrawn_at IS NULL
      AND (:matcher = 'exact' OR (e.state = 'imported' AND (:matcher IN ('pdq', 'frames') OR e.in_depth)))
    ON CONFLICT DO NOTHING"""
STOPPED = "The officer or his agency was suspended before the search ran."
DAMAGED = "The file was damaged on the node before it was looked at. Search with it again."


def search(payload: dict[str, Any]) -> None:
    """Run one waiting search."""
    with database().system_work() as work:
        row = work.first(_SEARCH, {"search": payload["search"]})
        key = agency_key(work, row.agency_id) if row is not None else None
    if row is None or key is None or row.state != "waiting":
        return
    if row.stopped:
        _end(row, {}, STOPPED)
    else:
        data_key = key.unwrap(row.object_name, bytes(row.wrapped_key))
        try:
            opened = sandbox().open(vault().blobs.read_all(row.object_name, data_key), name_hint=row.name)
            signals = registry.describe(opened) if row.box is None else details.describe_region(opened, tuple(row.box))
            _end(row, by_matcher(signals), "")
        except Refused as refusal:
            _end(row, {}, refusal.message)
        except Damaged:  # it is the only copy
            _end(row, {}, DAMAGED)
    vault().blobs.drop(row.object_name)


def _end(row: Row[Any], signals: dict[str, list[Signal]], refused: str) -> None:
    """Keep what was found, unless the officer was stopped meanwhile: he gets no answer, then or later."""
    with database().system_work() as work:
        now = work.first(f"{_SEARCH} FOR UPDATE OF s", {"search": row.id})
        if now is None or now.state != "waiting":
            return  # its case was erased, or it ran twice
        refused = STOPPED if now.stopped else refused
        work.write("UPDATE clew.searches SET state = :state, reason = :reason, done_at = now() WHERE id = :id",
                   {"state": "refused" if refused else "done", "reason": refused, "id": row.id})
        if not refused:
            _same_bytes(work, row)
            for found in [*pairs(work, signals), *pairs_in_depth(work, signals, alike=True)]:
                score = found.score
                work.write(_HIT, {"search": row.id, "media": found.other, "matcher": found.matcher,
                                  "value": score.value, "verdict": score.verdict, "why": score.why,
                                  "parameters": json.dumps(score.parameters), "where": json.dumps(score.where)})
            _tell_owners(work, row)
        work.record(Event("run_search", officer_id=row.officer_id, agency_id=row.agency_id, case_id=row.case_id,
                          subject=f"search:{row.id}"))


def _same_bytes(work: Work, row: Row[Any]) -> None:
    for media in work.rows("SELECT id FROM clew.media WHERE sha256 = :sha256", {"sha256": bytes(row.sha256)}):
        work.write(_HIT, {"search": row.id, "media": media.id, "matcher": "exact", "value": 1.0, "verdict": "match",
                          "why": "same-bytes", "parameters": "{}", "where": "{}"})


def _tell_owners(work: Work, row: Row[Any]) -> None:
    """Write each hit down on the other side too, once, with what this search's case lets its agency know."""
    for told in work.rows("SELECT * FROM clew.search_told(:search)", {"search": row.id}):
        work.record(Event("search_hit", agency_id=told.agency_id, case_id=told.case_id, owner_agency_id=told.agency_id,
                          subject=f"search:{row.id}", purpose=told.purpose,
                          detail={"by": told.by_agency, "matchers": told.matchers, "exhibits": told.exhibits}))
