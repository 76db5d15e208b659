"""The grid of safe thumbnails, and one exhibit."""

import uuid
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from clew.domain.cases import service as cases
from clew.domain.exhibits import service
from clew.domain.exhibits.model import Exhibit, Tile
from clew.domain.links import service as links
from clew.domain.triage import acts
from clew.kernel.ids import CaseId, ExhibitId
from clew.signals import exact
from clew.web.pages.frame import Visit, visit
from clew.web.pages.parts import asked_of, case_of, link_row, name_of, owner, picture
from clew.web.pages.sharing import sharing_view
from clew.web.pages.stages import stage
from clew.web.views import Agency, ChangeRow, ExhibitView, GridView, SignalRow, StageView, TileView

PAGE = 60
LINKS = 50
REVEALED = ("picture", "film")


def grid_page(request: Request, case_id: uuid.UUID, shown: str = "all", after: str = "") -> Response:
    """Show a page of safe thumbnails; none of them in the mode without media."""
    shown = shown if shown in service.ONLY else "all"
    with visit(request, "cases", "read") as v:
        case = cases.get_case.within(v.work, v.viewer, CaseId(case_id))
        page = service.list_exhibits.within(v.work, v.viewer, case.id, only=shown, after=after, limit=PAGE)
        return v.page("exhibits/grid.html", GridView(
            str(case.id), case.reference, shown, tuple(_tile(v, tile) for tile in page.tiles), page.total, page.after,
            not after, max(0, case.exhibits - page.total) if shown == "all" and page.total is not None else 0))


def _tile(v: Visit, tile: Tile) -> TileView:
    return TileView(str(tile.id), tile.path, tile.kind, tile.state, tile.links, tile.stack, picture(tile.thumbnail),
                    v.words.reason(tile.reason))


def exhibit_page(request: Request, exhibit_id: uuid.UUID) -> Response:
    """Show one exhibit with its signals, links and facts."""
    with visit(request, "cases", "read") as v:
        found = service.get_exhibit.within(v.work, v.viewer, ExhibitId(exhibit_id))
        acts.note_seen.within(v.work, v.viewer, found.id)
        return v.page("exhibits/exhibit.html", _view(v, found))


def _view(v: Visit, found: Exhibit) -> ExhibitView:
    case = case_of(v, found.case_id)
    thumbnail = service.get_thumbnail.within(v.work, v.viewer, found.id) if found.state == "imported" else None
    signals = tuple(SignalRow(s.matcher, s.version, s.signals, s.quality)
                    for s in service.list_signals.within(v.work, v.viewer, found.id) if s.matcher != exact.NAME)
    near = links.list_links.within(v.work, v.viewer, found.case_id, exhibit_id=found.id, limit=LINKS) if case else []
    return ExhibitView(
        str(found.id), str(found.case_id), found.case_reference,
        owner(case) if case else Agency(found.agency_code, "", found.agency_code), name_of(found.path), found.path,
        found.kind, found.media_type, found.state, v.words.reason(found.reason), found.size, found.made_at,
        (("SHA-256", found.sha256), ("SHA-1", found.sha1), ("MD5", found.md5)), found.width, found.height,
        found.duration, _facts(found.facts), signals, tuple(link_row(v, one) for one in near), found.stack,
        picture(thumbnail), found.state == "imported" and found.kind in REVEALED and v.may("reveal"),
        asked_of(found), sharing_view(v, found), _part(v, found, picture(thumbnail)), _changes(v, found.id))


def _part(v: Visit, found: Exhibit, shown: str) -> StageView | None:
    """Return what a part is marked on, where there is a picture and the officer may search."""
    if found.state != "imported" or found.kind not in REVEALED or not v.may("search"):
        return None
    return stage(v.words, found.kind, (found.width, found.height), shown)


def _changes(v: Visit, exhibit_id: ExhibitId) -> tuple[ChangeRow, ...]:
    return tuple(ChangeRow(one.made_at, one.agency_code, one.officer, one.profile, "" if one.code is None else
                           f"{one.code} {v.words.named('category', one.label)}")
                 for one in acts.list_changes.within(v.work, v.viewer, exhibit_id))


def _facts(facts: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in facts.items() if str(value))
