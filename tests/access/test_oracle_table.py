"""The oracle against access.md, sentence by sentence, on one small world written by hand."""

from dataclasses import replace

import pytest

from tests.access.oracle import (
    Agency,
    Case,
    Exhibit,
    Officer,
    World,
    hit,
    may,
    may_disclose,
    may_grant,
    may_judge,
    sees_event,
    sight,
    stance,
)

A, B, C = Agency("A", "XA"), Agency("B", "XB"), Agency("C", "XC")
BUREAU = Agency("N", "XA", "bureau")


def officer(name: str, agency: Agency, *roles: str, **more: bool) -> Officer:
    return Officer(name, agency, frozenset(roles or ("investigator",)), **more)


ANN, ART, BEN, CAL = officer("ann", A), officer("art", A), officer("ben", B), officer("cal", C)
CASE_A, CASE_B = Case("a", A), Case("b", B)
MINE, THEIRS = Exhibit("ea", CASE_A, "m1"), Exhibit("eb", CASE_B, "m2")


def world(a: Exhibit = MINE, b: Exhibit = THEIRS, disclosed: frozenset[tuple[str, str]] = frozenset()) -> World:
    return World((A, B, C, BUREAU), (ANN, ART, BEN, CAL), (a.case, b.case), (a, b),
                 frozenset({frozenset({"m1", "m2"})}), disclosed)


def both(a: Case, b: Case, *disclosed: tuple[str, str]) -> tuple[str | None, str | None]:
    """What Ann of A and Ben of B learn of the one hit between their cases."""
    mine, theirs = replace(MINE, case=a), replace(THEIRS, case=b)
    there = world(mine, theirs, frozenset(disclosed))
    return hit(there, ANN, mine, theirs), hit(there, BEN, theirs, mine)


@pytest.mark.parametrize(("policy", "expected"), [
    ({}, (True, False, False)), ({"audience": frozenset({"B"})}, (True, True, False)),
    ({"audience": frozenset({"XC"})}, (True, False, True)), ({"audience": None}, (True, True, True)),
    ({"audience": None, "deny": frozenset({"XB"})}, (True, False, True)),
    ({"audience": None, "deny": frozenset({"C", "XA"})}, (True, True, False)),
    ({"audience": None, "expires": 0}, (False, False, False)), ({"team": frozenset({"art"})}, (False, False, False)),
    ({"team": frozenset({"art"}), "audience": None}, (False, True, True))])
def test_policy_gives_sight(policy: dict[str, object], expected: tuple[bool, ...]) -> None:
    thing = replace(MINE, case=replace(CASE_A, **policy))  # type: ignore[arg-type]
    assert tuple(sight(viewer, thing) for viewer in (ANN, BEN, CAL)) == expected


def test_narrowed_and_granted_alone() -> None:
    open_case = replace(CASE_A, audience=None)
    assert not sight(BEN, replace(MINE, case=open_case, narrowed=True))
    assert sight(ANN, replace(MINE, case=open_case, narrowed=True))
    assert sight(BEN, replace(MINE, narrowed=True, granted=frozenset({"B"})))
    assert not sight(BEN, replace(MINE, granted=frozenset({"B"}), case=replace(CASE_A, deny=frozenset({"B"}))))
    assert not sight(BEN, replace(MINE, granted=frozenset({"B"})).case)


def test_who_reads() -> None:
    for roles, reads in (({"investigator"}, True), ({"analyst"}, True), ({"agency_administrator"}, False),
                         ({"auditor"}, False), ({"system_administrator"}, False), ({"auditor", "analyst"}, True)):
        assert sight(officer("x", A, *roles), MINE) is reads
    assert not sight(officer("x", A, suspended=True), MINE)
    assert not sight(officer("x", A, logged_in=False), MINE)


OWNER_FIRST_A, OWNER_FIRST_B = replace(CASE_A, hits="owner-first"), replace(CASE_B, hits="owner-first")


@pytest.mark.parametrize(("a", "b", "expected"), [
    (CASE_A, CASE_B, ("contact", "contact")),
    (CASE_A, replace(CASE_B, audience=None), ("link", "contact")),
    (CASE_A, replace(CASE_B, deny=frozenset({"A"})), (None, "contact")),
    (CASE_A, OWNER_FIRST_B, ("asked", "contact")),
    (OWNER_FIRST_A, OWNER_FIRST_B, ("asked", "asked")),
    (replace(CASE_A, deny=frozenset({"XB"})), OWNER_FIRST_B, (None, None)),
    (replace(CASE_A, audience=None), OWNER_FIRST_B, ("asked", "link")),
    (replace(CASE_A, expires=0), CASE_B, (None, None))])
