"""Profiles, priorities, saved views and the queue: an agency's own, changed by whom it may be, and shared as told."""

import threading
import uuid
from typing import Any

import pytest

from clew.domain.triage import acts, priorities, profiles, service, views
from clew.domain.triage.model import Code, Opened, Priority
from clew.domain.triage.profiles import PACKAGED
from clew.kernel.errors import BadInput, Conflict, NotFound, NotYourRole
from clew.kernel.ids import CaseId, ProfileId, SavedViewId
from clew.kernel.viewer import Viewer
from tests.domain.conftest import House

CODES = [Code(1, "severe"), Code(2, "other"), Code(0, "open", means_none=True)]


def test_the_packaged_profiles_have_nought_and_five_swapped(house: House) -> None:
    packaged = [one for one in profiles.list_profiles(house.viewer("anna")) if not one.own]
    told = {one.name: {code.code: (code.label, code.means_none) for code in one.codes} for one in packaged}
    vics, dhs = told["VICS 2.0 US"], told["DHS (older list)"]
    assert (vics[0], vics[5]) == (dhs[5], dhs[0]) == (("Non-pertinent", False), ("Not categorised", True))
    assert [one.name for one in packaged if one.chosen] == ["VICS 2.0 US"]


def test_an_administrator_makes_changes_and_chooses_his_agencys_profiles(house: House) -> None:
    admin, anna, case = house.viewer("admin.xa-viu"), house.viewer("anna"), house.case("anna")
    made = profiles.add_profile(admin, " Ours ", codes=CODES)
    profiles.choose_profile(admin, made.id)
    assert [(one.name, one.own, one.chosen) for one in profiles.list_profiles(anna) if one.own] == [("Ours", True, True)]
    one = house.bring("anna", case, "f1")[0]
    acts.categorise(anna, case, profile_id=made.id, code=1, exhibits=[one])
    with pytest.raises(Conflict):
        profiles.change_profile(admin, made.id, name="Ours", codes=CODES[1:])
    changed = profiles.change_profile(admin, made.id, name="Ours now", codes=[Code(1, "gravest"), Code(3, "new")])
    assert [(code.code, code.label) for code in changed.codes] == [(1, "gravest"), (3, "new")]
    assert acts.list_changes(anna, one)[0].label == "gravest"
    with pytest.raises(BadInput):
        acts.categorise(anna, case, profile_id=made.id, code=2, exhibits=[one])


def test_a_profile_is_its_agencys_own(house: House) -> None:
    made = profiles.add_profile(house.viewer("admin.xb-viu"), "Theirs", codes=CODES)
    admin, anna = house.viewer("admin.xa-viu"), house.viewer("anna")
    assert "Theirs" not in {one.name for one in profiles.list_profiles(anna)}
    for profile in (made.id, PACKAGED, ProfileId(uuid.uuid4())):
        with pytest.raises(NotFound):
            profiles.change_profile(admin, profile, name="Mine", codes=CODES)
    with pytest.raises(NotFound):
        profiles.choose_profile(admin, made.id)
    with pytest.raises(NotYourRole):
        profiles.add_profile(anna, "Mine", codes=CODES)
    case = house.case("anna")
    one = house.bring("anna", case, "f2")[0]
    with pytest.raises(BadInput):
        acts.categorise(anna, case, profile_id=made.id, code=1, exhibits=[one])


@pytest.mark.parametrize("codes", [[], [Code(1, "a"), Code(1, "b")], [Code(10, "a")], [Code(1, " ")], [Code(1, "x" * 81)]])
def test_a_profile_needs_codes_that_can_be_keys(house: House, codes: list[Code]) -> None:
    with pytest.raises(BadInput):
        profiles.add_profile(house.viewer("admin.xa-viu"), "Wrong", codes=codes)


def rule(name: str, **where: Any) -> Priority:
    return Priority(name, where)


