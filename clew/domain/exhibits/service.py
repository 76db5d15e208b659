"""Verbs of looking at exhibits: the grid of safe thumbnails, one exhibit, and revealing it on purpose."""

import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from clew.access import sight
from clew.access.verb import event, verb
from clew.domain.cases.service import case_in_sight
from clew.domain.exhibits.arrive import agency_key, arrive, deposit, known_file
from clew.domain.exhibits.exposure import within_limit
from clew.domain.exhibits.heirs import keep_still
from clew.domain.exhibits.model import Exhibit, Page, Shown, Tile
from clew.domain.exhibits.rules import check_path, cursor, read_cursor
from clew.kernel.errors import BadInput, NotFound, Refused
from clew.kernel.ids import CaseId, ExhibitId
from clew.kernel.viewer import Viewer
from clew.store.db import Work
from clew.store.memory import in_memory
from clew.store.vault import vault

# What other nouns need of this one beside the verbs: how bytes become exhibits (the worker brings members of archives).
__all__ = ["agency_key", "arrive", "check_path", "deposit", "exhibit_in_sight", "keep_still", "known_file", "thumbnail_of"]

# Content is shared: what others' opening of it found out is told of no exhibit that was not opened itself, or a viewer
# could tell bytes that are known anywhere from new ones. Size and digests he could take from the file he brought.
_FOUND_OUT = {"kind": "''", "media_type": "''", "width": "0", "height": "0", "duration": "0", "facts": "CAST('{}' AS jsonb)",
              "safe_thumbnail": "NULL"}
_EXHIBIT = f"""
    SELECT e.id, e.case_id, e.media_id, e.path, e.made_at, e.narrowed, e.state, e.refusal, m.size, m.sha256, m.sha1, m.md5,
           {", ".join(f"CASE WHEN e.state = 'imported' THEN m.{name} ELSE {none} END AS {name}"
                      for name, none in _FOUND_OUT.items())},
           {sight.of_own_case("e.case_id")} AS own
    FROM clew.exhibits e JOIN clew.media m ON m.id = e.media_id WHERE {sight.of_exhibit()}"""
_STACKS = "SELECT * FROM clew.stacks_of(:case, :media)"  # over what is in sight alone
# What stands beside one exhibit: its case, which one who was granted it alone does not know; its links; its stack.
_BESIDE = f"""
    SELECT c.reference, a.code, (SELECT l.links FROM clew.linked_exhibits(:case, :exhibits) l) AS links,
           (SELECT s.members FROM clew.stacks_of(:case, :media) s) AS members,
           t.conditions, t.handling
    FROM (VALUES (1)) one LEFT JOIN clew.conditions_of(:exhibit) t ON true
    LEFT JOIN clew.cases c ON c.id = :case AND {sight.of_case()} LEFT JOIN clew.agencies a ON a.id = c.owner_agency_id"""
_AFTER = "(e.made_at, e.id) > (CAST(:made_at AS timestamptz), CAST(:key AS uuid))"
# What the grid shows: which exhibits, and their number, which only the first page tells. Linked ones are asked for
# once, and the page is cut before the content is looked up.
_ONLY = {
    "all": ("", "e.state <> 'refused' AND {after}", "(SELECT n.shown FROM clew.exhibit_counts(:case) n)"),
    "linked": ("WITH linked AS MATERIALIZED (SELECT e.id, e.made_at FROM clew.linked_exhibits(:case) h "
               "JOIN clew.exhibits e ON e.id = h.exhibit_id)",
               "e.id IN (SELECT e.id FROM linked e WHERE {after} ORDER BY e.made_at, e.id LIMIT :limit)",
               "(SELECT count(*) FROM linked)"),
    "refused": ("", "e.state = 'refused' AND {after}", "(SELECT n.refused FROM clew.exhibit_counts(:case) n)")}
ONLY = tuple(_ONLY)