def test_the_table_of_hits(a: Case, b: Case, expected: tuple[str | None, str | None]) -> None:
    assert both(a, b) == expected
    assert both(replace(a, owner=A), b) == expected


def test_disclosure() -> None:
    assert both(CASE_A, OWNER_FIRST_B, ("b", "a")) == ("contact", "contact")
    assert both(OWNER_FIRST_A, OWNER_FIRST_B, ("b", "a")) == ("asked", "asked")
    assert both(OWNER_FIRST_A, OWNER_FIRST_B, ("b", "a"), ("a", "b")) == ("contact", "contact")
    assert both(replace(CASE_A, deny=frozenset({"B"})), OWNER_FIRST_B, ("b", "a")) == (None, None)
    first = replace(THEIRS, case=OWNER_FIRST_B)
    assert may_disclose(world(b=first), BEN, first, MINE)
    assert not may_disclose(world(b=first), ANN, MINE, first)
    assert not may_disclose(world(b=first, disclosed=frozenset({("b", "a")})), BEN, first, MINE)


def test_others_learn_of_a_hit_only_what_they_see_whole() -> None:
    shared = replace(MINE, case=replace(CASE_A, audience=None))
    assert hit(world(shared), CAL, shared, THEIRS) is None
    seen = replace(THEIRS, case=replace(CASE_B, audience=frozenset({"C"})))
    assert hit(world(shared, seen), CAL, shared, seen) == "link"
    assert may_judge(world(shared, seen), CAL, shared, seen) == "yes"
    assert may_judge(world(), ANN, MINE, THEIRS) == "not_found"


def test_a_colleague_outside_the_team_is_an_outsider_with_contact() -> None:
    other = replace(THEIRS, case=replace(CASE_B, owner=A, team=frozenset({"art"}), hits="owner-first", audience=None))
    assert stance(A, other) == "contact"
    assert hit(world(b=other), ANN, MINE, other) == "contact"
    assert hit(world(b=other), ART, MINE, other) == "link"


def test_verbs_and_their_answers() -> None:
    shared = replace(MINE, case=replace(CASE_A, audience=None))
    assert [may(BEN, verb, shared) for verb in ("read", "reveal", "contribute", "set_policy", "edit_case")] == [
        "yes", "yes", "not_yours", "not_yours", "not_yours"]
    assert [may(BEN, "read", thing) for thing in (MINE, None)] == ["not_found", "not_found"]
    assert may(ANN, "read", MINE, replace(CASE_A, name="other")) == "not_found"
    assert may(ANN, "read", MINE, CASE_A) == "yes"
    admin = officer("adm", A, "agency_administrator")
    assert [may(admin, verb, replace(CASE_A, expires=0)) for verb in ("set_policy", "read")] == ["yes", "not_your_role"]
    assert may(officer("adm", B, "agency_administrator"), "set_policy", CASE_A) == "not_found"
    assert may(officer("x", A, suspended=True), "create_case") == "not_logged_in"
    assert [may(one, "biometric_search", MINE) for one in (ANN, officer("x", A, "analyst", "biometric"))] == [
        "not_your_role", "yes"]
    assert [may(one, "operate") for one in (ANN, officer("s", A, "system_administrator"))] == ["not_your_role", "yes"]


def test_who_grants_what() -> None:
    admin, system = officer("adm", A, "agency_administrator"), officer("sys", A, "system_administrator")
    bureau = officer("nat", BUREAU, "agency_administrator")
    there = replace(world(), officers=(ANN, BEN, admin, system, bureau))
    granted = {(actor.name, target.name, role) for actor in there.officers for target in there.officers
               for role in ("investigator", "analyst", "agency_administrator", "auditor", "system_administrator",
                            "biometric") if may_grant(there, actor, target, role)}
    assert granted == {("adm", "ann", role) for role in ("investigator", "analyst", "agency_administrator")} | {
        ("nat", name, "biometric") for name in ("ann", "adm")} | {
        ("sys", "ben", "agency_administrator")} | {("sys", name, "auditor") for name in ("ann", "ben", "adm", "nat")}


def test_who_reads_events() -> None:
    viewers = (ANN, officer("adm", A, "agency_administrator"), officer("aud", A, "auditor"),
               officer("sys", A, "system_administrator"), officer("aud", A, "auditor", suspended=True))
    assert [[sees_event(viewer, of) for of in (A, B, None)] for viewer in viewers] == [
        [False] * 3, [True, False, False], [True] * 3, [False] * 3, [False] * 3]
