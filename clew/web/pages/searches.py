"""Search with one file: the form, earlier searches, and the answer."""

import uuid

from fastapi import Request
from fastapi.responses import Response

from clew.domain.matching import service
from clew.domain.matching.model import Search, SearchHit
from clew.kernel.errors import NotFound
from clew.kernel.ids import CaseId, SearchId
from clew.web.pages import parts
from clew.web.pages.frame import Visit, visit
from clew.web.views import Agency, Choice, SearchesView, SearchRow, SearchView
from clew.web.views import SearchHit as HitRow

PAGE = 50  # earlier searches


def search_page(request: Request, case: str = "", after: str = "") -> Response:
    """Show the search form, and one's earlier searches under the chosen case."""
    last = parts.place(after)
    with visit(request, "search", "search") as v:
        found = parts.every_case(v)
        chosen = next((c for c in found if str(c.id) == case), found[0] if found else None)
        choices = tuple(Choice(str(c.id), f"{c.reference} {c.title}".strip(), c is chosen) for c in found)
        earlier = service.list_searches.within(v.work, v.viewer, chosen.id, limit=PAGE,
                                               after=None if last is None else SearchId(last)) if chosen else []
        rows = tuple(SearchRow(str(s.id), s.made_at, s.name, s.purpose, s.state) for s in earlier)
        return v.page("searches/search.html", SearchesView(
            choices, chosen.reference if chosen else "", rows, str(chosen.id) if chosen else "",
            rows[-1].id if len(rows) == PAGE else ""))


def answer_page(request: Request, search_id: uuid.UUID) -> Response:
    """Show what a search found."""
    with visit(request, "search", "search") as v:
        return v.page("searches/result.html", _view(v, service.get_search.within(v.work, v.viewer, SearchId(search_id))))


def _view(v: Visit, found: Search) -> SearchView:
    case = parts.case_of(v, CaseId(found.case_id))
    if case is None:
        raise NotFound
    return SearchView(str(found.id), found.made_at, found.name, str(found.case_id), case.reference, found.purpose,
                      found.state, v.words.reason(found.reason), tuple(_hit(v, hit) for hit in found.hits))


def _hit(v: Visit, hit: SearchHit) -> HitRow:
    return HitRow(
        hit.level, Agency(hit.agency_code, hit.country, hit.agency_name), hit.reference, hit.contact, hit.since,
        hit.matcher, hit.band, parts.why(v, hit.why, hit.parameters, hit.where), str(hit.case_id or ""),
        str(hit.exhibit_id or ""))
