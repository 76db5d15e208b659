"""What is said of exhibits: at once and in steps, undone and done again, stacks follow, others are not overruled."""

import uuid

import pytest

from clew.domain.accounts import service as accounts
from clew.domain.cases import review
from clew.domain.matching.housekeeping import keep_house
from clew.domain.triage import acts, jobs, service, views
from clew.domain.triage.model import Act
from clew.domain.triage.profiles import PACKAGED
from clew.kernel.errors import BadInput, NotFound
from clew.kernel.ids import CaseId, ExhibitId, ProfileId, SelectionId
from clew.kernel.viewer import Viewer
from clew.store import db
from clew.store.jobs import drain
from tests.domain.conftest import House

OLDER = ProfileId(uuid.UUID("c1a55e00-0000-4000-8000-000000000002"))


def codes(viewer: Viewer, case: CaseId, *, folded: bool = False) -> list[int | None]:
    """Return what one's own agency says of every exhibit of a case, in the order of arrival."""
    kept = service.open_selection(viewer, case, asked={"folded": folded})
    return [one.code for one in service.show_categories(viewer, kept.id, count=1000)]


def say(viewer: Viewer, case: CaseId, code: int, *exhibits: ExhibitId, stacks: bool = False) -> Act:
    return acts.categorise(viewer, case, profile_id=PACKAGED, code=code, exhibits=exhibits, stacks=stacks)


