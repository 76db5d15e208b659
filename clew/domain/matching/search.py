"""The job behind a search: open the file, look it up, keep the hits, tell their owners once, forget the file."""

import json
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from clew.domain.exhibits.service import agency_key
from clew.domain.matching.depth import by_matcher, pairs_in_depth
from clew.domain.matching.lookup import pairs
from clew.domain.matching.tools import sandbox
from clew.kernel.errors import Damaged, Refused
from clew.kernel.events import Event
from clew.media import limits
from clew.media.opened import Opened, Pixels
from clew.signals import details, registry
from clew.signals.contract import Signal
from clew.signals.local import features
from clew.store.db import Work, database
from clew.store.memory import in_memory
from clew.store.vault import vault

_SEARCH = """
    SELECT s.id, s.officer_id, s.agency_id, s.case_id, s.name, s.sha256, s.object_name, s.wrapped_key, s.state, s.box, s.time_s,
           o.suspended_at IS NOT NULL OR a.cut_off_at IS NOT NULL AS stopped
    FROM clew.searches s JOIN clew.officers o ON o.id = s.officer_id JOIN clew.agencies a ON a.id = o.agency_id
    WHERE s.id = :search"""
# What others' opening of the same content found is no hit of an exhibit that was not opened (or looked at) itself.
_HIT = """
    INSERT INTO clew.search_hits (search_id, exhibit_id, matcher, value, verdict, why, parameters, where_at)
    SELECT :search, e.id, :matcher, :value, :verdict, :why, CAST(:parameters AS jsonb), CAST(:where AS jsonb)
    FROM clew.exhibits e WHERE e.media_id = :media AND e.withdrawn_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM clew.searches s WHERE s.id = :search AND s.exhibit_id = e.id)
      AND (:matcher = 'exact' OR (e.state = 'imported' AND (:matcher IN ('pdq', 'frames') OR e.in_depth)))
    ON CONFLICT DO NOTHING"""
STOPPED = "The officer or his agency was suspended before the search ran."
GONE = "The exhibit was withdrawn, or you may no longer know of it. Nothing was searched."
DAMAGED_EXHIBIT = "The stored copy of this file is damaged. Contribute the file again: the new copy takes its place."
DAMAGED = "The file was damaged on the node before it was looked at. Search with it again."


def search(payload: dict[str, Any]) -> None:
    """Run one waiting search."""
    with database().system_work() as work:
        row = work.first(_SEARCH, {"search": payload["search"]})
    if row is None or row.state != "waiting":
        return
    if row.stopped:
        _end(row, {}, STOPPED)
    else:
        try:
            signals, itself = _of_a_file(row) if row.object_name is not None else _of_an_exhibit(row)
            _end(row, by_matcher(signals), "", itself)
        except Refused as refusal:
            _end(row, {}, refusal.message)
        except Damaged:  # of a file it is the only copy
            _end(row, {}, DAMAGED if row.object_name is not None else DAMAGED_EXHIBIT)
    if row.object_name is not None:
        vault().blobs.drop(row.object_name)


def _of_a_file(row: Row[Any]) -> tuple[list[Signal], None]:
    """Open the file that was brought for this search."""
    with database().system_work() as work:
        key = agency_key(work, row.agency_id)
    data_key = key.unwrap(row.object_name, bytes(row.wrapped_key))
    content = vault().blobs.read_all(row.object_name, data_key)
    opened = sandbox().open(content, name_hint=row.name)
    if row.box is None:
        return registry.describe(opened), None
    if opened.kind == "picture":
        return _part(sandbox().render(content, side=side_of(row.box)), row.box), None
    return details.describe_region(opened, tuple(row.box)), None


def _of_an_exhibit(row: Row[Any]) -> tuple[list[Signal], uuid.UUID]:
    """Open the exhibit whose part was marked, if its officer may know of it still, and return its content's id too."""
    with database().system_work() as work:
        held = work.first("SELECT * FROM clew.search_material(:search)", {"search": row.id})
        if held is None:
            raise Refused(GONE)
        key = agency_key(work, held.agency_id)
    with in_memory(held.object_name, key.unwrap(held.object_name, bytes(held.wrapped_key)), held.size) as content:
        return _part(sandbox().render(content, time=row.time_s, side=side_of(row.box)), row.box), held.media_id


def side_of(box: Sequence[float]) -> int:
    """Return how many pixels long the picture is opened, so that its marked part has as many as a matcher looks at.

    A small part of a picture of the usual size says too little to be found (docs/decisions/062).
    """
    return min(limits.RENDER_SIDE, max(limits.PICTURE_SIDE, round(features.SIDE / max(box[2], box[3]))))


def _part(still: Pixels, box: Sequence[float]) -> list[Signal]:
    height, width = still.shape[:2]
    opened = Opened("picture", "image/png", width=width, height=height, picture=still)
    x, y, across, down = box
    return details.describe_region(opened, (x, y, across, down))


def _end(row: Row[Any], signals: dict[str, list[Signal]], refused: str, itself: uuid.UUID | None = None) -> None:
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
            known = () if itself is None else (itself,)
            for found in [*pairs(work, signals), *pairs_in_depth(work, signals, known=known, alike=True)]:
                score = found.score
                work.write(_HIT, {"search": row.id, "media": found.other, "matcher": found.matcher,
                                  "value": score.value, "verdict": score.verdict, "why": score.why,
                                  "parameters": json.dumps(score.parameters), "where": json.dumps(score.where)})
            _tell_owners(work, row)
        work.record(Event("run_search", officer_id=row.officer_id, agency_id=row.agency_id, case_id=row.case_id,
                          subject=f"search:{row.id}"))


def _same_bytes(work: Work, row: Row[Any]) -> None:
    """Keep the exhibits of the same bytes, where a marked part lies in the same place; that which was searched with is none."""
    box = None if row.box is None else [round(share, 4) for share in row.box]
    where = {side: value for side, value in (("a_box", box), ("b_box", box), ("a_time", row.time_s), ("b_time", row.time_s))
             if value is not None}
    for media in work.rows("SELECT id FROM clew.media WHERE sha256 = :sha256", {"sha256": bytes(row.sha256)}):
        work.write(_HIT, {"search": row.id, "media": media.id, "matcher": "exact", "value": 1.0, "verdict": "match",
                          "why": "same-bytes", "parameters": "{}", "where": json.dumps(where)})


def _tell_owners(work: Work, row: Row[Any]) -> None:
    """Write each hit down on the other side too, once, with what this search's case lets its agency know."""
    for told in work.rows("SELECT * FROM clew.search_told(:search)", {"search": row.id}):
        work.record(Event("search_hit", agency_id=told.agency_id, case_id=told.case_id, owner_agency_id=told.agency_id,
                          subject=f"search:{row.id}", purpose=told.purpose,
                          detail={"by": told.by_agency, "matchers": told.matchers, "exhibits": told.exhibits}))
