"""Verbs on what comes first: an agency's ordered list of rules, and what each takes of a case. Every version stays."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from clew.access import sight
from clew.access.verb import event, verb
from clew.domain.cases.service import case_in_sight
from clew.domain.triage.model import Priority, Selection, Taken
from clew.domain.triage.rules import by_priority, conditions, plain, read_selection
from clew.kernel import ids
from clew.kernel.errors import BadInput
from clew.kernel.ids import CaseId
from clew.kernel.viewer import Viewer
from clew.store.db import Work

MOST = 30
_NEWEST = "SELECT p.rules FROM clew.priorities p WHERE p.agency_id = :agency ORDER BY p.made_at DESC, p.id LIMIT 1"
_TAKEN = f"""
    SELECT {{rule}} AS rule, count(*) AS exhibits
    FROM clew.exhibit_facts f LEFT JOIN clew.categories c ON c.exhibit_id = f.exhibit_id AND c.agency_id = :agency
    LEFT JOIN clew.seen s ON s.exhibit_id = f.exhibit_id AND s.officer_id = :me AND s.case_id = :case
    WHERE f.case_id = :case AND {sight.of_facts()} AND {conditions(Selection())[0]} GROUP BY 1"""
# What only one officer or one case knows of makes no rule for an agency.
_PERSONAL = ("seen", "contribution", "only", "without", "like", "linked")


def rules_of(work: Work, viewer: Viewer) -> list[Selection]:
    """Return the rules of the viewer's agency, the first to be asked first."""
    return [read_selection(one.where) for one in _stored(work, viewer)]


def _stored(work: Work, viewer: Viewer) -> list[Priority]:
    rules = work.value(_NEWEST, {"agency": viewer.agency_id})
    return [Priority(one["name"], one["where"]) for one in rules or ()]


def _checked(rules: Sequence[Priority]) -> list[Selection]:
    """Return what the rules ask for. Raises BadInput."""
    if len(rules) > MOST or any(not 1 <= len(one.name.strip()) <= 80 for one in rules):
        raise BadInput(f"At most {MOST} rules, each with a name of 1 to 80 characters.")
    read = [read_selection(one.where) for one in rules]
    if any(set(plain(one)) & set(_PERSONAL) for one in read):
        raise BadInput("A rule of an agency asks for what holds in every case: kind, category, format, camera, size, place.")
    return read


@verb("list_priorities", right="read")
def list_priorities(work: Work, viewer: Viewer) -> list[Priority]:
    """List one's own agency's rules of what comes first."""
    found = _stored(work, viewer)
    work.record(event(viewer, "list_priorities"))
    return found


@verb("set_priorities", right="categorise")
def set_priorities(work: Work, viewer: Viewer, rules: Sequence[Priority]) -> list[Priority]:
    """Set one's own agency's rules of what comes first; the former ones stay on record."""
    set_to = [Priority(one.name.strip(), _rule(read)) for one, read in zip(rules, _checked(rules), strict=True)]
    kept = [asdict(one) for one in set_to]
    work.write("INSERT INTO clew.priorities (id, agency_id, officer_id, rules) VALUES (:id, :agency, :me, CAST(:rules AS jsonb))",
               {"id": ids.ordered(), "agency": viewer.agency_id, "me": viewer.officer_id, "rules": json.dumps(kept)})
    work.record(event(viewer, "set_priorities", detail={"rules": kept}))
    return set_to


def _rule(read: Selection) -> dict[str, Any]:
    return {name: value for name, value in plain(read).items() if name not in ("order", "folded")}


@verb("preview_priorities", right="read")
def preview_priorities(work: Work, viewer: Viewer, case_id: CaseId, *, rules: Sequence[Priority]) -> list[Taken]:
    """Show how many exhibits of a case each rule would take, and how many are left over, before the rules are set."""
    case_in_sight(work, viewer, case_id)
    place, given = by_priority(_checked(rules))
    values: Mapping[str, Any] = {"case": case_id, "agency": viewer.agency_id, "me": viewer.officer_id, **given}
    taken = {row.rule: row.exhibits for row in work.rows(_TAKEN.format(rule=place), values)}
    work.record(event(viewer, "preview_priorities", case_id=case_id, subject=f"case:{case_id}"))
    return [Taken(name, taken.get(number, 0)) for number, name in enumerate([*(one.name for one in rules), ""])]
