"""Verbs that say what exhibits are: categorise many at once, undo, redo. The worker goes on with long acts."""

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from clew.access import sight
from clew.access.verb import event, verb
from clew.domain.cases.service import case_in_sight
from clew.domain.exhibits.service import exhibit_in_sight
from clew.domain.triage.model import Act, Change
from clew.domain.triage.profiles import decided
from clew.domain.triage.service import selection_of
from clew.kernel import ids
from clew.kernel.errors import BadInput, NotFound
from clew.kernel.ids import ActId, CaseId, ExhibitId, ProfileId, SelectionId
from clew.kernel.viewer import Viewer
from clew.store.db import Work
from clew.store.jobs import enqueue

AT_ONCE = 500
"""Exhibits of an act that is done within its request; the worker does longer ones, step by step."""
NAMED = 200
"""Exhibits an event names one by one; of longer acts it names the number and a hash of them."""
RANGES = 5_000
_BEGIN = """
    INSERT INTO clew.acts (id, case_id, officer_id, agency_id, verb, of_act, profile_id, code, targets, total)
    SELECT :id, :case, :me, :agency, :verb, CAST(:of AS uuid), CAST(:profile AS uuid), CAST(:code AS smallint), t.targets,
           cardinality(t.targets) FROM ({targets}) t RETURNING total"""
# The places of a selection, as ranges; or exhibits by their ids. With `stacks` all that stand with them come along.
_PLACES = ("SELECT m.number FROM clew.selections s, unnest(CAST(:lows AS int[]), CAST(:highs AS int[])) r(low, high), "
           "unnest(s.members[r.low\\:r.high]) m(number) WHERE s.id = :selection AND s.officer_id = :me AND s.case_id = :case")
_NAMED = ("SELECT f.number FROM clew.exhibit_facts f WHERE f.exhibit_id = ANY (:exhibits) AND f.case_id = :case "
          f"AND {sight.of_facts()}")
_TARGETS = "SELECT coalesce(array_agg(p.number), '{{}}') AS targets FROM (SELECT DISTINCT n.number FROM ({picked}) n) p"
_WITH_STACKS = f"""
    SELECT p.number FROM ({{picked}}) p UNION
    SELECT x.number FROM (SELECT DISTINCT coalesce(f.stack, f.number) AS head FROM ({{picked}}) p
                          JOIN clew.exhibit_facts f ON f.number = p.number WHERE {sight.of_facts()}) h
    JOIN clew.exhibit_facts l ON l.number = h.head AND {sight.of_facts('l')}
    JOIN LATERAL (SELECT l.number UNION ALL SELECT f.number FROM clew.exhibit_facts f
                  WHERE f.stack = h.head AND {sight.of_facts()}) x ON true"""
_ACT = f"""SELECT a.id, a.case_id, a.verb, a.profile_id, a.code, a.total, a.done, a.changed, a.state, a.undone, a.made_at
    FROM clew.acts a WHERE a.officer_id = :me AND {sight.of_case("a.case_id")}"""
# Undo takes the newest act that stands; redo the oldest undone one after it: a new act ends what could be done again.
_UNDO = "AND a.verb = 'categorise' AND NOT a.undone ORDER BY a.made_at DESC LIMIT 1"
_REDO = """AND a.verb = 'categorise' AND a.undone AND a.made_at > coalesce((SELECT max(b.made_at) FROM clew.acts b
    WHERE b.officer_id = :me AND b.case_id = :case AND b.verb = 'categorise' AND NOT b.undone), '-infinity')
    ORDER BY a.made_at LIMIT 1"""
_SAME = "SELECT a.targets FROM clew.acts a WHERE a.id = :of"


def _act(row: Row[Any]) -> Act:
    profile = None if row.profile_id is None else ProfileId(row.profile_id)
    return Act(ActId(row.id), CaseId(row.case_id), row.verb, profile, row.code, row.total, row.done, row.changed, row.state,
               row.undone, row.made_at)


def _own_act(work: Work, viewer: Viewer, act_id: ActId) -> Act:
    row = work.first(f"{_ACT} AND a.id = :act", {"me": viewer.officer_id, "act": act_id})
    if row is None:
        raise NotFound
    return _act(row)


def _begin(work: Work, viewer: Viewer, case_id: CaseId, name: str, targets: str, **values: Any) -> Act:
    """Write an act down and do it, or leave it to the worker where it is long."""
    act_id = ActId(ids.ordered())
    total = work.write(_BEGIN.format(targets=targets), {
        "of": None, "profile": None, "code": None, **values, "id": act_id, "case": case_id, "me": viewer.officer_id,
        "agency": viewer.agency_id, "verb": name})[0].total
    if total > AT_ONCE:
        enqueue(work.conn, "act", {"act": str(act_id)}, priority=2)
    else:
        work.write("SELECT * FROM clew.go_on(:act, :most)", {"act": act_id, "most": max(1, total)})
    return _own_act(work, viewer, act_id)


def _ranges(places: Sequence[tuple[int, int]]) -> dict[str, Any]:
    if not places or len(places) > RANGES or any(not 0 <= low <= high < 2**31 - 1 for low, high in places):
        raise BadInput("Choose at least one exhibit first.")
    return {"lows": [low + 1 for low, _ in places], "highs": [high + 1 for _, high in places]}


