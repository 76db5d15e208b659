"""Looking through a case: selections keep their places, facets count what is in sight, stacks fold."""

import json
import uuid
from typing import Any

import pytest

from clew.domain.accounts.service import set_preferences
from clew.domain.links import service as links
from clew.domain.triage import acts, service
from clew.domain.triage.model import Facets, Opened
from clew.domain.triage.profiles import PACKAGED
from clew.kernel.errors import BadInput, NotFound
from clew.kernel.ids import CaseId, ExhibitId, SelectionId
from clew.kernel.viewer import Viewer
from clew.store.vault import vault
from tests.domain.conftest import House


def opened(viewer: Viewer, case: CaseId, **asked: Any) -> Opened:
    return service.open_selection(viewer, case, asked=asked)


def shown(viewer: Viewer, case: CaseId, **asked: Any) -> list[ExhibitId]:
    return [tile.id for tile in service.show_tiles(viewer, opened(viewer, case, **asked).id, count=200)]


def facet(found: Facets, name: str) -> dict[str, int]:
    return dict(next(one.values for one in found.facets if one.name == name))


def say(house: House, exhibit: ExhibitId, kind: str = "picture", size: int = 1000, duration: float = 0, **facts: Any) -> None:
    """Give an exhibit what opening it finds out, as the worker does: content first, then the exhibit's own state."""
    house.behind("UPDATE clew.media SET kind = %s, size = %s, duration = %s, media_type = %s, facts = %s::jsonb WHERE id = %s",
                 kind, size, duration, f"{kind}/x", json.dumps(facts), house.media(exhibit))
    house.behind("UPDATE clew.exhibits SET state = 'imported' WHERE id = %s", exhibit)


@pytest.fixture(scope="module")
def filled(house: House) -> tuple[CaseId, dict[str, ExhibitId]]:
    """Return a case of Anna's with five exhibits that differ."""
    case = house.case("anna")
    names = ["old", "film", "large", "there", "bad"]
    held = dict(zip(names, house.bring("anna", case, *names), strict=True))
    say(house, held["old"], taken_at="1999:05:01 10:00:00", camera_make="Acme", camera_model="One")
    say(house, held["film"], "film", 20_000_000, 42.0, **{"tag.creation_time": "2020-01-02T03:04:05Z"})
    say(house, held["large"], size=2_000_000_000, camera_make="Acme", camera_model="Two", taken_at="0000:00:00 00:00:00")
    say(house, held["there"], latitude=48.1, longitude=-1.6, taken_at="2021:13:41 10:00:00")
    house.behind("UPDATE clew.exhibits SET state = 'refused' WHERE id = %s", held["bad"])
    return case, held


@pytest.mark.parametrize(("asked", "wanted"), [
    ({}, "old film large there"), ({"kind": ["film"]}, "film"), ({"state": ["refused"]}, "bad"),
    ({"camera": ["Acme Two"]}, "large"), ({"camera": [""]}, "film there"), ({"camera": ["", "Acme One"]}, "old film there"),
    ({"year": [30]}, "old"), ({"year": [0]}, "large there"), ({"size": [5]}, "large"), ({"length": [2]}, "film"),
    ({"place": True}, "there"), ({"place": False}, "old film large"), ({"format": ["film/x"]}, "film"), ({"kind": ["sound"]}, ""),
    ({"order": "taken"}, "old film large there"), ({"order": "size"}, "large film old there"),
    ({"order": "length"}, "film old large there"), ({"order": "place"}, "there old film large"),
    ({"order": "camera"}, "old large film there"), ({"linked": True}, ""), ({"linked": False}, "old film large there")])
def test_a_selection_holds_what_was_asked_for_in_its_order(
        house: House, filled: tuple[CaseId, dict[str, ExhibitId]], asked: dict[str, Any],
        wanted: str) -> None:
    case, held = filled
    assert shown(house.viewer("anna"), case, **asked) == [held[name] for name in wanted.split()]
    if "linked" not in asked:
        assert service.count_facets(house.viewer("anna"), case, asked=asked).total == len(wanted.split())


def test_only_and_without_name_exhibits(house: House, filled: tuple[CaseId, dict[str, ExhibitId]]) -> None:
    case, held = filled
    anna = house.viewer("anna")
    assert shown(anna, case, only=[str(held["old"]), str(held["there"])], without=[str(held["old"])]) == [held["there"]]


def test_facets_count_each_field_under_all_others(house: House, filled: tuple[CaseId, dict[str, ExhibitId]]) -> None:
    case, _ = filled
    found = service.count_facets(house.viewer("anna"), case, asked={"kind": ["picture"]})
    assert found.total == 3
    assert facet(found, "kind") == {"picture": 3, "film": 1}
    assert facet(found, "camera") == {"Acme One": 1, "Acme Two": 1, "": 1}
    assert facet(found, "state") == {"imported": 3}, "the refused one is no picture"
    assert facet(found, "year") == {"30": 1, "0": 2}
    assert facet(found, "place") == {"no": 2, "yes": 1}
    assert facet(found, "category") == {"none": 3}


def test_what_was_opened_is_seen_by_oneself_alone(house: House) -> None:
    case = house.case("anna")
    one, two = house.bring("anna", case, "s1", "s2")
    acts.note_seen(house.viewer("anna"), one)
    acts.note_seen(house.viewer("anna"), one)
    assert shown(house.viewer("anna"), case, seen=False) == [two]
    assert shown(house.viewer("anna"), case, order="unseen") == [two, one]
    assert shown(house.viewer("art"), case, order="unseen") == [one, two]
    assert facet(service.count_facets(house.viewer("anna"), case, asked={}), "seen") == {"yes": 1, "no": 1}
    assert facet(service.count_facets(house.viewer("art"), case, asked={}), "seen") == {"no": 2}