def exhibit_in_sight(work: Work, viewer: Viewer, exhibit_id: ExhibitId) -> Row[Any]:
    """Return the row of an exhibit the viewer knows of. Raises NotFound for missing and hidden alike."""
    row = work.first(f"{_EXHIBIT} AND e.id = :exhibit", {"exhibit": exhibit_id})
    if row is None:
        raise NotFound
    return row


def thumbnail_of(row: Row[Any], viewer: Viewer) -> bytes | None:
    """Return the safe thumbnail, or nothing in the mode without media (kept by the server, not the page)."""
    if viewer.mode == "none" or row.safe_thumbnail is None:
        return None
    return vault().keyring.open_small(bytes(row.safe_thumbnail), f"thumbnail:{row.media_id}")


def _reason(row: Row[Any]) -> str:
    return row.refusal if row.state == "refused" else ""


@verb("list_exhibits", right="read")
def list_exhibits(work: Work, viewer: Viewer, case_id: CaseId, *, only: str = "all", after: str = "",
                  limit: int = 60) -> Page:
    """Show a page of safe thumbnails of a case in sight; one event lists the exhibits shown."""
    if only not in ONLY:
        raise BadInput(f"Show one of: {', '.join(ONLY)}.")
    case_in_sight(work, viewer, case_id)
    size = max(1, min(limit, 500))
    rows = _page(work, case_id, only, after, size + 1)
    tiles = _tiles(work, viewer, case_id, rows[:size])
    work.record(event(viewer, "list_exhibits", case_id=case_id, subject=f"case:{case_id}",
                      detail={"exhibits": [str(tile.id) for tile in tiles]}))
    total = None if after else rows[0].total if rows else 0
    return Page(tiles, total, cursor(rows[size - 1].made_at, str(rows[size - 1].id)) if len(rows) > size else "")


def _page(work: Work, case_id: CaseId, only: str, after: str, limit: int) -> list[Row[Any]]:
    """Return the rows of a page in the order of their arrival; the hits of a case are asked for once."""
    before, where, total = _ONLY[only]
    params: dict[str, Any] = {"case": case_id, "limit": limit}
    if after:
        params["made_at"], params["key"] = read_cursor(after)
        total = "NULL"
    shown = where.format(after=_AFTER if after else "true")
    return work.rows(
        f"{before} SELECT x.*, {total} AS total FROM ({_EXHIBIT} AND e.case_id = :case AND {shown} "
        "ORDER BY e.made_at, e.id LIMIT :limit) x ORDER BY x.made_at, x.id", params)


def _tiles(work: Work, viewer: Viewer, case_id: CaseId, rows: list[Row[Any]]) -> tuple[Tile, ...]:
    linked = _linked(work, case_id, [row.id for row in rows])
    stacks = {row.media_id: row.members for row in work.rows(
        _STACKS, {"case": case_id, "media": list({row.media_id for row in rows})})}
    return tuple(Tile(ExhibitId(row.id), row.path, row.kind, thumbnail_of(row, viewer), linked.get(row.id, 0),
                      stacks.get(row.media_id, 1), row.state, _reason(row)) for row in rows)


