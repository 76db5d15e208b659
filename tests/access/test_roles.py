"""Roles and rights against the oracle's table, and who may change whose roles."""

import itertools
import uuid

import pytest

from clew.access import permissions
from clew.access.roles import GRANTS, ROLES, demand, rights_of
from clew.domain.accounts.rules import check_roles, demand_grant, may_grant
from clew.kernel.errors import BadInput, NotYourRole
from clew.kernel.ids import AgencyId, OfficerId, SessionId
from clew.kernel.viewer import Viewer
from tests.access import oracle

# Our right -> the oracle's verb.
VERBS = {"open_case": "create_case", "contribute": "contribute", "read": "read", "search": "search", "reveal": "reveal",
         "judge": "judge", "categorise": "categorise", "set_profiles": "officers", "set_policy": "set_policy",
         "manage_officers": "officers", "manage_agencies": "operate",
         "health": "operate", "read_events": "events"}
HOME, AWAY = AgencyId(uuid.UUID(int=1)), AgencyId(uuid.UUID(int=2))


def viewer(*roles: str) -> Viewer:
    return Viewer(OfficerId(uuid.uuid4()), HOME, "A1", "XA", "me", frozenset(roles), SessionId(uuid.uuid4()), "token")


def test_every_role_has_the_rights_of_the_table() -> None:
    for role in ROLES.keys() - {"biometric"}:
        want = {right for right, verb in VERBS.items() if role in oracle.RIGHTS[verb]} | {"account"}
        assert rights_of(frozenset({role})) == want, role
    assert rights_of(frozenset({"biometric"})) == frozenset()


def test_every_right_is_said_in_words_and_held_by_somebody() -> None:
    assert permissions.RIGHTS.keys() == VERBS.keys() | {"account"}
    assert frozenset().union(*ROLES.values()) == permissions.RIGHTS.keys()


def test_rights_add_up() -> None:
    both = rights_of(frozenset({"investigator", "agency_administrator"}))
    assert both == ROLES["investigator"] | ROLES["agency_administrator"]
    assert rights_of(frozenset()) == frozenset()


@pytest.mark.parametrize("role", sorted(ROLES))
def test_demand_refuses_by_role_alone(role: str) -> None:
    for right in permissions.RIGHTS:
        if right in ROLES[role]:
            demand(viewer(role), right)
        else:
            with pytest.raises(NotYourRole, match="Ask your agency's administrator"):
                demand(viewer(role), right)


SETS = [frozenset(some) for size in (1, 2) for some in itertools.combinations(sorted(ROLES), size)]


@pytest.mark.parametrize("actor", [one for one in SETS if one & GRANTS.keys() and (
    "system_administrator" not in one or len(one) == 1)], ids=lambda roles: "+".join(sorted(roles)))
def test_every_change_of_roles_is_allowed_as_the_oracle_says(actor: frozenset[str]) -> None:
    """Every actor role x target roles x role granted, in his own agency and in another one."""
    home, away = oracle.Agency("A1", "XA"), oracle.Agency("B1", "XB")
    me = oracle.Officer("me", home, actor)
    for before, role, place in itertools.product([frozenset[str](), *SETS], sorted(ROLES), (home, away)):
        target = oracle.Officer("other", place, before)
        after = before | {role}
        if role in before or role == "biometric" or ("system_administrator" in after and len(after) > 1):
            continue
        world = oracle.World((home, away), (me, target), (), ())
        allowed = may_grant(viewer(*actor), HOME if place == home else AWAY, before, after)
        if "system_administrator" in actor and (before or role == "agency_administrator"):
            assert not allowed or before <= {"auditor", "agency_administrator"}  # he appoints; he changes nobody's work
        else:
            assert allowed == oracle.may_grant(world, me, target, role), (before, role, place)


def test_the_biometric_right_is_kept_and_taken_but_not_given_by_an_agency() -> None:
    admin = viewer("agency_administrator")
    with_it, without = frozenset({"investigator", "biometric"}), frozenset({"investigator"})
    assert may_grant(admin, HOME, with_it, with_it | {"analyst"})
    assert may_grant(admin, HOME, with_it, without)
    assert not may_grant(admin, HOME, without, with_it)


def test_nobody_else_grants_anything() -> None:
    for role in ROLES.keys() - GRANTS.keys():
        with pytest.raises(NotYourRole):
            demand(viewer(role), "manage_officers")
    with pytest.raises(NotYourRole, match="may not grant"):
        demand_grant(viewer("agency_administrator"), AWAY, frozenset(), frozenset({"investigator"}))
    demand_grant(viewer("agency_administrator"), HOME, frozenset(), frozenset({"investigator"}))


def test_roles_are_known_and_the_system_administrator_stands_alone() -> None:
    assert check_roles(["analyst", "analyst"]) == {"analyst"}
    with pytest.raises(BadInput, match="Unknown role: chief"):
        check_roles(["chief"])
    with pytest.raises(BadInput, match="no other role"):
        check_roles(["system_administrator", "auditor"])
