"""Two exhibits of a link side by side, and judging it."""

import uuid
from collections.abc import Sequence
from typing import Any, cast

from fastapi import Request
from fastapi.responses import Response

from clew.domain.exhibits import service as exhibits
from clew.domain.links import service
from clew.domain.links.model import Answer, Link, LinkView
from clew.kernel.errors import NotFound
from clew.kernel.ids import CaseId, ExhibitId, LinkId
from clew.signals import sides
from clew.signals.sides import Outline, Point
from clew.web.pages import stages
from clew.web.pages.exhibits import REVEALED
from clew.web.pages.forms import OwnForm
from clew.web.pages.frame import Visit, go, visit
from clew.web.pages.parts import asked_of, case_of, name_of, owner, picture, why
from clew.web.views import Agency, CompareView, JudgementRow, PartRow, ScoreRow, Segment, SideView

WAITING = 200  # unjudged links counted for "next"
MOST = 1000  # links of one exhibit among which those with another are looked for


def compare_page(request: Request, link_id: uuid.UUID, stretch: int = 0) -> Response:
    """Show both sides of a link, what every matcher says, and what was judged; of films a chosen shared stretch."""
    with visit(request, "cases", "read") as v:
        found = service.get_link.within(v.work, v.viewer, LinkId(link_id))
        return v.page("links/compare.html", _view(v, str(link_id), found, stretch))


def compare_two(request: Request, exhibit_id: uuid.UUID, other: str = "") -> Response:
    """Show any two exhibits side by side: by the strongest link between them, or by themselves where there is none."""
    with visit(request, "cases", "read") as v:
        left = _side(v, ExhibitId(exhibit_id), None, (), ())
        if not other:
            return go(f"/exhibits/{exhibit_id}")
        try:
            there = ExhibitId(uuid.UUID(other))
        except ValueError:
            raise NotFound from None
        right, case = _side(v, there, None, (), ()), CaseId(uuid.UUID(left.case_id))
        near = service.list_links.within(v.work, v.viewer, case, exhibit_id=ExhibitId(exhibit_id), limit=MOST) if case_of(
            v, case) else []
        link = next((one.link_id for one in near if one.other_exhibit_id == there and one.link_id), None)
        return go(f"/links/{link}") if link else v.page("links/compare.html", CompareView("", left, right, ()))


def _view(v: Visit, link_id: str, found: LinkView, stretch: int) -> CompareView:
    link = found.link
    if link.other_exhibit_id is None:
        raise NotFound
    where = sides.turned_round(link.where) if link.flipped else link.where
    shared, outlines, points = _segments(where), sides.outlines(where), sides.points(where)
    chosen = next((one for one in shared if one.number == stretch), None)
    here, there = _moments(where, chosen or (shared[0] if shared else None))
    left = _side(v, link.exhibit_id, here, [a for a, _ in outlines], [a for a, _ in points])
    right = _side(v, link.other_exhibit_id, there, [b for _, b in outlines], [b for _, b in points])
    waiting = _waiting(v, CaseId(uuid.UUID(left.case_id)), link_id)
    return CompareView(
        link_id, left, right, (_score(v, link), *(_score(v, one, str(one.link_id)) for one in found.beside)), shared,
        tuple(PartRow(stages.label(n), n % stages.TONES, stages.place(v.words, a), stages.place(v.words, b))
              for n, (a, b) in enumerate(outlines)), len(points), chosen.number if chosen else 0,
        tuple(JudgementRow(j.answer, j.officer, j.agency_code, j.made_at, j.reason) for j in found.judgements),
        v.may("judge"), waiting[0] if waiting else "", len(waiting))


def _moments(where: dict[str, Any], stretch: Segment | None) -> tuple[float | None, float | None]:
    """Return the second of each side that is spoken of: the middle of a shared stretch, or that of a still."""
    if stretch is None:
        return where.get("a_time"), where.get("b_time")
    return (stretch.left_start + stretch.left_end) / 2, (stretch.right_start + stretch.right_end) / 2


def _side(v: Visit, exhibit_id: ExhibitId, at: float | None, outlines: Sequence[Outline], points: Sequence[Point]) -> SideView:
    found = exhibits.get_exhibit.within(v.work, v.viewer, exhibit_id)
    case = case_of(v, found.case_id)
    shown = picture(exhibits.get_thumbnail.within(v.work, v.viewer, exhibit_id))
    return SideView(
        str(found.case_id), found.case_reference, str(exhibit_id), name_of(found.path),
        owner(case) if case else Agency(found.agency_code, "", found.agency_code),
        stages.stage(v.words, found.kind, (found.width, found.height), shown, outlines, points), found.duration,
        found.state == "imported" and found.kind in REVEALED and v.may("reveal"), asked_of(found), at)


def _score(v: Visit, link: Link, link_id: str = "") -> ScoreRow:
    return ScoreRow(link.matcher, link.value or 0.0, link.verdict, why(v, link.why, link.parameters, link.where), link_id)


def _segments(where: dict[str, Any]) -> tuple[Segment, ...]:
    """Return the shared stretches in the order of the left side's time."""
    found = sorted([float(time) for time in one] for one in where.get("segments", []))
    return tuple(Segment(start, end, there, there_end, n + 1, n % stages.TONES)
                 for n, (start, end, there, there_end) in enumerate(found))


def _waiting(v: Visit, case_id: CaseId, but: str) -> list[str]:
    found = service.list_links.within(v.work, v.viewer, case_id, unjudged=True, limit=WAITING) if case_of(v, case_id) else []
    return [one for one in dict.fromkeys(str(link.link_id) for link in found if link.link_id) if one != but]


def judge(form: OwnForm, link_id: uuid.UUID) -> Response:
    """Judge a link and stay with it."""
    service.judge(form.viewer, LinkId(link_id), answer=cast(Answer, form["value"]), reason=form["reason"])
    return go(f"/links/{link_id}")