def test_codes_mean_what_their_profile_says(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    one, two = house.bring("anna", case, "c1", "c2")
    say(anna, case, 0, one)
    acts.categorise(anna, case, profile_id=OLDER, code=5, exhibits=[two])
    tiles = service.show_tiles(anna, service.open_selection(anna, case, asked={}).id)
    assert [(tile.said[0].code, tile.said[0].label) for tile in tiles] == [(0, "Non-pertinent"), (5, "Non-pertinent")]
    say(anna, case, 5, one)
    acts.categorise(anna, case, profile_id=OLDER, code=0, exhibits=[two])
    assert codes(anna, case) == [None, None], "five of the one and nought of the other say that nothing was decided"
    told = acts.list_changes(anna, one)
    assert [(change.code, change.label, change.officer) for change in told] == [(None, "", "Anna"), (0, "Non-pertinent", "Anna")]


def test_undo_and_redo_go_many_levels(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    one, two = house.bring("anna", case, "u1", "u2")
    for code, exhibits in ((1, [one]), (2, [one, two]), (3, [two])):
        say(anna, case, code, *exhibits)
    states = [[2, 3], [2, 2], [1, None], [None, None]]
    assert codes(anna, case) == states[0]
    for state in states[1:]:
        assert acts.undo(anna, case) is not None
        assert codes(anna, case) == state
    assert acts.undo(anna, case) is None
    for state in states[-2::-1]:
        assert acts.redo(anna, case) is not None
        assert codes(anna, case) == state
    assert acts.redo(anna, case) is None
    acts.undo(anna, case)
    say(anna, case, 4, one)
    assert acts.redo(anna, case) is None, "a new act ends what could be done again"
    assert [change.verb for change in acts.list_changes(anna, two)] == ["undo", "redo", "redo", "undo", "undo", "categorise",
                                                                      "categorise"]


def test_undo_overrules_nobody_who_decided_since(house: House) -> None:
    anna, art, case = house.viewer("anna"), house.viewer("art"), house.case("anna")
    one, two, three = house.bring("anna", case, "o1", "o2", "o3")
    say(anna, case, 1, one, two, three)
    say(art, case, 2, two)
    say(art, case, 2, three)
    say(art, case, 1, three)
    undone = acts.undo(anna, case)
    assert undone is not None
    assert (undone.total, undone.changed) == (3, 1)
    assert codes(anna, case) == [None, 2, 1]
    assert acts.undo(art, case) is not None, "each officer has acts of his own"


def test_places_of_a_selection_are_acted_on_with_exceptions(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    held = house.bring("anna", case, *(f"r{n}" for n in range(6)))
    kept = service.open_selection(anna, case, asked={"without": [str(held[5])]})
    act = acts.categorise(anna, case, profile_id=PACKAGED, code=1, selection_id=kept.id, places=[(0, 1), (3, 900)])
    assert (act.total, act.changed, act.state) == (4, 4, "done")
    assert codes(anna, case) == [1, 1, None, 1, 1, None]
    again = acts.categorise(anna, case, profile_id=PACKAGED, code=1, selection_id=kept.id, places=[(0, 4)])
    assert (again.total, again.changed) == (5, 1)
    assert house.last_event("categorise")[3]["exhibits"] == sorted(str(one) for one in held[:5])


def test_a_long_act_is_done_in_steps_by_the_worker(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    house.bring("anna", case, *(f"w{n}" for n in range(7)))
    monkeypatch.setattr(acts, "AT_ONCE", 3)
    monkeypatch.setattr(jobs, "STEP", 3)
    kept = service.open_selection(anna, case, asked={})
    act = acts.categorise(anna, case, profile_id=PACKAGED, code=2, selection_id=kept.id, places=[(0, 6)])
    assert (act.state, act.done) == ("waiting", 0)
    drain(jobs.JOBS, house.node.at)
    found = acts.get_act(anna, act.id)
    assert (found.state, found.done, found.changed) == ("done", 7, 7)
    assert codes(anna, case) == [2] * 7
    jobs.act({"act": str(act.id)})
    assert acts.get_act(anna, act.id) == found, "twice is once"
    with pytest.raises(NotFound):
        acts.get_act(house.viewer("art"), act.id)


def test_undo_stops_an_act_that_still_runs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    held = house.bring("anna", case, *(f"x{n}" for n in range(4)))
    monkeypatch.setattr(acts, "AT_ONCE", 1)
    act = say(anna, case, 2, *held)
    with db.database().system_work() as work:
        work.write("SELECT * FROM clew.go_on(:act, 2)", {"act": act.id})
        work.record(acts.event(anna, "test"))
    acts.undo(anna, case)
    drain(jobs.JOBS, house.node.at)
    assert codes(anna, case) == [None] * 4
    assert acts.get_act(anna, act.id).state == "stopped"


def test_an_officer_who_was_suspended_acts_no_further(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.node.officer("XA-VIU", "gone")
    gone, case = house.viewer("gone"), house.case("anna")
    held = house.bring("anna", case, "g1", "g2")
    monkeypatch.setattr(acts, "AT_ONCE", 1)
    act = say(gone, case, 1, *held)
    accounts.suspend_officer(house.viewer("admin.xa-viu"), gone.officer_id)
    drain(jobs.JOBS, house.node.at)
    assert house.behind("SELECT state, done FROM clew.acts WHERE id = %s", act.id) == [("stopped", 0)]
    assert codes(house.viewer("anna"), case) == [None, None]


def test_agencies_speak_for_themselves_and_are_heard_by_who_sees_the_case(house: House) -> None:
    case = house.case("anna", audience_kind="listed", audience=("country:XB",))
    one, two = house.bring("anna", case, "a1", "a2")
    anna, ben, cleo = (house.viewer(name) for name in ("anna", "ben", "cleo"))
    say(anna, case, 1, one)
    say(ben, case, 3, one)
    for viewer, own in ((anna, "XA-VIU"), (ben, "XB-VIU")):
        said = service.show_tiles(viewer, service.open_selection(viewer, case, asked={}).id)[0].said
        assert [(told.agency_code, told.code, told.own) for told in said] == [
            ("XA-VIU", 1, own == "XA-VIU"), ("XB-VIU", 3, own == "XB-VIU")]
    assert [change.officer for change in acts.list_changes(ben, one)] == ["Ben", "XA-VIU"]
    for hidden in (lambda: acts.list_changes(cleo, one), lambda: say(cleo, case, 1, two), lambda: acts.undo(cleo, case)):
        with pytest.raises(NotFound):
            hidden()
    house.behind("UPDATE clew.exhibits SET narrowed = true WHERE id = %s", two)
    with pytest.raises(NotFound):
        say(ben, case, 1, two)


def test_what_is_not_there_is_not_categorised(house: House) -> None:
    anna, case, other = house.viewer("anna"), house.case("anna"), house.case("anna")
    one, elsewhere = house.bring("anna", case, "t1")[0], house.bring("anna", other, "t2")[0]
    kept = service.open_selection(anna, case, asked={})
    for exhibits in ([elsewhere], [ExhibitId(uuid.uuid4())], [one, elsewhere]):
        with pytest.raises(NotFound):
            say(anna, case, 1, *exhibits)
    for selection in (kept.id, SelectionId(uuid.uuid4())):
        with pytest.raises(NotFound):
            acts.categorise(anna, other, profile_id=PACKAGED, code=1, selection_id=selection, places=[(0, 0)])
    for wrong in ({"code": 9}, {"profile_id": ProfileId(uuid.uuid4())}, {"exhibits": ()}, {"selection_id": kept.id},
                  {"selection_id": kept.id, "places": [(3, 2)]}):
        with pytest.raises(BadInput):
            acts.categorise(anna, case, **{"profile_id": PACKAGED, "code": 1, "exhibits": [one], **wrong})  # type: ignore[arg-type]
    assert codes(anna, case) == [None]


def test_erasing_a_case_takes_along_what_was_said_of_it(house: House) -> None:
    anna, admin, case, other = house.viewer("anna"), house.viewer("admin.xa-viu"), house.case("anna"), house.case("anna")
    one, two = house.bring("anna", case, "e1", "e2")
    kept = house.bring("anna", other, "e1")[0]
    for exhibit, place in ((one, case), (two, case), (kept, other)):
        say(anna, place, 1, exhibit)
    acts.undo(anna, case)
    acts.note_seen(anna, one)
    views.next_batch(anna, case, asked={})
    views.save_view(anna, case, name="v", asked={})
    house.behind("UPDATE clew.cases SET expires = current_date WHERE id = %s", case)
    review.erase_case(admin, case)
    for table in ("acts", "categories", "exhibit_facts", "case_words", "saved_views", "selections", "seen"):
        assert house.behind(f"SELECT count(*) FROM clew.{table} WHERE case_id = %s", case) == [(0,)], table
    assert codes(anna, other) == [1]


def test_old_selections_are_taken_away(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    kept = [service.open_selection(anna, case, asked={}).id for _ in range(2)]
    house.behind("UPDATE clew.selections SET made_at = now() - interval '25 hours' WHERE id = %s", kept[0])
    keep_house()
    assert house.behind("SELECT id FROM clew.selections WHERE id = ANY (%s)", kept) == [(kept[1],)]
