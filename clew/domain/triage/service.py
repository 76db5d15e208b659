"""Verbs of looking through a case: open a selection, its tiles and its facets. Nothing moves while an officer works."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from clew.access import sight
from clew.access.verb import event, verb
from clew.domain.cases.service import case_in_sight
from clew.domain.exhibits.service import exhibit_in_sight, thumbnail_of
from clew.domain.triage.model import Facets, Marked, Opened, Said, Selection, Tile
from clew.domain.triage.priorities import rules_of
from clew.domain.triage.rules import WORDS, add_up, by_priority, conditions, ordered, plain, read_selection
from clew.kernel import ids
from clew.kernel.errors import NotFound
from clew.kernel.ids import CaseId, ExhibitId, ProfileId, SelectionId
from clew.kernel.viewer import Viewer
from clew.store.db import Work

PAGE = 200
"""Tiles told at once: one event lists them."""
KEPT = 12
"""Selections of an officer that are kept; opening one more lets go of the oldest."""
# What a selection is made from: the facts in sight, the own agency's category, what the officer has seen. A stack is folded
# onto its first where that is in the selection, onto the first of it that is where it is not; one whose first the viewer
# may not know of is no stack to him.
_FOUND = f"""
    WITH found AS MATERIALIZED (
        SELECT f.number, row_number() OVER (ORDER BY {{order}}f.number) AS place, CASE WHEN f.stack IS NOT NULL AND EXISTS (
               SELECT 1 FROM clew.exhibit_facts x WHERE x.number = f.stack AND {sight.of_facts('x')}) THEN f.stack END AS stack
        FROM clew.exhibit_facts f LEFT JOIN clew.categories c ON c.exhibit_id = f.exhibit_id AND c.agency_id = :agency
        LEFT JOIN clew.seen s ON s.exhibit_id = f.exhibit_id AND s.officer_id = :me AND s.case_id = :case {{joined}}
        WHERE f.case_id = :case AND {sight.of_facts()} AND {{asked}}
    )"""
_FOLDED = """, shown AS (
        SELECT number, place FROM found WHERE stack IS NULL
        UNION ALL SELECT * FROM (SELECT DISTINCT ON (x.stack) x.number, x.place FROM found x WHERE x.stack IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM found l WHERE l.number = x.stack) ORDER BY x.stack, x.place) first
    )"""
_KEEP = """
    INSERT INTO clew.selections (id, officer_id, case_id, asked, members, total)
    SELECT :id, :me, :case, CAST(:said AS jsonb), n.members, cardinality(n.members)
    FROM ({found} SELECT coalesce(array_agg(number ORDER BY place), '{{}}') AS members FROM {shown}) n RETURNING total"""
_JOINED = {"camera": "LEFT JOIN clew.case_words w ON w.case_id = f.case_id AND w.field = 'camera' "
                     "AND w.number = ((f.cube >> 30) & 4095)",
           "likeness": "LEFT JOIN clew.likeness_to(:like) k ON k.number = f.number"}
_SELECTION = f"""
    SELECT s.id, s.case_id, s.total, s.members[CAST(:low AS int)\\:CAST(:high AS int)] AS members FROM clew.selections s
    WHERE s.id = :selection AND s.officer_id = :me AND {sight.of_case("s.case_id")}"""
_TILES = f"""
    SELECT u.place, coalesce(f.stack, f.number) AS head, f.taken_at, f.duration, f.size, e.id, e.media_id, e.path, e.state,
           e.refusal,
           CASE WHEN e.state = 'imported' THEN m.kind ELSE '' END AS kind,
           CASE WHEN e.state = 'imported' THEN m.safe_thumbnail END AS safe_thumbnail,
           EXISTS (SELECT 1 FROM clew.seen s WHERE s.officer_id = :me AND s.case_id = e.case_id AND s.exhibit_id = e.id) AS seen
    FROM unnest(CAST(:numbers AS int[])) WITH ORDINALITY u(number, place) JOIN clew.exhibit_facts f ON f.number = u.number
    JOIN clew.exhibits e ON e.id = f.exhibit_id JOIN clew.media m ON m.id = e.media_id
    WHERE {sight.of_exhibit()} ORDER BY u.place"""
_STACKS = f"""
    SELECT f.stack, count(*) + 1 AS members FROM clew.exhibit_facts f JOIN clew.exhibit_facts l ON l.number = f.stack
    WHERE f.stack = ANY (:heads) AND {sight.of_facts()} AND {sight.of_facts('l')} GROUP BY f.stack"""
_MARKED = f"""
    SELECT u.place, c.profile_id, c.code, l.label FROM unnest(CAST(:numbers AS int[])) WITH ORDINALITY u(number, place)
    JOIN clew.exhibit_facts f ON f.number = u.number AND {sight.of_facts()}
    LEFT JOIN clew.categories c ON c.exhibit_id = f.exhibit_id AND c.agency_id = :agency
    LEFT JOIN clew.profile_codes l ON l.profile_id = c.profile_id AND l.code = c.code ORDER BY u.place"""
_WORDS = "SELECT w.field, w.number, w.word FROM clew.case_words w WHERE w.case_id = :case"


@verb("open_selection", right="read")
def open_selection(work: Work, viewer: Viewer, case_id: CaseId, *, asked: Mapping[str, Any]) -> Opened:
    """Open a selection of a case's exhibits in an order: what is in sight now, and stays in its place from now on."""
    case_in_sight(work, viewer, case_id)
    selection = read_selection(asked)
    if selection.like is not None and exhibit_in_sight(work, viewer, ExhibitId(selection.like)).case_id != case_id:
        raise NotFound
    opened = keep(work, viewer, case_id, selection)
    work.record(event(viewer, "open_selection", case_id=case_id, subject=f"case:{case_id}",
                      detail={"asked": plain(selection), "exhibits": opened.total}))
    return opened


