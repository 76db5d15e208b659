"""Two exhibits of a link side by side, and judging it."""

import uuid
from typing import Any, cast

from fastapi import Request
from fastapi.responses import Response

from clew.domain.exhibits import service as exhibits
from clew.domain.links import service
from clew.domain.links.model import Answer, Link, LinkView
from clew.kernel.errors import NotFound
from clew.kernel.ids import CaseId, ExhibitId, LinkId
from clew.web.pages.exhibits import REVEALED
from clew.web.pages.forms import OwnForm
from clew.web.pages.frame import Visit, go, visit
from clew.web.pages.parts import case_of, name_of, owner, picture, why
from clew.web.views import Agency, CompareView, JudgementRow, ScoreRow, Segment, SideView

WAITING = 200  # unjudged links counted for "next"


def compare_page(request: Request, link_id: uuid.UUID) -> Response:
    """Show both sides of a link, what the matcher says, and what was judged."""
    with visit(request, "cases", "read") as v:
        found = service.get_link.within(v.work, v.viewer, LinkId(link_id))
        return v.page("links/compare.html", _view(v, str(link_id), found))


def _view(v: Visit, link_id: str, found: LinkView) -> CompareView:
    link = found.link
    if link.other_exhibit_id is None:
        raise NotFound
    ours, theirs = ("b", "a") if link.flipped else ("a", "b")
    shared = _segments(link)
    left = _side(v, link.exhibit_id, link.where.get(f"{ours}_time", shared[0].left_start if shared else None))
    right = _side(v, link.other_exhibit_id, link.where.get(f"{theirs}_time", shared[0].right_start if shared else None))
    waiting = _waiting(v, CaseId(uuid.UUID(left.case_id)), link_id)
    return CompareView(
        link_id, left, right, (_score(v, link),), shared,
        tuple(JudgementRow(j.answer, j.officer, j.agency_code, j.made_at, j.reason) for j in found.judgements),
        v.may("judge"), waiting[0] if waiting else "", len(waiting))


def _side(v: Visit, exhibit_id: ExhibitId, at: Any) -> SideView:
    found = exhibits.get_exhibit.within(v.work, v.viewer, exhibit_id)
    case = case_of(v, found.case_id)
    shown = exhibits.get_thumbnail.within(v.work, v.viewer, exhibit_id)
    return SideView(
        str(found.case_id), found.case_reference, str(exhibit_id), name_of(found.path),
        owner(case) if case else Agency(found.agency_code, "", found.agency_code), found.kind, found.duration,
        picture(shown), found.state == "imported" and found.kind in REVEALED and v.may("reveal"),
        case.conditions if case else "", at)


def _score(v: Visit, link: Link) -> ScoreRow:
    return ScoreRow(link.matcher, link.value or 0.0, link.verdict, why(v, link.why, link.parameters, link.where))


def _segments(link: Link) -> tuple[Segment, ...]:
    found = [tuple(float(time) for time in one) for one in link.where.get("segments", [])]
    turned = [(c, d, a, b) if link.flipped else (a, b, c, d) for a, b, c, d in found]
    return tuple(Segment(*one) for one in sorted(turned))


def _waiting(v: Visit, case_id: CaseId, but: str) -> list[str]:
    found = service.list_links.within(v.work, v.viewer, case_id, unjudged=True, limit=WAITING) if case_of(v, case_id) else []
    return [one for one in dict.fromkeys(str(link.link_id) for link in found if link.link_id) if one != but]


def judge(form: OwnForm, link_id: uuid.UUID) -> Response:
    """Judge a link and stay with it."""
    service.judge(form.viewer, LinkId(link_id), answer=cast(Answer, form["value"]), reason=form["reason"])
    return go(f"/links/{link_id}")
