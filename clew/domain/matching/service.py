"""Verbs of searching: with a file that is not stored as an exhibit, or with a marked part of one that is."""

from typing import Any

from sqlalchemy import Row

from clew.access import sight
from clew.access.paging import after_place, page
from clew.access.release import released
from clew.access.verb import event, verb
from clew.domain.cases.service import case_in_sight
from clew.domain.exhibits.service import agency_key, exhibit_in_sight
from clew.domain.matching.model import Search, SearchHit
from clew.domain.matching.rules import Box, check_box, still_at
from clew.kernel import ids
from clew.kernel.errors import BadInput, NotFound, Refused, TooMany
from clew.kernel.ids import CaseId, ExhibitId, SearchId
from clew.kernel.settings import settings
from clew.kernel.viewer import Viewer
from clew.store.blobs import Stored
from clew.store.db import Work
from clew.store.jobs import enqueue

# A search from an exhibit bears its name and leads back to it for as long as its officer knows of it.
_SEARCH = f"""
    SELECT s.id, s.case_id, coalesce(e.path, s.name) AS name, s.purpose, s.state, s.reason, s.made_at, s.box, s.time_s,
           e.id AS exhibit_id
    FROM clew.searches s LEFT JOIN clew.exhibits e ON e.id = s.exhibit_id AND {sight.of_exhibit()}"""
_EARLIER = "AND (s.made_at, s.id) < (CAST(:made_at AS timestamptz), CAST(:after AS uuid))"


@verb("search", right="search")
def search(work: Work, viewer: Viewer, case_id: CaseId, *, purpose: str, name: str, stored: Stored,
           box: Box | None = None) -> SearchId:
    """Search everything with a file, under a case and a purpose; the file is forgotten when the search is done.

    `box` (x, y, width, height in shares of the picture) marks the part that is looked for in other pictures and films.
    """
    _check(work, viewer, case_id, purpose)
    check_box(box)
    key = agency_key(work, viewer.agency_id).wrap(stored.object_name, stored.data_key)
    search_id = _begin(work, viewer, case_id, purpose, name=name[:300], sha256=stored.sha256, object=stored.object_name,
                       key=key, box=None if box is None else list(box))
    work.record(event(viewer, "search", case_id=case_id, subject=f"search:{search_id}", purpose=purpose.strip()))
    return search_id


@verb("search_exhibit", right="search")
def search_exhibit(work: Work, viewer: Viewer, exhibit_id: ExhibitId, *, purpose: str, box: Box, time: float | None = None,
                   case_id: CaseId | None = None) -> SearchId:
    """Search everything for a marked part of a stored exhibit, of a film at a second, under a case and a purpose.

    Only of an exhibit whose content the viewer may open; nothing of it is copied or shown. Without a case it is searched
    under the exhibit's own. `box` is x, y, width, height in shares of the picture.
    """
    row = exhibit_in_sight(work, viewer, exhibit_id)
    under = CaseId(row.case_id) if case_id is None else case_id
    _check(work, viewer, under, purpose)
    check_box(box)
    at = still_at(row.kind, row.duration, time)
    if row.state != "imported":
        raise Refused("This file could not be opened safely, so it cannot be searched with. Its record says why.")
    if work.first("SELECT 1 FROM clew.exhibit_key(:exhibit)", {"exhibit": exhibit_id}) is None:
        raise NotFound
    # Its name is not kept beside the search: who no longer knows the exhibit is not told it again.
    search_id = _begin(work, viewer, under, purpose, name="", sha256=bytes(row.sha256), box=list(box), exhibit=exhibit_id,
                       time=at)
    work.record(event(viewer, "search_exhibit", case_id=under, subject=f"search:{search_id}", purpose=purpose.strip(),
                      detail={"exhibit": str(exhibit_id), "of_case": str(row.case_id), "box": list(box), "time": at}))
    return search_id


def _check(work: Work, viewer: Viewer, case_id: CaseId, purpose: str) -> None:
    case_in_sight(work, viewer, case_id)
    if not 3 <= len(purpose.strip()) <= 500:
        raise BadInput("Say why you search, in 3 to 500 characters.")
    _check_limit(work, viewer)