def _linked(work: Work, case_id: CaseId, exhibits: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    rows = work.rows("SELECT * FROM clew.linked_exhibits(:case, :exhibits)", {"case": case_id, "exhibits": exhibits})
    return {row.exhibit_id: row.links for row in rows}


@verb("get_exhibit", right="read")
def get_exhibit(work: Work, viewer: Viewer, exhibit_id: ExhibitId) -> Exhibit:
    """Show what is known of one exhibit, without its picture."""
    row = exhibit_in_sight(work, viewer, exhibit_id)
    beside = work.rows(_BESIDE, {"case": row.case_id, "exhibit": exhibit_id, "exhibits": [exhibit_id],
                                "media": [row.media_id]})[0]
    work.record(event(viewer, "get_exhibit", case_id=row.case_id, subject=f"exhibit:{exhibit_id}"))
    return Exhibit(
        exhibit_id, CaseId(row.case_id), beside.reference or "", beside.code or "", row.path, row.kind,
        row.media_type, row.width, row.height, row.duration, row.size, bytes(row.sha256).hex(), bytes(row.sha1).hex(),
        bytes(row.md5).hex(), row.made_at, row.narrowed, row.own, row.state, row.facts, beside.links or 0,
        beside.members or 1, _reason(row), beside.conditions or "", beside.handling or "")


@verb("get_thumbnail", right="read")
def get_thumbnail(work: Work, viewer: Viewer, exhibit_id: ExhibitId) -> bytes | None:
    """Return the safe thumbnail of one exhibit, or nothing where there is none or the mode shows no media."""
    row = exhibit_in_sight(work, viewer, exhibit_id)
    work.record(event(viewer, "get_thumbnail", case_id=row.case_id, subject=f"exhibit:{exhibit_id}"))
    return thumbnail_of(row, viewer)


@verb("get_thumbnails", right="read")
def get_thumbnails(work: Work, viewer: Viewer, exhibit_ids: Sequence[ExhibitId]) -> dict[ExhibitId, Shown]:
    """Show some exhibits as a page lists them, with their safe thumbnails; those out of sight are left out."""
    rows = work.rows(f"{_EXHIBIT} AND e.id = ANY (:exhibits)", {"exhibits": list(exhibit_ids)})
    work.record(event(viewer, "get_thumbnails", detail={"exhibits": [str(row.id) for row in rows]}))
    return {ExhibitId(row.id): Shown(row.path, row.kind, row.width, row.height, row.duration, thumbnail_of(row, viewer))
            for row in rows}


@dataclass(frozen=True, slots=True)
class Looked:
    """One matcher that looked at an exhibit: how many signals, and the best quality of them (0..100)."""

    matcher: str
    version: int
    signals: int
    quality: int | None


@verb("list_signals", right="read")
def list_signals(work: Work, viewer: Viewer, exhibit_id: ExhibitId) -> list[Looked]:
    """Show which matchers have looked at an exhibit; never a hash."""
    row = exhibit_in_sight(work, viewer, exhibit_id)
    work.record(event(viewer, "list_signals", case_id=row.case_id, subject=f"exhibit:{exhibit_id}"))
    return [Looked(one.matcher, one.version, one.signals, one.best_quality) for one in work.rows(
        "SELECT * FROM clew.exhibit_signals(:exhibit)", {"exhibit": exhibit_id})]


@dataclass(frozen=True, slots=True)
class Revealed:
    """Leave to open one exhibit's content now: its object and key, never sent anywhere."""

    exhibit_id: ExhibitId
    kind: str
    object_name: str
    size: int
    data_key: bytes = field(repr=False)
    break_due: bool = False  # many within the hour: a break is suggested, never demanded


@verb("reveal", right="reveal")
def reveal(work: Work, viewer: Viewer, exhibit_id: ExhibitId, *, purpose: str) -> Revealed:
    """Show clear material on purpose. The event is kept before a pixel is opened; limits are the server's."""
    row = exhibit_in_sight(work, viewer, exhibit_id)
    if not 3 <= len(purpose.strip()) <= 500:
        raise BadInput("Say why you reveal this, in 3 to 500 characters.")
    if viewer.mode != "full":
        raise Refused("Your mode shows no clear material. Choose Full under My account, then reveal.")
    if row.state != "imported":
        raise Refused("This file could not be opened safely, so it cannot be shown. Its record says why.")
    seen = within_limit(work, viewer)
    held = work.first("SELECT * FROM clew.exhibit_key(:exhibit)", {"exhibit": exhibit_id})
    if held is None:
        raise NotFound
    work.record(event(viewer, "reveal", case_id=row.case_id, subject=f"exhibit:{exhibit_id}", purpose=purpose.strip()))
    key = agency_key(work, held.agency_id).unwrap(held.object_name, bytes(held.wrapped_key))
    return Revealed(exhibit_id, row.kind, held.object_name, row.size, key, seen.break_due)


def content(revealed: Revealed) -> AbstractContextManager[int]:
    """Lend a descriptor of a revealed exhibit's content, for the sandbox to open. Raises Damaged where it does not open."""
    return in_memory(revealed.object_name, revealed.data_key, revealed.size)