def test_judged_and_linked_are_told_of_what_is_in_sight(house: House) -> None:
    case, hidden = house.case("anna"), house.case("ben")
    one, two, three = house.bring("anna", case, "j1", "j2", "j3")
    other = house.bring("ben", hidden, "j4")[0]
    link = house.link(one, two)
    house.link(three, other)
    links.judge(house.viewer("anna"), link, answer="POSITIVE", reason="r")
    anna = house.viewer("anna")
    assert shown(anna, case, judged=True) == [one, two]
    assert shown(anna, case, linked=True) == [one, two, three], "a contact counts as a link"
    found = service.count_facets(anna, case, asked={"judged": False}, links=True)
    assert (found.total, facet(found, "judged"), facet(found, "linked")) == (1, {"yes": 2, "no": 1}, {"yes": 1})


def test_places_stay_while_work_goes_on(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    held = house.bring("anna", case, "p1", "p2", "p3")
    kept = opened(anna, case, category=["none"])
    acts.categorise(anna, case, profile_id=PACKAGED, code=1, exhibits=[held[0]])
    assert [tile.id for tile in service.show_tiles(anna, kept.id)] == held
    assert [(one.at, one.code) for one in service.show_categories(anna, kept.id, start=0)] == [(0, 1), (1, None), (2, None)]
    assert shown(anna, case, category=["none"]) == held[1:]
    assert shown(anna, case, category=[f"{PACKAGED}:1"]) == held[:1]
    assert shown(anna, case, order="uncategorised") == [*held[1:], held[0]]
    assert [tile.at for tile in service.show_tiles(anna, kept.id, start=1, count=1)] == [1]
    house.behind("UPDATE clew.exhibits SET withdrawn_at = now() WHERE id = %s", held[1])
    assert [(tile.at, tile.id) for tile in service.show_tiles(anna, kept.id)] == [(0, held[0]), (2, held[2])]


def test_a_selection_is_its_officers_own_and_the_oldest_go(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    first = opened(anna, case)
    for stranger in (house.viewer("art"), house.viewer("ben")):
        with pytest.raises(NotFound):
            service.show_tiles(stranger, first.id)
    for _ in range(service.KEPT):
        opened(anna, case)
    with pytest.raises(NotFound):
        service.show_categories(anna, first.id)
    with pytest.raises(NotFound):
        service.show_tiles(anna, SelectionId(uuid.uuid4()))
    with pytest.raises(NotFound):
        opened(house.viewer("ben"), case)


@pytest.mark.parametrize("wrong", [{"kind": ["painting"]}, {"colour": ["red"]}, {"order": "beauty"}, {"order": "likeness"},
                                   {"only": ["x"]}, {"year": list(range(2001))}, {"seen": "perhaps"}])
def test_what_is_not_understood_is_refused(house: House, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        opened(house.viewer("anna"), house.case("anna"), **wrong)


def test_who_sees_a_case_counts_and_sees_no_narrowed_exhibit(house: House) -> None:
    case = house.case("anna", audience_kind="listed", audience=("country:XB",))
    one, two = house.bring("anna", case, "n1", "n2")
    say(house, two, camera_make="Secret")
    house.behind("UPDATE clew.exhibits SET narrowed = true WHERE id = %s", two)
    ben = house.viewer("ben")
    assert shown(ben, case) == [one]
    found = service.count_facets(ben, case, asked={})
    assert (found.total, facet(found, "camera")) == (1, {"": 1})
    assert "stacked" not in {one.name for one in found.facets}
    assert shown(ben, case, camera=["Secret"]) == []
    house.behind("INSERT INTO clew.exhibit_grants SELECT %s, agency_id FROM clew.officers WHERE login = 'ben'", two)
    assert shown(ben, case) == [one, two]
    assert facet(service.count_facets(ben, case, asked={}), "camera") == {"": 1, "Secret": 1}
    assert shown(house.viewer("anna"), case) == [one, two]
    with pytest.raises(NotFound):
        service.count_facets(house.viewer("cleo"), case, asked={})


def test_likeness_is_to_an_exhibit_of_the_case(house: House) -> None:
    anna, case, other = house.viewer("anna"), house.case("anna"), house.case("anna")
    mine, elsewhere = house.bring("anna", case, "k1")[0], house.bring("anna", other, "k2")[0]
    assert shown(anna, case, order="likeness", like=str(mine)) == [mine]
    for wrong in (elsewhere, uuid.uuid4()):
        with pytest.raises(NotFound):
            opened(anna, case, order="likeness", like=str(wrong))


def test_what_is_decided_comes_without_its_thumbnail_unless_asked_for(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    one, two = house.bring("anna", case, "h1", "h2")
    for exhibit in (one, two):
        media = house.media(exhibit)
        house.behind("UPDATE clew.media SET safe_thumbnail = %s WHERE id = %s",
                     vault().keyring.seal_small(b"soft", f"thumbnail:{media}"), media)
    acts.categorise(anna, case, profile_id=PACKAGED, code=1, exhibits=[one])
    kept = opened(anna, case)
    assert service.get_selection(anna, kept.id) == kept
    told = [[(tile.thumbnail, tile.covered) for tile in service.show_tiles(anna, kept.id, decided=decided)]
            for decided in (False, True)]
    assert told == [[(None, True), (b"soft", False)], [(b"soft", False), (b"soft", False)]]
    assert house.last_event("show_tiles")[3] == {"exhibits": [str(one), str(two)], "decided": True}
    set_preferences(anna, language="en", mode="none")
    assert [tile.thumbnail for tile in service.show_tiles(anna, kept.id, decided=True)] == [None, None]
    set_preferences(anna, language="en", mode="safe")
