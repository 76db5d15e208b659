"""Owner-first, step by step: asked, disclosed, known; each step as the oracle says."""

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from clew.domain.links import service as links
from clew.kernel.errors import NotFound
from clew.kernel.ids import CaseId
from tests.access.oracle import Agency, Case, Exhibit, Officer, World, hit, may_disclose
from tests.access.real import Real

A, B, C = (Agency(f"{letter}1", f"X{letter}") for letter in "ABC")
LEVELS = {"audience": "link", "contact": "contact", "asked": "asked"}


def staff(agency: Agency) -> tuple[Officer, ...]:
    return (Officer(f"admin-{agency.name.lower()}", agency, frozenset({"agency_administrator"})),
            Officer(f"inv1-{agency.name.lower()}", agency, frozenset({"investigator"})))


def pair(a: Case, b: Case) -> World:
    return World((A, B, C), (*staff(A), *staff(B), *staff(C)), (a, b),
                 (Exhibit("ea", a, "m1"), Exhibit("eb", b, "m2")), frozenset({frozenset({"m1", "m2"})}))


CASE_A, CASE_B = Case("case-a", A), Case("case-b", B)
FIRST = {"hits": "owner-first"}


def check(real: Real, world: World) -> None:
    """Both sides' overlap, and a third agency's, against the oracle."""
    a, b = world.exhibits
    for mine, other in ((a, b), (b, a)):
        for viewer in world.officers:
            if viewer.agency != mine.case.owner or "investigator" not in viewer.roles:
                continue
            level = hit(world, viewer, mine, other)
            found = links.overlap(real.viewers[viewer.name], CaseId(real.cases[mine.case.name]))
            assert [LEVELS[one.level] for one in found] == ([level] if level else [])
            assert [one.may_disclose for one in found] == ([may_disclose(world, viewer, mine, other)] if level else [])
            if level == "asked":
                assert found[0].reference == found[0].agency_code == found[0].contact == ""


def disclose(real: Real, world: World, mine: Case, other: Case) -> World:
    """Disclose a case to the other side by the handle its officer is shown."""
    me = real.viewers[f"inv1-{mine.owner.name.lower()}"]
    found = links.overlap(me, CaseId(real.cases[mine.name]))
    links.disclose(me, CaseId(real.cases[mine.name]), handle=uuid.UUID(found[0].handle))
    return replace(world, disclosed=world.disclosed | {(mine.name, other.name)})


@pytest.mark.parametrize("first", ["a", "b"])
def test_both_owner_first_see_once_both_agree(make_real: Callable[[World], Real], first: str) -> None:
    a, b = replace(CASE_A, hits="owner-first"), replace(CASE_B, hits="owner-first")
    world = pair(a, b)
    real = make_real(world)
    check(real, world)
    for mine, other in ((a, b), (b, a)) if first == "a" else ((b, a), (a, b)):
        world = disclose(real, world, mine, other)
        check(real, world)
    assert links.overlap(real.viewers["inv1-a1"], CaseId(real.cases["case-a"]))[0].contact == "desk@b1.example"


def test_one_owner_first_discloses_to_an_open_one(make_real: Callable[[World], Real]) -> None:
    a, b = replace(CASE_A, hits="owner-first"), CASE_B
    world = pair(a, b)
    real = make_real(world)
    check(real, world)
    world = disclose(real, world, a, b)
    check(real, world)
    assert links.overlap(real.viewers["inv1-b1"], CaseId(real.cases["case-b"]))[0].reference == "case-a"


def test_who_may_not_disclose_is_told_not_found(make_real: Callable[[World], Real]) -> None:
    a, b = replace(CASE_A, hits="owner-first"), replace(CASE_B, hits="owner-first")
    real = make_real(pair(a, b))
    handle = uuid.UUID(links.overlap(real.viewers["inv1-a1"], CaseId(real.cases["case-a"]))[0].handle)
    for viewer, case in (("inv1-b1", "case-a"), ("inv1-c1", "case-a"), ("inv1-b1", "case-b"), ("admin-a1", "case-a")):
        with pytest.raises(NotFound):
            links.disclose(real.viewers[viewer], CaseId(real.cases[case]), handle=handle)
    assert real.behind("SELECT count(*) FROM clew.disclosures")[0][0] == 0


def test_a_side_that_denies_the_other_is_never_asked_for(make_real: Callable[[World], Real]) -> None:
    a, b = replace(CASE_A, hits="owner-first"), replace(CASE_B, deny=frozenset({"XA"}))
    world = pair(a, b)
    real = make_real(world)
    check(real, world)
    assert links.overlap(real.viewers["inv1-a1"], CaseId(real.cases["case-a"])) == []
