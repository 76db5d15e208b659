"""Cases and their policy: opened, found, shared, narrowed to a team, expired."""

import datetime
import uuid
from dataclasses import replace

import pytest

from clew.domain.accounts import service as accounts
from clew.domain.cases import service as cases
from clew.kernel.errors import BadInput, Conflict, NotFound, NotYourRole
from clew.kernel.ids import CaseId, OfficerId
from clew.kernel.viewer import Viewer
from tests.domain.conftest import House


def references(viewer: Viewer) -> set[str]:
    return {one.reference for one in cases.list_cases(viewer)}


def sees(house: House, name: str, case: CaseId) -> bool:
    try:
        return cases.get_case(house.viewer(name), case).id == case
    except NotFound:
        return False


def test_a_new_case_is_its_agencys_alone(house: House) -> None:
    case = cases.open_case(house.viewer("anna"), " 2026-17 ", title="Blue room", contact="Anna, 12")
    assert (case.reference, case.own, case.managed, case.hits, case.agency_code) == (
        "2026-17", True, True, "contact", "XA-VIU")
    assert sees(house, "art", case.id)
    assert not sees(house, "ben", case.id)
    with pytest.raises(NotYourRole):
        cases.get_case(house.viewer("admin.xa-viu"), case.id)
    assert house.last_event("open_case")[:2] == (case.id, f"case:{case.id}")


@pytest.mark.parametrize("reference", ["", "   ", "x" * 81, "a\tb", "a\u200bb\x00"])
def test_strange_references_are_refused(house: House, reference: str) -> None:
    with pytest.raises(BadInput):
        cases.open_case(house.viewer("anna"), reference)


def test_a_reference_is_taken_only_as_far_as_one_knows(house: House) -> None:
    """A colleague outside the team may take it too: a Conflict would tell of a case he must not know of."""
    anna = house.viewer("anna")
    case = cases.open_case(anna, "2026-18")
    with pytest.raises(Conflict):
        cases.open_case(house.viewer("art"), "2026-18")
    cases.set_policy(anna, case.id, policy=house.policy(team_kind="listed", team=(anna.officer_id,)))
    assert cases.open_case(house.viewer("art"), "2026-18").reference == "2026-18"
    assert cases.open_case(house.viewer("ben"), "2026-18").reference == "2026-18"


def test_found_by_reference_or_agency_and_reference(house: House) -> None:
    case = cases.open_case(house.viewer("anna"), "2026-19")
    assert cases.find_case(house.viewer("art"), "2026-19").id == case.id
    for name, reference in (("ben", "2026-19"), ("ben", "XA-VIU/2026-19"), ("anna", "no such")):
        with pytest.raises(NotFound):
            cases.find_case(house.viewer(name), reference)
    cases.set_policy(house.viewer("anna"), case.id, policy=house.policy(audience_kind="listed", audience=("country:XB",)))
    assert cases.find_case(house.viewer("ben"), "XA-VIU/2026-19").id == case.id


def test_two_of_one_reference_are_told_apart_by_id(house: House) -> None:
    anna, art = house.viewer("anna"), house.viewer("art")
    first = cases.open_case(anna, "2026-20")
    cases.set_policy(anna, first.id, policy=house.policy(team_kind="listed", team=(anna.officer_id,)))
    cases.open_case(art, "2026-20")
    with pytest.raises(Conflict, match="Use the case's id"):
        cases.find_case(anna, "2026-20")


def test_audience_acts_at_the_next_request_and_deny_beats_it(house: House) -> None:
    case = house.case("anna", audience_kind="listed", audience=("XB-VIU",))
    assert (sees(house, "ben", case), sees(house, "cleo", case)) == (True, False)
    shared = cases.get_case(house.viewer("ben"), case)
    assert (shared.own, shared.managed) == (False, False)
    cases.set_policy(house.viewer("anna"), case, policy=house.policy(audience_kind="network", deny=("country:XB",)))
    assert (sees(house, "ben", case), sees(house, "cleo", case)) == (False, True)
    cases.set_policy(house.viewer("anna"), case, policy=house.policy())
    assert (sees(house, "ben", case), sees(house, "cleo", case), sees(house, "art", case)) == (False, False, True)


@pytest.mark.parametrize("steps", [
    ("listed", "agency"), ("agency", "listed"), ("listed", "other"), ("listed", "agency", "other", "agency")])
def test_a_team_can_be_changed_by_its_members_step_by_step(house: House, steps: tuple[str, ...]) -> None:
    anna, art = house.viewer("anna"), house.viewer("art")
    policies = {"agency": house.policy(), "listed": house.policy(team_kind="listed", team=(anna.officer_id,)),
                "other": house.policy(team_kind="listed", team=(anna.officer_id, art.officer_id))}
    case = house.case("anna")
    for step in steps:
        view = cases.set_policy(anna, case, policy=policies[step])
        assert view.policy.team_kind == policies[step].team_kind
        assert set(view.policy.team) == set(policies[step].team)
        assert cases.get_policy(anna, case) == view
        assert sees(house, "art", case) == (step != "listed")
    rows = house.behind("SELECT count(*) FROM clew.case_team WHERE case_id = %s", case)
    assert rows == [(len(policies[steps[-1]].team),)]


def test_nobody_leaves_the_team_by_himself_but_the_administrator_may_take_him_out(house: House) -> None:
    case, art = house.case("anna"), house.viewer("art")
    without = house.policy(team_kind="listed", team=(art.officer_id,))
    with pytest.raises(BadInput, match="leave the team"):
        cases.set_policy(house.viewer("anna"), case, policy=without)
    cases.set_policy(house.viewer("admin.xa-viu"), case, policy=without)
    assert (sees(house, "anna", case), sees(house, "art", case)) == (False, True)


