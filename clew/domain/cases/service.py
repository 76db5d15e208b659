"""Verbs on cases. Other nouns load a case only through `case_in_sight` or `own_case`."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from clew.access import sight
from clew.access.paging import MOST, after_place, page
from clew.access.verb import event, verb
from clew.domain.accounts.service import audited
from clew.domain.cases.model import Case, Policy, PolicyView
from clew.domain.cases.policy import read_policy, write_policy
from clew.domain.cases.rules import check_policy, first_expiry, in_words
from clew.kernel import clock, ids
from clew.kernel.errors import BadInput, Conflict, NotFound
from clew.kernel.ids import CaseId
from clew.kernel.viewer import Viewer
from clew.store.db import Work

_CASE = f"""
    SELECT c.id, c.reference, c.title, c.contact, a.code, a.name, a.country, c.made_at, c.expires, c.hits,
           c.conditions, c.handling, {sight.of_own_case()} AS own, {sight.of_managed_case()} AS managed
    FROM clew.cases c JOIN clew.agencies a ON a.id = c.owner_agency_id"""


# Cases in sight, or the one named, each with the number of its exhibits in sight.
_COUNTED = f"""
    SELECT x.*, coalesce(n.shown + n.refused, 0) AS exhibits
    FROM ({_CASE} WHERE {sight.of_case()} AND (CAST(:case AS uuid) IS NULL OR c.id = :case)) x
    LEFT JOIN clew.exhibit_counts(:case) n ON n.case_id = x.id {{after}} ORDER BY own DESC, made_at DESC, id DESC LIMIT :limit"""
_FURTHER = "WHERE (x.own, x.made_at, x.id) < (:own, CAST(:made_at AS timestamptz), CAST(:after AS uuid))"
_LATER = "AND (c.expires, c.reference, c.id) > (CAST(:expires AS date), :reference, CAST(:after AS uuid))"


def _case(row: Row[Any]) -> Case:
    return Case(CaseId(row.id), row.reference, row.title, row.contact, row.code, row.name, row.country, row.made_at,
                row.expires, row.hits, row.conditions, row.handling, row.own, row.managed,
                getattr(row, "exhibits", 0))


def case_in_sight(work: Work, viewer: Viewer, case_id: CaseId) -> Case:
    """Return a case the viewer knows of. Raises NotFound for missing and hidden alike."""
    row = work.first(f"{_CASE} WHERE c.id = :case AND {sight.of_case()}", {"case": case_id})
    if row is None:
        raise NotFound
    return _case(row)


def own_case(work: Work, viewer: Viewer, case_id: CaseId) -> Case:
    """Return a case the viewer works on (his agency, his team). Raises NotFound."""
    case = case_in_sight(work, viewer, case_id)
    if not case.own:
        raise NotFound
    return case


@verb("open_case", right="open_case")
def open_case(work: Work, viewer: Viewer, reference: str, *, title: str = "", contact: str = "") -> Case:
    """Open a case of one's own agency; at first its agency alone knows of it, and outsiders get a contact on a hit."""
    reference = reference.strip()
    if not 1 <= len(reference) <= 80 or not reference.isprintable():
        raise BadInput("A reference has 1 to 80 printable characters, for example 2026-0417.")
    taken = f"SELECT 1 FROM clew.cases c WHERE c.reference = :reference AND {sight.of_own_case()}"
    if work.first(taken, {"reference": reference}):
        raise Conflict("Your agency has a case with this reference already. Choose another reference.")
    case_id = CaseId(ids.random())
    work.write("INSERT INTO clew.cases (id, owner_agency_id, reference, title, contact, expires, made_by) VALUES "
               "(:id, :agency, :reference, :title, :contact, :expires, :me)",
               {"id": case_id, "agency": viewer.agency_id, "reference": reference, "title": title[:200],
                "contact": contact[:200], "expires": first_expiry(clock.now().date()), "me": viewer.officer_id})
    work.record(event(viewer, "open_case", case_id=case_id, owner_agency_id=viewer.agency_id,
                      subject=f"case:{case_id}", row_hashes=audited(work, "cases", case_id)))
    return case_in_sight(work, viewer, case_id)


@verb("list_cases", right="read")
def list_cases(work: Work, viewer: Viewer, *, after: CaseId | None = None, limit: int = MOST) -> list[Case]:
    """List the cases in sight: one's own first, then the others, newest first; go on `after` the last."""
    place = after_place(work, f"SELECT c.made_at, {sight.of_own_case()} AS own FROM clew.cases c "
                              f"WHERE c.id = :after AND {sight.of_case()}", after)
    rows = work.rows(_COUNTED.format(after=_FURTHER if place else ""), {"case": None, "limit": page(limit), **place})
    work.record(event(viewer, "list_cases", detail={"cases": len(rows)}))
    return [_case(row) for row in rows]