def _begin(work: Work, viewer: Viewer, case_id: CaseId, purpose: str, **searched: Any) -> SearchId:
    """Write a search down and queue its job; `searched`: what it is made with, the rest is empty."""
    search_id = SearchId(ids.random())
    work.write(
        "INSERT INTO clew.searches (id, officer_id, agency_id, case_id, purpose, name, sha256, object_name, wrapped_key, "
        "box, exhibit_id, time_s) VALUES (:id, :me, :agency, :case, :purpose, :name, :sha256, :object, :key, :box, :exhibit, "
        ":time)",
        {"object": None, "key": None, "exhibit": None, "time": None, **searched, "id": search_id, "me": viewer.officer_id,
         "agency": viewer.agency_id, "case": case_id, "purpose": purpose.strip()})
    enqueue(work.conn, "search", {"search": str(search_id)}, priority=2)
    return search_id


def _check_limit(work: Work, viewer: Viewer) -> None:
    """Refuse more searches an hour than honest work needs (probing), by officer and by agency."""
    # One at a time for an agency: several at once would each find room.
    work.rows("SELECT pg_advisory_xact_lock(hashtextextended(:whose, 0))", {"whose": f"clew searches {viewer.agency_id}"})
    made = work.first("SELECT own, agency FROM clew.searches_this_hour()")
    if made is not None and made.own >= settings().search_limit:
        raise TooMany(f"You have made {made.own} searches within an hour, the most allowed. Go on in an hour.")
    if made is not None and made.agency >= settings().agency_search_limit:
        raise TooMany("Your agency has made as many searches as are allowed within an hour. Go on in an hour.")


@verb("get_search", right="search")
def get_search(work: Work, viewer: Viewer, search_id: SearchId) -> Search:
    """Show a search of one's own and what it found, each hit as far as its owner allows."""
    row = work.first(f"{_SEARCH} WHERE s.id = :id AND s.officer_id = :me", {"id": search_id, "me": viewer.officer_id})
    if row is None:
        raise NotFound
    case_in_sight(work, viewer, CaseId(row.case_id))
    found = work.rows("SELECT * FROM clew.search_results(:id) ORDER BY level, value DESC NULLS LAST, reference",
                      {"id": search_id}) if row.state == "done" else []
    work.record(event(viewer, "get_search", case_id=row.case_id, subject=f"search:{search_id}"))
    return _search(row, tuple(_hit(one) for one in found))


@verb("list_searches", right="search")
def list_searches(work: Work, viewer: Viewer, case_id: CaseId, *, after: SearchId | None = None,
                  limit: int = 100) -> list[Search]:
    """List one's own searches under a case, newest first; go on `after` the last."""
    case_in_sight(work, viewer, case_id)
    place = after_place(work, "SELECT made_at FROM clew.searches WHERE id = :after", after)
    rows = work.rows(f"{_SEARCH} WHERE s.officer_id = :me AND s.case_id = :case {_EARLIER if place else ''} "
                     "ORDER BY s.made_at DESC, s.id DESC LIMIT :limit",
                     {"me": viewer.officer_id, "case": case_id, "limit": page(limit), **place})
    work.record(event(viewer, "list_searches", case_id=case_id, subject=f"case:{case_id}"))
    return [_search(row) for row in rows]


def _search(row: Row[Any], hits: tuple[SearchHit, ...] = ()) -> Search:
    known = None if row.exhibit_id is None else ExhibitId(row.exhibit_id)
    x, y, width, height = (round(share, 4) for share in row.box or (0, 0, 0, 0))
    return Search(SearchId(row.id), CaseId(row.case_id), row.name, row.purpose, row.state, row.reason, row.made_at, hits,
                  known, None if row.box is None else (x, y, width, height), None if row.time_s is None else round(row.time_s, 2))


def _hit(found: Row[Any]) -> SearchHit:
    row = released(found._asdict())
    return SearchHit(
        row["level"], row["exhibit_id"] if row["level"] == "audience" else None, row["case_id"], row["agency_code"],
        row["agency_name"], row["country"], row["reference"], row["contact"], row["since"], row["matcher"], row["value"],
        row["band"], row["verdict"], row["why"] or "", row["parameters"], row["where_at"])
