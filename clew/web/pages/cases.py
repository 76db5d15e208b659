"""My cases, and one case: what is known elsewhere, what came in, and who may know of it."""

import uuid

from fastapi import Request
from fastapi.responses import Response

from clew.domain.cases import service
from clew.domain.cases.model import Case
from clew.domain.links import service as links
from clew.domain.links.model import Link, Overlap
from clew.kernel.errors import BadInput, Conflict
from clew.kernel.ids import CaseId
from clew.web.pages.contributions import contributions_page
from clew.web.pages.forms import OwnForm
from clew.web.pages.frame import Visit, go, visit
from clew.web.pages.parts import link_row, owner, place
from clew.web.pages.policies import policy_in_words
from clew.web.views import Agency, CaseRow, CasesView, CaseView, LinksView, OverlapRow

MOST = 1000  # links looked at for one page of a case
PAGE = 100
CASES = 200  # on one page


def cases_page(request: Request, after: str = "") -> Response:
    """Show a page of the cases in sight."""
    return _cases(request, CasesView(()), after=after)


def _cases(request: Request, typed: CasesView, *, after: str = "", error: str = "", status: int = 200) -> Response:
    last = place(after)
    with visit(request, "cases", "read") as v:
        found = service.list_cases.within(v.work, v.viewer, after=None if last is None else CaseId(last), limit=CASES)
        rows = tuple(CaseRow(str(c.id), c.reference, c.title, owner(c), c.own, c.exhibits, c.made_at, c.expires)
                     for c in found)
        view = CasesView(rows, v.may("open_case"), typed.reference, typed.title, typed.contact,
                         str(found[-1].id) if len(found) == CASES else "")
        return v.page("cases/list.html", view, error=error, status=status)


def open_case(request: Request, form: OwnForm) -> Response:
    """Open a case and go to it."""
    try:
        case = service.open_case(form.viewer, form["reference"], title=form["title"].strip(),
                                 contact=form["contact"].strip())
    except (BadInput, Conflict) as wrong:
        typed = CasesView((), True, form["reference"], form["title"], form["contact"])
        return _cases(request, typed, error=wrong.message, status=wrong.status)
    return go(f"/cases/{case.id}")


def case_page(request: Request, case_id: uuid.UUID, after: str = "") -> Response:
    """Show one case, with a page of its contributions."""
    with visit(request, "cases", "read") as v:
        case = service.get_case.within(v.work, v.viewer, CaseId(case_id))
        known = links.overlap.within(v.work, v.viewer, case.id)
        open_links = links.list_links.within(v.work, v.viewer, case.id, unjudged=True, limit=MOST)
        return v.page("cases/case.html", _case_view(v, case, known, open_links, after))


def _case_view(v: Visit, case: Case, known: list[Overlap], open_links: list[Link], after: str) -> CaseView:
    unjudged = list(dict.fromkeys(str(one.link_id) for one in open_links if one.link_id))
    came, following = contributions_page(v, case.id, after) if case.own else ((), "")
    return CaseView(
        str(case.id), case.reference, case.title, owner(case), case.own, case.made_at, case.exhibits, len(unjudged),
        came, tuple(_overlap(one, open_links) for one in known if one.level != "asked"),
        tuple(one.handle for one in known if one.level == "asked" and one.may_disclose),
        policy_in_words(v, case.id, owner(case)) if case.managed and v.may("set_policy") else None,
        case.conditions, case.handling, case.own and v.may("contribute"), unjudged[0] if unjudged else "",
        after, following, tuple(one.handle for one in known if one.level == "asked" and not one.may_disclose))


def _overlap(known: Overlap, open_links: list[Link]) -> OverlapRow:
    first = next((str(one.link_id) for one in open_links
                  if one.link_id and one.other_case_id and one.other_case_id == known.other_case_id), "")
    if known.since is None:
        raise ValueError("a hit whose owner is named has a date")
    return OverlapRow(
        known.level, Agency(known.agency_code, known.country, known.agency_name), known.reference, known.contact,
        known.since, known.matchers, known.band, known.exhibits, str(known.other_case_id or ""), first,
        known.handle if known.may_disclose else "")


def links_page(request: Request, case_id: uuid.UUID, shown: str = "all", after: str = "") -> Response:
    """Show the links of a case, strongest first."""
    with visit(request, "cases", "read") as v:
        case = service.get_case.within(v.work, v.viewer, CaseId(case_id))
        found = links.list_links.within(v.work, v.viewer, case.id, unjudged=shown == "unjudged", after=after[:300],
                                        limit=PAGE)
        rows = tuple(link_row(v, one) for one in found)
        return v.page("links/list.html", LinksView(
            str(case.id), case.reference, "unjudged" if shown == "unjudged" else "all", rows,
            found[-1].place if len(found) == PAGE else ""))


def disclose(form: OwnForm, case_id: uuid.UUID) -> Response:
    """Disclose one's case to the other side of a hit."""
    try:
        handle = uuid.UUID(form["handle"])
    except ValueError:
        raise BadInput("This page is out of date. Reload it and try again.") from None
    links.disclose(form.viewer, CaseId(case_id), handle=handle)
    return go(f"/cases/{case_id}")