def found(work: Work, viewer: Viewer, case_id: CaseId, selection: Selection) -> tuple[str, dict[str, Any]]:
    """Return the statement's beginning that finds a selection's exhibits as `found` (number, place, stack), and its values."""
    priority, more = by_priority(rules_of(work, viewer)) if selection.order == "priority" else ("0", {})
    said, given = conditions(selection)
    order = "".join(f"{one}, " for one in ordered(selection, priority))
    values = {"case": case_id, "me": viewer.officer_id, "agency": viewer.agency_id, "like": selection.like, **given, **more}
    return _FOUND.format(order=order, joined=_JOINED.get(selection.order, ""), asked=said), values


def keep(work: Work, viewer: Viewer, case_id: CaseId, selection: Selection) -> Opened:
    """Keep a selection as it stands now; the officer's oldest ones go."""
    begun, values = found(work, viewer, case_id, selection)
    kept = SelectionId(ids.random())
    statement = _KEEP.format(found=begun + (_FOLDED if selection.folded else ""), shown="shown" if selection.folded else "found")
    total = work.write(statement, values | {"id": kept, "said": json.dumps(plain(selection))})[0].total
    let_go(work, viewer)
    return Opened(kept, case_id, total)


def let_go(work: Work, viewer: Viewer) -> None:
    """Forget all but the newest selections of an officer."""
    work.write("DELETE FROM clew.selections WHERE officer_id = :me AND id NOT IN (SELECT s.id FROM clew.selections s "
               "WHERE s.officer_id = :me ORDER BY s.made_at DESC LIMIT :kept)", {"me": viewer.officer_id, "kept": KEPT})


def selection_of(work: Work, viewer: Viewer, selection_id: SelectionId, start: int = 0, count: int = 0) -> Row[Any]:
    """Return an own selection of a case in sight with the members at some of its places. Raises NotFound."""
    row = work.first(_SELECTION, {"selection": selection_id, "me": viewer.officer_id, "low": start + 1, "high": start + count})
    if row is None:
        raise NotFound
    return row


@verb("get_selection", right="read")
def get_selection(work: Work, viewer: Viewer, selection_id: SelectionId) -> Opened:
    """Show how many places an own open selection has."""
    held = selection_of(work, viewer, selection_id)
    work.record(event(viewer, "get_selection", case_id=held.case_id, subject=f"case:{held.case_id}"))
    return Opened(selection_id, CaseId(held.case_id), held.total)