@verb("get_case", right="read")
def get_case(work: Work, viewer: Viewer, case_id: CaseId) -> Case:
    """Show one case in sight."""
    row = work.first(_COUNTED.format(after=""), {"case": case_id, "limit": 1})
    if row is None:
        raise NotFound
    work.record(event(viewer, "get_case", case_id=case_id, subject=f"case:{case_id}"))
    return _case(row)


@verb("find_case", right="read")
def find_case(work: Work, viewer: Viewer, reference: str) -> Case:
    """Find a case in sight by its reference, or AGENCY/reference for another agency's."""
    agency, _, name = reference.partition("/")  # a reference may have strokes of its own
    rows = work.rows(f"{_CASE} WHERE {sight.of_case()} AND ((c.reference = :whole AND a.id = :mine) "
                     "OR (c.reference = :name AND a.code = :agency))",
                     {"whole": reference, "mine": viewer.agency_id, "name": name, "agency": agency})
    if len(rows) > 1:
        raise Conflict("More than one case has this reference. Use the case's id.")
    if not rows:
        raise NotFound
    work.record(event(viewer, "find_case", case_id=rows[0].id, subject=f"case:{rows[0].id}"))
    return _case(rows[0])


def _managed(work: Work, viewer: Viewer, case_id: CaseId) -> Row[Any]:
    row = work.first(f"{_CASE} WHERE c.id = :case AND {sight.of_managed_case()}", {"case": case_id})
    if row is None:
        raise NotFound
    return row


@verb("list_managed_cases", right="set_policy")
def list_managed_cases(work: Work, viewer: Viewer, *, reference: str = "", after: CaseId | None = None,
                       limit: int = MOST) -> list[PolicyView]:
    """List the cases whose policy one may set, the next to expire first; go on `after` the last.

    Reference and policy only, expired ones included for review; or the one of a `reference` (or AGENCY/reference).
    """
    place = after_place(work, f"SELECT c.expires, c.reference FROM clew.cases c WHERE c.id = :after "
                              f"AND {sight.of_managed_case()}", after)
    only = "AND :named IN (c.reference, a.code || '/' || c.reference)" if reference else ""
    rows = work.rows(f"{_CASE} WHERE {sight.of_managed_case()} {only} {_LATER if place else ''} "
                     "ORDER BY c.expires, c.reference, c.id LIMIT :limit",
                     {"limit": page(limit), "named": reference, **place})
    return [_policy_view(work, row) for row in rows]


@verb("get_policy", right="set_policy")
def get_policy(work: Work, viewer: Viewer, case_id: CaseId) -> PolicyView:
    """Show who may know of a case, in words."""
    row = _managed(work, viewer, case_id)
    work.record(event(viewer, "get_policy", case_id=case_id, subject=f"case:{case_id}"))
    return _policy_view(work, row)


def _policy_view(work: Work, row: Row[Any]) -> PolicyView:
    policy, names = read_policy(work, CaseId(row.id))
    return PolicyView(CaseId(row.id), row.reference, policy, names, in_words(policy, row.name, names))


@verb("set_policy", right="set_policy")
def set_policy(work: Work, viewer: Viewer, case_id: CaseId, *, policy: Policy) -> PolicyView:
    """Set who may know of a case; acts at everybody's next request."""
    row = _managed(work, viewer, case_id)
    check_policy(policy, clock.now().date())
    if "agency_administrator" not in viewer.roles and policy.team_kind == "listed" and (
            viewer.officer_id not in policy.team):
        raise BadInput("You would leave the team yourself. Ask your administrator to take you out.")
    write_policy(work, case_id, viewer.agency_id, policy)
    detail = {key: value for key, value in asdict(policy).items() if key not in ("conditions",)}
    work.record(event(viewer, "set_policy", case_id=case_id, owner_agency_id=viewer.agency_id,
                      subject=f"case:{case_id}", detail=_plain(detail), row_hashes=audited(work, "cases", case_id)))
    return _policy_view(work, row)


def _plain(detail: dict[str, Any]) -> dict[str, Any]:
    return {key: [str(one) for one in value] if isinstance(value, tuple) else str(value)
            for key, value in detail.items()}
