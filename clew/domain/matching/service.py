"""Verbs of searching with a file that is not stored as an exhibit."""

from typing import Any

from sqlalchemy import Row

from clew.access.paging import after_place, page
from clew.access.release import released
from clew.access.verb import event, verb
from clew.domain.cases.service import case_in_sight
from clew.domain.exhibits.service import agency_key
from clew.domain.matching.model import Search, SearchHit
from clew.domain.matching.rules import check_box
from clew.kernel import ids
from clew.kernel.errors import BadInput, NotFound, TooMany
from clew.kernel.ids import CaseId, SearchId
from clew.kernel.settings import settings
from clew.kernel.viewer import Viewer
from clew.store.blobs import Stored
from clew.store.db import Work
from clew.store.jobs import enqueue

_EARLIER = "AND (made_at, id) < (CAST(:made_at AS timestamptz), CAST(:after AS uuid))"


@verb("search", right="search")
def search(work: Work, viewer: Viewer, case_id: CaseId, *, purpose: str, name: str, stored: Stored,
           box: tuple[float, float, float, float] | None = None) -> SearchId:
    """Search everything with a file, under a case and a purpose; the file is forgotten when the search is done.

    `box` (x, y, width, height in shares of the picture) marks the part that is looked for in other pictures and films.
    """
    case_in_sight(work, viewer, case_id)
    if not 3 <= len(purpose.strip()) <= 500:
        raise BadInput("Say why you search, in 3 to 500 characters.")
    check_box(box)
    _check_limit(work, viewer)
    search_id = SearchId(ids.random())
    key = agency_key(work, viewer.agency_id).wrap(stored.object_name, stored.data_key)
    work.write(
        "INSERT INTO clew.searches (id, officer_id, agency_id, case_id, purpose, name, sha256, object_name, "
        "wrapped_key, box) VALUES (:id, :me, :agency, :case, :purpose, :name, :sha256, :object, :key, :box)",
        {"id": search_id, "me": viewer.officer_id, "agency": viewer.agency_id, "case": case_id,
         "purpose": purpose.strip(), "name": name[:300], "sha256": stored.sha256, "object": stored.object_name,
         "key": key, "box": None if box is None else list(box)})
    enqueue(work.conn, "search", {"search": str(search_id)}, priority=2)
    work.record(event(viewer, "search", case_id=case_id, subject=f"search:{search_id}", purpose=purpose.strip()))
    return search_id


def _check_limit(work: Work, viewer: Viewer) -> None:
    """Refuse more searches an hour than honest work needs (probing), by officer and by agency."""
    made = work.first("SELECT own, agency FROM clew.searches_this_hour()")
    if made is not None and made.own >= settings().search_limit:
        raise TooMany(f"You have made {made.own} searches within an hour, the most allowed. Go on in an hour.")
    if made is not None and made.agency >= settings().agency_search_limit:
        raise TooMany("Your agency has made as many searches as are allowed within an hour. Go on in an hour.")


@verb("get_search", right="search")
def get_search(work: Work, viewer: Viewer, search_id: SearchId) -> Search:
    """Show a search of one's own and what it found, each hit as far as its owner allows."""
    row = work.first("SELECT id, case_id, name, purpose, state, reason, made_at FROM clew.searches "
                     "WHERE id = :id AND officer_id = :me", {"id": search_id, "me": viewer.officer_id})
    if row is None:
        raise NotFound
    case_in_sight(work, viewer, CaseId(row.case_id))
    found = work.rows("SELECT * FROM clew.search_results(:id) ORDER BY level, value DESC NULLS LAST, reference",
                      {"id": search_id}) if row.state == "done" else []
    work.record(event(viewer, "get_search", case_id=row.case_id, subject=f"search:{search_id}"))
    return Search(SearchId(row.id), CaseId(row.case_id), row.name, row.purpose, row.state, row.reason, row.made_at,
                  tuple(_hit(one) for one in found))


@verb("list_searches", right="search")
def list_searches(work: Work, viewer: Viewer, case_id: CaseId, *, after: SearchId | None = None,
                  limit: int = 100) -> list[Search]:
    """List one's own searches under a case, newest first; go on `after` the last."""
    case_in_sight(work, viewer, case_id)
    place = after_place(work, "SELECT made_at FROM clew.searches WHERE id = :after", after)
    rows = work.rows("SELECT id, case_id, name, purpose, state, reason, made_at FROM clew.searches "
                     f"WHERE officer_id = :me AND case_id = :case {_EARLIER if place else ''} "
                     "ORDER BY made_at DESC, id DESC LIMIT :limit",
                     {"me": viewer.officer_id, "case": case_id, "limit": page(limit), **place})
    work.record(event(viewer, "list_searches", case_id=case_id, subject=f"case:{case_id}"))
    return [Search(SearchId(row.id), CaseId(row.case_id), row.name, row.purpose, row.state, row.reason, row.made_at)
            for row in rows]


def _hit(found: Row[Any]) -> SearchHit:
    row = released(found._asdict())
    return SearchHit(
        row["level"], row["exhibit_id"] if row["level"] == "audience" else None, row["case_id"], row["agency_code"],
        row["agency_name"], row["country"], row["reference"], row["contact"], row["since"], row["matcher"], row["value"],
        row["band"], row["verdict"], row["why"] or "", row["parameters"], row["where_at"])