def _picked(work: Work, viewer: Viewer, case_id: CaseId, selection_id: SelectionId | None, places: Sequence[tuple[int, int]],
            exhibits: Sequence[ExhibitId]) -> tuple[str, dict[str, Any]]:
    """Return the statement of the numbers that are meant. Raises NotFound where one is not in sight, or of another case."""
    if selection_id is not None:
        if selection_of(work, viewer, selection_id).case_id != case_id:
            raise NotFound
        return _PLACES, {"selection": selection_id, **_ranges(places)}
    if not 1 <= len(set(exhibits)) <= NAMED:
        raise BadInput(f"Name 1 to {NAMED} exhibits, or open a selection for more.")
    values = {"exhibits": list(set(exhibits)), "case": case_id}
    if work.value(f"SELECT count(*) FROM ({_NAMED}) n", values) != len(set(exhibits)):
        raise NotFound
    return _NAMED, values


@verb("categorise", right="categorise")
def categorise(work: Work, viewer: Viewer, case_id: CaseId, *, profile_id: ProfileId, code: int,
               selection_id: SelectionId | None = None, places: Sequence[tuple[int, int]] = (),
               exhibits: Sequence[ExhibitId] = (), stacks: bool = False) -> Act:
    """Say which category exhibits have for one's own agency: places of an open selection, or a few exhibits by name.

    `stacks`: all near-copies in sight follow. A code that means "not categorised" takes the category back.
    """
    case_in_sight(work, viewer, case_id)
    profile, meant = decided(work, viewer, profile_id, code)
    picked, values = _picked(work, viewer, case_id, selection_id, places, exhibits)
    if stacks:
        picked = _WITH_STACKS.format(picked=picked)
    act = _begin(work, viewer, case_id, "categorise", _TARGETS.format(picked=picked), profile=profile, code=meant, **values)
    work.record(event(viewer, "categorise", case_id=case_id, subject=f"act:{act.id}",
                      detail={"profile": profile_id, "code": code, **_meant(work, act)}))
    return act


def _meant(work: Work, act: Act) -> dict[str, Any]:
    """Return which exhibits an act means: named, or their number and the hash of their ids in order."""
    rows = work.rows("SELECT f.exhibit_id FROM clew.acts a JOIN clew.exhibit_facts f ON f.number = ANY (a.targets) "
                     "WHERE a.id = :act ORDER BY f.exhibit_id", {"act": act.id})
    found: list[uuid.UUID] = [row.exhibit_id for row in rows]
    if len(found) <= NAMED:
        return {"exhibits": [str(one) for one in found]}
    return {"number": len(found), "sha256": hashlib.sha256(b"".join(one.bytes for one in found)).hexdigest()}


def _turn(work: Work, viewer: Viewer, case_id: CaseId, name: str, which: str) -> Act | None:
    case_in_sight(work, viewer, case_id)
    row = work.first(f"{_ACT} AND a.case_id = :case {which}", {"me": viewer.officer_id, "case": case_id})
    if row is None:
        work.record(event(viewer, name, case_id=case_id, subject=f"case:{case_id}", detail={"nothing": True}))
        return None
    work.write("UPDATE clew.acts SET undone = :undone WHERE id = :of", {"of": row.id, "undone": name == "undo"})
    act = _begin(work, viewer, case_id, name, _SAME, of=row.id)
    work.record(event(viewer, name, case_id=case_id, subject=f"act:{act.id}", detail={"of": row.id, "exhibits": act.total}))
    return act


@verb("undo", right="categorise")
def undo(work: Work, viewer: Viewer, case_id: CaseId) -> Act | None:
    """Take back one's own newest act in a case, wherever nobody has decided anew since; None where nothing is left."""
    return _turn(work, viewer, case_id, "undo", _UNDO)


@verb("redo", right="categorise")
def redo(work: Work, viewer: Viewer, case_id: CaseId) -> Act | None:
    """Do again what one undid last in a case; None where nothing is left."""
    return _turn(work, viewer, case_id, "redo", _REDO)


@verb("get_act", right="read")
def get_act(work: Work, viewer: Viewer, act_id: ActId) -> Act:
    """Show how far one's own act is."""
    act = _own_act(work, viewer, act_id)
    work.record(event(viewer, "get_act", case_id=act.case_id, subject=f"act:{act_id}"))
    return act


@verb("list_changes", right="read")
def list_changes(work: Work, viewer: Viewer, exhibit_id: ExhibitId) -> list[Change]:
    """List every change of an exhibit's category, the newest first."""
    row = exhibit_in_sight(work, viewer, exhibit_id)
    found = work.rows("SELECT * FROM clew.category_history(:exhibit) LIMIT 1000", {"exhibit": exhibit_id})
    work.record(event(viewer, "list_changes", case_id=row.case_id, subject=f"exhibit:{exhibit_id}"))
    return [Change(one.made_at, one.agency_code, one.officer, one.profile or "", one.code, one.label or "", one.verb)
            for one in found]


@verb("note_seen", right="read")
def note_seen(work: Work, viewer: Viewer, exhibit_id: ExhibitId) -> None:
    """Note that one has opened an exhibit; nobody else is told."""
    row = exhibit_in_sight(work, viewer, exhibit_id)
    work.write("INSERT INTO clew.seen (officer_id, exhibit_id, case_id) VALUES (:me, :exhibit, :case) ON CONFLICT DO NOTHING",
               {"me": viewer.officer_id, "exhibit": exhibit_id, "case": row.case_id})
    work.record(event(viewer, "note_seen", case_id=row.case_id, subject=f"exhibit:{exhibit_id}"))
