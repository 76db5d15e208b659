"""Verbs on the record of events, and which rows the record binds."""

import datetime
import uuid
from dataclasses import dataclass

from clew.access.paging import after_place, page
from clew.access.verb import event, verb
from clew.kernel.viewer import Viewer
from clew.store.db import Work


def _bound(table: str) -> str:
    return f"SELECT id, clew.row_hash('{table}', id) AS hash FROM clew.{table}"


AUDITED = {table: _bound(table) for table in ("agencies", "officers", "cases", "judgements")}
_EARLIER = "AND (e.at, e.id) < (CAST(:at AS timestamptz), CAST(:after AS uuid))"


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event as an administrator or auditor reads it; `seq` is its number in the signed log."""

    id: uuid.UUID
    at: datetime.datetime
    verb: str
    agency_code: str
    officer: str
    case_id: uuid.UUID | None
    subject: str
    purpose: str
    seq: int | None


@verb("list_events", right="read_events")
def list_events(work: Work, viewer: Viewer, *, verb_name: str = "", officer: str = "",
                before: datetime.datetime | None = None, after: uuid.UUID | None = None,
                limit: int = 100) -> list[EventLine]:
    """Show events, newest first: one's own agency's to its administrator, all to an auditor; go on `after` the last.

    `before` leaves out what happened at that moment or later.
    """
    place = after_place(work, "SELECT at FROM clew.events WHERE id = :after", after)
    rows = work.rows(
        # A search's hit is an event of the agency that was hit; by whom, it is told as far as the other side allows.
        "SELECT e.id, e.at, e.verb, CASE e.verb WHEN 'search_hit' THEN e.payload #>> '{detail,by}' ELSE a.code END "
        "AS code, o.login, e.officer_id, e.case_id, e.subject, e.purpose, e.seq "
        "FROM clew.events e LEFT JOIN clew.agencies a ON a.id = e.agency_id "
        "LEFT JOIN clew.officers o ON o.id = e.officer_id "
        "WHERE (:verb = '' OR e.verb = :verb) AND (:officer = '' OR o.login = :officer) "
        f"AND (CAST(:before AS timestamptz) IS NULL OR e.at < :before) {_EARLIER if place else ''} "
        "ORDER BY e.at DESC, e.id DESC LIMIT :limit",
        {"verb": verb_name, "officer": officer, "before": before, "limit": page(limit), **place})
    work.record(event(viewer, "list_events", detail={"shown": len(rows)}))
    return [EventLine(row.id, row.at, row.verb, row.code or "", row.login or str(row.officer_id or ""), row.case_id,
                      row.subject, row.purpose, row.seq) for row in rows]
