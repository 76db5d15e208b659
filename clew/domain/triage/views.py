"""Verbs on saved views and on the work queue: selections under a name, and batches that no two officers get at once."""

import json
from collections.abc import Mapping
from typing import Any

from clew.access import sight
from clew.access.verb import event, verb
from clew.domain.cases.service import case_in_sight
from clew.domain.triage.model import Opened, SavedView
from clew.domain.triage.rules import plain, read_selection
from clew.domain.triage.service import found, let_go
from clew.kernel import ids
from clew.kernel.errors import BadInput, NotFound
from clew.kernel.ids import CaseId, SavedViewId, SelectionId
from clew.kernel.viewer import Viewer
from clew.store.db import Work

MINUTES = 60
"""How long handed-out files are in one's hands."""
LARGEST = 500
_VIEWS = """
    SELECT v.id, v.name, v.asked, v.shared, v.officer_id = :me AS own FROM clew.saved_views v
    WHERE v.case_id = :case AND (v.officer_id = :me OR (v.shared AND v.agency_id = :agency)) ORDER BY v.name, v.id LIMIT 200"""
_AHEAD = 50
"""Candidates looked at for each file of a batch: those before may be in others' hands."""


@verb("save_view", right="read")
def save_view(work: Work, viewer: Viewer, case_id: CaseId, *, name: str, asked: Mapping[str, Any],
              shared: bool = False) -> SavedView:
    """Keep a selection under a name, for oneself or shared with the colleagues who know the case."""
    case_in_sight(work, viewer, case_id)
    if not 1 <= len(name.strip()) <= 80 or not name.isprintable():
        raise BadInput("A view has a name of 1 to 80 characters.")
    said, view_id = plain(read_selection(asked)), SavedViewId(ids.random())
    work.write("INSERT INTO clew.saved_views (id, officer_id, agency_id, case_id, name, asked, shared) VALUES "
               "(:id, :me, :agency, :case, :name, CAST(:asked AS jsonb), :shared)",
               {"id": view_id, "me": viewer.officer_id, "agency": viewer.agency_id, "case": case_id, "name": name.strip(),
                "asked": json.dumps(said), "shared": shared})
    work.record(event(viewer, "save_view", case_id=case_id, subject=f"case:{case_id}", detail={"asked": said, "shared": shared}))
    return SavedView(view_id, name.strip(), said, True, shared)


@verb("list_views", right="read")
def list_views(work: Work, viewer: Viewer, case_id: CaseId) -> list[SavedView]:
    """List the saved views of a case: one's own, and those colleagues share."""
    case_in_sight(work, viewer, case_id)
    rows = work.rows(_VIEWS, {"case": case_id, "me": viewer.officer_id, "agency": viewer.agency_id})
    work.record(event(viewer, "list_views", case_id=case_id, subject=f"case:{case_id}"))
    return [SavedView(SavedViewId(row.id), row.name, row.asked, row.own, row.shared) for row in rows]


@verb("drop_view", right="read")
def drop_view(work: Work, viewer: Viewer, view_id: SavedViewId) -> None:
    """Forget one of one's own saved views."""
    row = work.first(f"SELECT v.case_id FROM clew.saved_views v WHERE v.id = :id AND v.officer_id = :me "
                     f"AND {sight.of_case('v.case_id')}", {"id": view_id, "me": viewer.officer_id})
    if row is None:
        raise NotFound
    work.write("DELETE FROM clew.saved_views WHERE id = :id", {"id": view_id})
    work.record(event(viewer, "drop_view", case_id=row.case_id, subject=f"case:{row.case_id}"))


@verb("next_batch", right="categorise")
def next_batch(work: Work, viewer: Viewer, case_id: CaseId, *, asked: Mapping[str, Any], most: int = 60) -> Opened:
    """Take the next uncategorised files of a selection into one's hands: no colleague gets the same ones for an hour.

    The batch is a selection of its own, as large as what is left allows.
    """
    case_in_sight(work, viewer, case_id)
    selection, batch = read_selection(asked), SelectionId(ids.random())
    begun, values = found(work, viewer, case_id, selection)
    wanted, ahead = max(1, min(most, LARGEST)), 0
    got: list[int] = []
    while len(got) < wanted:
        rows = work.rows(f"{begun} SELECT number FROM found ORDER BY place OFFSET :ahead LIMIT :look",
                         {**values, "ahead": ahead, "look": _AHEAD * wanted})
        got += [row[0] for row in work.write("SELECT clew.hand_out(:case, CAST(:numbers AS int[]), :most, :minutes)", {
            "case": case_id, "numbers": [row.number for row in rows], "most": wanted - len(got), "minutes": MINUTES})]
        ahead += len(rows)
        if len(rows) < _AHEAD * wanted:
            break
    work.write("INSERT INTO clew.selections (id, officer_id, case_id, asked, members, total) VALUES "
               "(:id, :me, :case, CAST(:said AS jsonb), CAST(:got AS int[]), :total)",
               {"id": batch, "me": viewer.officer_id, "case": case_id, "said": json.dumps(plain(selection)), "got": got,
                "total": len(got)})
    let_go(work, viewer)
    work.record(event(viewer, "next_batch", case_id=case_id, subject=f"case:{case_id}", detail={"exhibits": len(got)}))
    return Opened(batch, case_id, len(got))
