"""Reading and writing the rows of a policy: lists of officers, agencies and countries."""

from collections.abc import Iterable
from typing import Any

from clew.domain.cases.model import Policy
from clew.domain.cases.rules import country_of, party
from clew.kernel.errors import BadInput
from clew.kernel.ids import AgencyId, CaseId, OfficerId
from clew.store.db import Work

_PARTIES = """
    SELECT p.list, coalesce(a.code, 'country:' || p.country) AS party FROM clew.case_parties p
    LEFT JOIN clew.agencies a ON a.id = p.agency_id WHERE p.case_id = :case ORDER BY 1, 2"""


def read_policy(work: Work, case_id: CaseId) -> tuple[Policy, tuple[str, ...]]:
    """Return the policy of a case the viewer manages, and the names of its listed team."""
    row = work.first("SELECT team, audience, hits, conditions, handling, expires FROM clew.cases WHERE id = :case",
                     {"case": case_id})
    parties = work.rows(_PARTIES, {"case": case_id})
    team = work.rows("SELECT t.officer_id, o.full_name FROM clew.case_team t JOIN clew.officers o "
                     "ON o.id = t.officer_id WHERE t.case_id = :case ORDER BY o.full_name", {"case": case_id})
    if row is None:
        raise LookupError(case_id)
    policy = Policy(
        team_kind=row.team, team=tuple(OfficerId(one.officer_id) for one in team), audience_kind=row.audience,
        audience=tuple(p.party for p in parties if p.list == "audience"),
        deny=tuple(p.party for p in parties if p.list == "deny"), hits=row.hits, conditions=row.conditions,
        handling=row.handling, expires=row.expires)
    return policy, tuple(one.full_name for one in team)


def write_policy(work: Work, case_id: CaseId, agency_id: AgencyId, policy: Policy) -> None:
    """Replace the policy rows of a case."""
    work.write("DELETE FROM clew.case_parties WHERE case_id = :case", {"case": case_id})
    parties = [*_parties(work, case_id, "audience", policy.audience), *_parties(work, case_id, "deny", policy.deny)]
    if parties:
        work.write("INSERT INTO clew.case_parties (case_id, list, agency_id, country) "
                   "VALUES (:case, :list, :agency, :country)", parties)
    # Who sets the policy must be of the team at every step: new members come before the change, old ones go after it.
    _join_team(work, case_id, agency_id, policy.team)
    work.write("UPDATE clew.cases SET team = :team, audience = :audience, hits = :hits, conditions = :conditions, "
               "handling = :handling, expires = :expires WHERE id = :case",
               {"case": case_id, "team": policy.team_kind, "audience": policy.audience_kind, "hits": policy.hits,
                "conditions": policy.conditions, "handling": policy.handling, "expires": policy.expires})
    work.write("DELETE FROM clew.case_team WHERE case_id = :case AND officer_id <> ALL (:team)",
               {"case": case_id, "team": list(policy.team)})


def _join_team(work: Work, case_id: CaseId, agency_id: AgencyId, team: Iterable[OfficerId]) -> None:
    asked = set(team)
    known = {row.id for row in work.rows("SELECT id FROM clew.officers WHERE agency_id = :agency "
                                         "AND id = ANY (:ids)", {"agency": agency_id, "ids": list(asked)})}
    if asked - known:
        raise BadInput("A team is made of officers of the owner agency. Choose them from its list.")
    if known:
        work.write("INSERT INTO clew.case_team (case_id, officer_id) VALUES (:case, :officer) ON CONFLICT DO NOTHING",
                   [{"case": case_id, "officer": one} for one in known])


def _parties(work: Work, case_id: CaseId, name: str, codes: Iterable[str]) -> list[dict[str, Any]]:
    """Return rows for agencies and countries. Raises BadInput for an unknown agency."""
    wanted = {party(code) for code in codes}
    agencies = {row.code: row.id for row in work.rows("SELECT id, code FROM clew.agencies WHERE code = ANY (:codes)",
                                                      {"codes": list(wanted)})}
    rows = []
    for code in sorted(wanted):
        country = country_of(code)
        if country is None and code not in agencies:
            raise BadInput(f"No agency has the code {code[:40]}. Give an agency's code, or country: and two letters "
                           "(country:XA) for all agencies of a country.")
        rows.append({"case": case_id, "list": name, "agency": agencies.get(code) if country is None else None,
                     "country": country})
    return rows