@verb("show_tiles", right="read")
def show_tiles(work: Work, viewer: Viewer, selection_id: SelectionId, *, start: int = 0, count: int = 60,
               decided: bool = False) -> list[Tile]:
    """Show the safe thumbnails at some places of a selection; one event lists them. What went out of sight is left out.

    What one's own agency has decided comes without its thumbnail, unless `decided` asks for it: fewer exposures.
    """
    low = max(0, start)
    held = selection_of(work, viewer, selection_id, low, min(max(1, count), PAGE))
    rows = work.rows(_TILES, {"numbers": held.members, "me": viewer.officer_id})
    tiles = _tiles(work, viewer, held.case_id, low, rows, decided)
    work.record(event(viewer, "show_tiles", case_id=held.case_id, subject=f"case:{held.case_id}",
                      detail={"exhibits": [str(tile.id) for tile in tiles], "decided": decided}))
    return tiles


def _tiles(work: Work, viewer: Viewer, case_id: uuid.UUID, start: int, rows: list[Row[Any]], decided: bool) -> list[Tile]:
    shown = [row.id for row in rows]
    links = {row.exhibit_id: row.links for row in work.rows(
        "SELECT * FROM clew.linked_exhibits(:case, :exhibits)", {"case": case_id, "exhibits": shown})}
    stacks = {row.stack: row.members for row in work.rows(_STACKS, {"heads": list({row.head for row in rows})})}
    said: dict[uuid.UUID, list[Said]] = {}
    for one in work.rows("SELECT * FROM clew.categories_told(:exhibits)", {"exhibits": shown}):
        said.setdefault(one.exhibit_id, []).append(
            Said(one.agency_code, one.own, ProfileId(one.profile_id), one.profile, one.code, one.label))
    covered = {one for one, all_of_it in said.items() if not decided and any(told.own for told in all_of_it)}
    return [Tile(start + row.place - 1, ExhibitId(row.id), row.path, row.kind, row.state,
                 row.refusal if row.state == "refused" else "", row.size, row.duration, row.taken_at,
                 None if row.id in covered else thumbnail_of(row, viewer), row.id in covered,
                 links.get(row.id, 0), stacks.get(row.head, 1), row.seen, tuple(said.get(row.id, ()))) for row in rows]


@verb("show_categories", right="read")
def show_categories(work: Work, viewer: Viewer, selection_id: SelectionId, *, start: int = 0, count: int = 60) -> list[Marked]:
    """Show what one's own agency says of the exhibits at some places of a selection, without a picture."""
    low = max(0, start)
    held = selection_of(work, viewer, selection_id, low, min(max(1, count), 5 * PAGE))
    rows = work.rows(_MARKED, {"numbers": held.members, "agency": viewer.agency_id})
    work.record(event(viewer, "show_categories", case_id=held.case_id, subject=f"case:{held.case_id}"))
    return [Marked(low + row.place - 1, row.profile_id, row.code, row.label or "") for row in rows]


@verb("count_facets", right="read")
def count_facets(work: Work, viewer: Viewer, case_id: CaseId, *, asked: Mapping[str, Any], links: bool = False) -> Facets:
    """Count what a selection could be narrowed by, over what is in sight alone; linked ones only when asked for.

    Exhibits named one by one (`only`, `without`) are counted as if they were not: a selection's own total tells of them.
    """
    case = case_in_sight(work, viewer, case_id)
    selection = read_selection(asked)
    links = links or selection.linked is not None
    rows = [(row.part, row.cube, "" if row.profile_id is None else f"{row.profile_id}:{row.code}", row.marks, row.exhibits)
            for row in work.rows("SELECT * FROM clew.counted(:case, :links)", {"case": case_id, "links": links})]
    words: dict[str, dict[int, str]] = {name: {} for name in WORDS}
    for row in work.rows(_WORDS, {"case": case_id}):
        words[row.field][row.number] = row.word
    work.record(event(viewer, "count_facets", case_id=case_id, subject=f"case:{case_id}"))
    return add_up(selection, rows, words, stacks=case.own, links=links)