def test_a_team_is_of_the_owner_agency_and_parties_are_known(house: House) -> None:
    case, anna = house.case("anna"), house.viewer("anna")
    before = cases.get_policy(anna, case)
    for policy in (house.policy(team_kind="listed", team=(anna.officer_id, house.viewer("ben").officer_id)),
                   house.policy(team_kind="listed", team=(anna.officer_id, OfficerId(uuid.uuid4()))),
                   house.policy(audience_kind="listed", audience=("XQ-NONE",))):
        with pytest.raises(BadInput):
            cases.set_policy(anna, case, policy=policy)
    assert cases.get_policy(anna, case) == before


def test_a_country_is_denied_although_an_agency_bears_its_letters(house: House) -> None:
    """Denying XC the country must never become denying XC the agency, whatever else of the policy is changed later."""
    case, anna = house.case("anna", audience_kind="network", deny=("country:XC",)), house.viewer("anna")
    accounts.add_agency(house.viewer("root"), "XC", name="Agency XC", country="XD")
    assert not sees(house, "cleo", case)
    kept = cases.get_policy(anna, case).policy
    assert kept.deny == ("country:XC",)
    cases.set_policy(anna, case, policy=replace(kept, conditions="Ask first"))
    assert not sees(house, "cleo", case)
    assert house.behind("SELECT agency_id, country FROM clew.case_parties WHERE case_id = %s", case) == [(None, "XC")]
    cases.set_policy(anna, case, policy=replace(kept, deny=("xc",)))
    assert sees(house, "cleo", case)
    assert cases.get_policy(anna, case).policy.deny == ("XC",)


@pytest.mark.parametrize("given", ["country:", "country:X", "country:XAB", "country:A1", "XD", "Country: x"])
def test_a_party_is_an_agency_or_says_that_it_is_a_country(house: House, given: str) -> None:
    with pytest.raises(BadInput, match="country:XA"):
        house.case("anna", deny=(given,))


def test_only_who_manages_a_case_sees_or_sets_its_policy(house: House) -> None:
    case = house.case("anna", audience_kind="network")
    assert sees(house, "ben", case)
    for name in ("ben", "admin.xb-viu"):
        with pytest.raises(NotFound):
            cases.get_policy(house.viewer(name), case)
        with pytest.raises(NotFound):
            cases.set_policy(house.viewer(name), case, policy=house.policy())
    with pytest.raises(NotFound):
        cases.get_policy(house.viewer("anna"), CaseId(uuid.uuid4()))


def test_policy_is_told_in_words_with_names(house: House) -> None:
    anna = house.viewer("anna")
    case = house.case("anna", team_kind="listed", team=(anna.officer_id,), audience_kind="listed",
                      audience=("xb-viu", "country:XC"), deny=("country:XD",), hits="owner-first",
                      conditions="Ask first", handling="AMBER")
    view = cases.get_policy(anna, case)
    assert {one.message: one.names for one in view.reasons if one.message != "expires"} == {
        "team-listed": ("Anna",), "colleagues-contact": ("Unit XA-VIU",), "audience-listed": ("XB-VIU", "country:XC"),
        "denied": ("country:XD",), "hits-owner-first": ()}
    assert (view.policy.conditions, view.policy.handling, view.team_names) == ("Ask first", "AMBER", ("Anna",))


def test_an_expired_case_is_hidden_from_all_and_reviewed_by_the_administrator(house: House) -> None:
    case, admin = house.case("anna", audience_kind="network"), house.viewer("admin.xa-viu")
    house.behind("UPDATE clew.cases SET expires = current_date WHERE id = %s", case)
    assert not any(sees(house, name, case) for name in ("anna", "art", "ben"))
    with pytest.raises(NotFound):
        cases.set_policy(house.viewer("anna"), case, policy=house.policy())
    review = next(one for one in cases.list_managed_cases(admin) if one.case_id == case)
    assert review.policy.audience_kind == "network"
    for reference in (review.reference, f"XA-VIU/{review.reference}"):
        assert cases.list_managed_cases(admin, reference=reference) == [review]
    assert cases.list_managed_cases(admin, reference=f"XB-VIU/{review.reference}") == []
    cases.set_policy(admin, case, policy=replace(review.policy, expires=house.policy().expires))
    assert sees(house, "anna", case)


def test_the_day_of_expiry_is_the_first_hidden_one(house: House) -> None:
    case = house.case("anna")
    tomorrow = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(1)
    cases.set_policy(house.viewer("anna"), case, policy=house.policy(expires=tomorrow))
    assert sees(house, "anna", case)


def test_a_policy_that_is_set_is_an_event_that_binds_the_row(house: House) -> None:
    case = house.case("anna", deny=("country:XC",))
    case_id, subject, _, detail = house.last_event("set_policy")
    assert (case_id, subject) == (case, f"case:{case}")
    assert (detail["deny"], detail["team_kind"]) == (["country:XC"], "agency")
    assert "conditions" not in detail
    bound = house.behind("SELECT payload -> 'row_hashes' FROM clew.events WHERE verb = 'set_policy' ORDER BY at DESC LIMIT 1")
    assert f"cases:{case}" in bound[0][0]


def test_the_list_counts_what_is_in_sight_and_own_come_first(house: House) -> None:
    case = house.case("ben", audience_kind="listed", audience=("country:XA",))
    house.bring("ben", case, "one", "two")
    listed = cases.list_cases(house.viewer("anna"))
    assert [one.own for one in listed] == sorted((one.own for one in listed), reverse=True)
    assert next(one for one in listed if one.id == case).exhibits == 2