def test_the_first_rule_that_fits_takes_an_exhibit(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    held = house.bring("anna", case, "y1", "y2", "y3", "y4")
    house.behind("UPDATE clew.media SET kind = 'film' WHERE id = ANY (%s)", [house.media(one) for one in held[2:]])
    house.behind("UPDATE clew.exhibits SET state = 'imported' WHERE id = ANY (%s)", held)
    acts.categorise(anna, case, profile_id=PACKAGED, code=1, exhibits=[held[3]])
    rules = [rule("grave", category=[f"{PACKAGED}:1"]), rule("films", kind=["film"])]
    taken = priorities.preview_priorities(anna, case, rules=rules)
    assert [(one.name, one.exhibits) for one in taken] == [("grave", 1), ("films", 1), ("", 2)]
    assert priorities.list_priorities(anna) == []
    priorities.set_priorities(anna, rules)
    assert priorities.list_priorities(house.viewer("art")) == rules
    kept = service.open_selection(anna, case, asked={"order": "priority"})
    assert [tile.id for tile in service.show_tiles(anna, kept.id)] == [held[3], held[2], held[0], held[1]]
    assert priorities.list_priorities(house.viewer("ben")) == []
    priorities.set_priorities(anna, rules[1:])
    assert [one.name for one in priorities.list_priorities(anna)] == ["films"]
    assert house.behind("SELECT count(*) FROM clew.priorities") == [(2,)], "every version stays"


@pytest.mark.parametrize("rules", [[rule("")], [rule("x", kind=["painting"])], [rule("x", seen=True)],
                                   [rule("x", only=[str(uuid.uuid4())])], [rule("x", kind=["film"])] * 31])
def test_a_rule_that_means_nothing_to_colleagues_is_refused(house: House, rules: list[Priority]) -> None:
    with pytest.raises(BadInput):
        priorities.set_priorities(house.viewer("anna"), rules)


def test_views_are_ones_own_or_shared_with_colleagues(house: House) -> None:
    anna, art, ben = (house.viewer(name) for name in ("anna", "art", "ben"))
    case = house.case("anna", audience_kind="listed", audience=("country:XB",))
    mine = views.save_view(anna, case, name="Mine", asked={"kind": ["film"]})
    shared = views.save_view(anna, case, name="Ours", asked={"order": "size"}, shared=True)
    assert views.list_views(anna, case) == [mine, shared]
    assert [(one.name, one.own, one.asked) for one in views.list_views(art, case)] == [("Ours", False, {"order": "size"})]
    assert views.list_views(ben, case) == [], "another agency's views are its own"
    for stranger, view in ((art, mine.id), (art, shared.id), (anna, SavedViewId(uuid.uuid4()))):
        with pytest.raises(NotFound):
            views.drop_view(stranger, view)
    views.drop_view(anna, mine.id)
    assert views.list_views(anna, case) == [shared]
    with pytest.raises(NotFound):
        views.list_views(house.viewer("cleo"), case)
    for wrong in ({"name": " "}, {"name": "x", "asked": {"colour": 1}}):
        with pytest.raises(BadInput):
            views.save_view(anna, case, **{"asked": {}, **wrong})  # type: ignore[arg-type]


def in_hands(viewer: Viewer, batch: Opened) -> list[uuid.UUID]:
    return [tile.id for tile in service.show_tiles(viewer, batch.id, count=200)]


def test_no_two_officers_get_the_same_file(house: House) -> None:
    anna, art = house.viewer("anna"), house.viewer("art")
    case = house.case("anna", audience_kind="listed", audience=("country:XB",))
    held = house.bring("anna", case, *(f"q{n}" for n in range(7)))
    acts.categorise(anna, case, profile_id=PACKAGED, code=1, exhibits=[held[1]])
    one, two = views.next_batch(anna, case, asked={}, most=3), views.next_batch(art, case, asked={}, most=3)
    assert in_hands(anna, one) == [held[0], held[2], held[3]]
    assert in_hands(art, two) == held[4:]
    assert views.next_batch(art, case, asked={"only": [str(held[0])]}, most=3).total == 0
    ben = house.viewer("ben")
    assert in_hands(ben, views.next_batch(ben, case, asked={}, most=9)) == held, "another agency has a queue of its own"
    house.behind("UPDATE clew.leases SET until = now()")
    assert in_hands(art, views.next_batch(art, case, asked={}, most=2)) == [held[0], held[2]], "what was not done in time is free"


def test_who_asks_at_once_gets_other_files(house: House) -> None:
    anna, art, case = house.viewer("anna"), house.viewer("art"), house.case("anna")
    house.bring("anna", case, *(f"race{n}" for n in range(40)))
    got: dict[str, list[uuid.UUID]] = {"anna": [], "art": []}

    def take(viewer: Viewer, into: list[uuid.UUID], case: CaseId) -> None:
        for _ in range(5):
            into += in_hands(viewer, views.next_batch(viewer, case, asked={"category": ["none"]}, most=4))
            acts.categorise(viewer, case, profile_id=PACKAGED, code=1, exhibits=into[-4:])  # type: ignore[arg-type]

    crew = [threading.Thread(target=take, args=(viewer, got[name], case)) for name, viewer in (("anna", anna), ("art", art))]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert len(got["anna"]) == len(got["art"]) == 20
    assert set(got["anna"]).isdisjoint(got["art"])
