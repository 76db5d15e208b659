"""Laws that follow from access.md and hold for the oracle in every random world."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access.oracle import READ, RIGHTS, Case, Exhibit, Officer, World, hit, may, may_disclose, sight, stance
from tests.access.worlds import ACTORS, OBJECT_VERBS, STATES, actor_kind, matrix, random_world, worlds

some = settings(max_examples=40, deadline=None)


def with_case(world: World, old: Case, new: Case) -> World:
    exhibits = tuple(replace(exhibit, case=new) if exhibit.case == old else exhibit for exhibit in world.exhibits)
    return replace(world, cases=tuple(new if case == old else case for case in world.cases), exhibits=exhibits)


def known(world: World, viewer: Officer) -> dict[str, object]:
    """Everything a viewer can learn: what is in sight, and of every hit of it what he is told."""
    seen = {thing.name: True for thing in (*world.cases, *world.exhibits) if sight(viewer, thing)}
    hits = {f"{a.name}~{b.name}": told for a in world.exhibits for b in world.exhibits
            if (told := hit(world, viewer, a, b)) is not None}
    return seen | hits


@some
@given(worlds, st.data())
def test_a_denied_agency_cannot_tell_the_case_from_a_missing_one(world: World, data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(world.cases))
    viewer = data.draw(st.sampled_from([one for one in world.officers if one.agency != case.owner]))
    denied = replace(case, deny=case.deny | {viewer.agency.name})
    shut = with_case(world, case, denied)
    without = replace(shut, cases=tuple(one for one in shut.cases if one != denied),
                      exhibits=tuple(one for one in shut.exhibits if one.case != denied))
    assert known(shut, viewer) == known(without, viewer)
    for exhibit in shut.exhibits:
        if exhibit.case == denied:
            assert all(may(viewer, verb, exhibit) == may(viewer, verb, None) for verb in OBJECT_VERBS)


@some
@given(worlds, st.data())
def test_an_expired_case_is_gone_for_everybody(world: World, data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(world.cases))
    gone = with_case(world, case, replace(case, expires=0))
    assert not any(name.startswith(case.name) or f"~{case.name}" in name
                   for viewer in world.officers for name in known(gone, viewer))


@some
@given(worlds, st.data())
def test_a_wider_policy_takes_no_sight_away_and_a_deny_gives_none(world: World, data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(world.cases))
    name = data.draw(st.sampled_from([agency.name for agency in world.agencies] + ["XA", "XB", "XC"]))
    wider = with_case(world, case, replace(case, audience=None))
    denied = with_case(world, case, replace(case, deny=case.deny | {name}))
    for viewer in world.officers:
        before = {one.name for one in (*world.cases, *world.exhibits) if sight(viewer, one)}
        assert before <= {one.name for one in (*wider.cases, *wider.exhibits) if sight(viewer, one)}
        assert before >= {one.name for one in (*denied.cases, *denied.exhibits) if sight(viewer, one)}


@some
@given(worlds)
def test_hits_tell_no_more_than_the_other_side_allows(world: World) -> None:
    for viewer in world.officers:
        for a in world.exhibits:
            for b in world.exhibits:
                told, theirs = hit(world, viewer, a, b), stance(viewer.agency, b)
                assert not (told and theirs == "denied")
                assert (told == "link") <= (sight(viewer, a) and sight(viewer, b))
                assert (told == "asked") <= (theirs == "owner-first" and stance(b.case.owner, a) != "denied")
                if told == "contact" and theirs == "owner-first":
                    assert (b.case.name, a.case.name) in world.disclosed
                assert may_disclose(world, viewer, a, b) <= (viewer.agency == a.case.owner)


@some
@given(worlds)
def test_both_sides_of_two_owner_first_cases_stand_alike(world: World) -> None:
    """Neither learns of the other's agreement before giving its own."""
    def team(exhibit: Exhibit) -> list[Officer]:
        return [one for one in world.officers if sight(one, exhibit) and one.agency == exhibit.case.owner]

    for a in world.exhibits:
        for b in world.exhibits:
            if stance(b.case.owner, a) == stance(a.case.owner, b) == "owner-first" and a.case.owner != b.case.owner:
                told = {hit(world, one, a, b) for one in team(a)} | {hit(world, one, b, a) for one in team(b)}
                agreed = {(a.case.name, b.case.name), (b.case.name, a.case.name)} <= world.disclosed
                assert told <= {"contact" if agreed else "asked", None}


@some
@given(worlds)
def test_no_role_no_login_no_sight(world: World) -> None:
    for viewer in world.officers:
        if not viewer.roles & READ or viewer.suspended or not viewer.logged_in:
            assert known(world, viewer) == {}
        if viewer.suspended or not viewer.logged_in:
            assert {may(viewer, verb, world.exhibits[0]) for verb in RIGHTS} == {"not_logged_in"}


def test_worlds_offer_every_actor_every_state_and_every_answer() -> None:
    actors, states, answers, hits = Counter[str](), Counter[str](), Counter[str](), Counter[str | None]()
    for seed in range(30):
        world = random_world(seed)
        assert world == random_world(seed)
        for one in matrix(world, seed):
            actors[actor_kind(one.viewer, one.parent)] += 1
            states[one.state] += 1
            answers.update(may(one.viewer, verb, one.exhibit, one.parent) for verb in OBJECT_VERBS)
        hits.update(hit(world, viewer, a, b) for viewer in world.officers
                    for a in world.exhibits for b in world.exhibits)
    assert min(actors[kind] for kind in ACTORS) >= 20
    assert min(states[state] for state in STATES) >= 20
    assert min(answers[answer] for answer in
               ("yes", "not_logged_in", "not_your_role", "not_found", "not_yours")) >= 20
    assert min(hits[told] for told in ("link", "contact", "asked", None)) >= 20
