"""Search with one file or with a marked part of an exhibit: the forms, earlier searches, and the answer."""

import uuid
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from clew.domain.cases import service as cases
from clew.domain.exhibits import service as exhibits
from clew.domain.exhibits.model import Shown
from clew.domain.matching import service
from clew.domain.matching.model import Search, SearchHit
from clew.kernel.errors import BadInput, NotFound
from clew.kernel.ids import CaseId, ExhibitId, SearchId
from clew.signals import sides
from clew.signals.sides import Outline
from clew.web.pages import parts, stages
from clew.web.pages.forms import OwnForm
from clew.web.pages.frame import Visit, go, visit
from clew.web.views import Agency, Choice, SearchesView, SearchRow, SearchView, StageView
from clew.web.views import SearchHit as HitRow

PAGE = 50  # earlier searches
DRAWN = 100  # hits of one search shown with their thumbnail
PLACED = {"b_quad", "b_quads", "b_box"}  # what of `where` says in which part of the other side


def search_page(request: Request, case: str = "", after: str = "") -> Response:
    """Show the search form, and one's earlier searches under the chosen case."""
    last = parts.place(after)
    with visit(request, "search", "search") as v:
        found = parts.every_case(v)
        chosen = next((c for c in found if str(c.id) == case), found[0] if found else None)
        choices = tuple(Choice(str(c.id), f"{c.reference} {c.title}".strip(), c is chosen) for c in found)
        earlier = service.list_searches.within(v.work, v.viewer, chosen.id, limit=PAGE,
                                               after=None if last is None else SearchId(last)) if chosen else []
        rows = tuple(SearchRow(str(s.id), s.made_at, parts.name_of(s.name), s.purpose, s.state, s.box is not None)
                     for s in earlier)
        return v.page("searches/search.html", SearchesView(
            choices, chosen.reference if chosen else "", rows, str(chosen.id) if chosen else "",
            rows[-1].id if len(rows) == PAGE else ""))


def answer_page(request: Request, search_id: uuid.UUID) -> Response:
    """Show what a search found."""
    with visit(request, "search", "search") as v:
        return v.page("searches/result.html", _view(v, service.get_search.within(v.work, v.viewer, SearchId(search_id))))


def search_part(form: OwnForm, exhibit_id: uuid.UUID) -> Response:
    """Search with a marked part of an exhibit and go to the answer."""
    case = cases.find_case(form.viewer, form["case"].strip()) if form["case"].strip() else None
    made = service.search_exhibit(
        form.viewer, ExhibitId(exhibit_id), purpose=form["purpose"], box=_box(form), time=_number(form["time"]),
        case_id=None if case is None else case.id)
    return go(f"/search/{made}")


def _box(form: OwnForm) -> tuple[float, float, float, float]:
    """Return the part a form marks, in shares; the form is in percent, as people say it."""
    given = [_number(form[name]) for name in ("left", "top", "width", "height")]
    left, top, width, height = (0.0 if one is None else one / 100 for one in given)
    return left, top, width, height


def _number(given: str) -> float | None:
    """Return a number of a form; nothing for an empty field. Raises BadInput for what is none."""
    try:
        return float(given) if given.strip() else None
    except ValueError:
        raise BadInput("A place is a number: shares in percent, moments in seconds.") from None


def _view(v: Visit, found: Search) -> SearchView:
    case = parts.case_of(v, CaseId(found.case_id))
    if case is None:
        raise NotFound
    drawn = dict.fromkeys(hit.exhibit_id for hit in found.hits if hit.exhibit_id is not None)
    wanted = [*([found.exhibit_id] if found.exhibit_id else []), *list(drawn)[:DRAWN]]
    shown = exhibits.get_thumbnails.within(v.work, v.viewer, wanted) if wanted else {}
    view = SearchView(str(found.id), found.made_at, parts.name_of(found.name), str(found.case_id), case.reference, found.purpose,
                      found.state, v.words.reason(found.reason), tuple(_hit(v, hit, shown) for hit in found.hits))
    itself = None if found.exhibit_id is None else shown.get(found.exhibit_id)
    return view if itself is None else replace(view, **_marked(v, found, itself))


def _marked(v: Visit, found: Search, itself: Shown) -> dict[str, Any]:
    """Return what a search from an exhibit shows of it: the part that was marked, and the way back to it."""
    outlines = [a for a, _ in sides.outlines({"a_box": found.box})] if found.box else []
    place = {"box": ",".join(f"{share:g}" for share in found.box or ())}
    place |= {} if found.time is None else {"at": f"{found.time:g}"}
    return {"stage": _stage(v, itself, outlines), "moment": found.time,
            "back": f"/exhibits/{found.exhibit_id}?{urlencode(place, safe=',')}#part",
            "marked": stages.place(v.words, outlines[0]) if outlines else ""}


def _hit(v: Visit, hit: SearchHit, shown: dict[ExhibitId, Shown]) -> HitRow:
    of = None if hit.exhibit_id is None else shown.get(hit.exhibit_id)
    outlines = [theirs for _, theirs in sides.outlines(hit.where)] if hit.where.keys() & PLACED else []
    return HitRow(
        hit.level, Agency(hit.agency_code, hit.country, hit.agency_name), hit.reference, hit.contact, hit.since,
        hit.matcher, hit.band, parts.why(v, hit.why, hit.parameters, hit.where), str(hit.case_id or ""),
        str(hit.exhibit_id or ""), parts.name_of(of.path) if of else "", _stage(v, of, outlines) if of else None,
        hit.where.get("b_time"))


def _stage(v: Visit, of: Shown, outlines: list[Outline]) -> StageView:
    return stages.stage(v.words, of.kind, (of.width, of.height), parts.picture(of.thumbnail), outlines)
