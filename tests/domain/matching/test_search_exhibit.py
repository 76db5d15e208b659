"""Searching with a marked part of a stored exhibit: by who may open it, while he may, and never finding itself."""

import uuid
from typing import Any

import numpy as np
import pytest
from sqlalchemy.exc import DBAPIError

from clew.domain.cases import service as cases
from clew.domain.cases.review import erase_case
from clew.domain.exhibits import contributions, sharing
from clew.domain.exhibits.service import exhibit_in_sight
from clew.domain.matching import search as job
from clew.domain.matching import service as matching
from clew.domain.matching.give_up import give_up
from clew.domain.matching.jobs import JOBS
from clew.domain.matching.rules import Box, still_at
from clew.kernel.errors import BadInput, Damaged, NotFound, NotYourRole, Refused, TooMany
from clew.kernel.ids import CaseId, ExhibitId, SearchId
from clew.signals import details
from clew.store import jobs
from clew.store.db import database
from tests.domain.conftest import House
from tests.domain.matching.test_depth import bring, jpeg, look_at_all, scene
from tests.domain.matching.test_search import told
from tests.domain.matching.test_service import few

__all__ = ["few"]
BOX: Box = (0.25, 0.25, 0.5, 0.5)


def ask(house: House, name: str, exhibit: ExhibitId, **more: Any) -> SearchId:
    return matching.search_exhibit(house.viewer(name), exhibit, **({"purpose": "same poster?", "box": BOX} | more))


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Stand for the sandbox and the matcher, so that only the same bytes are found; keeps what was asked of it."""
    asked: list[dict[str, Any]] = []

    class Reader:
        def render(self, content: int, **how: Any) -> Any:
            asked.append(how)
            return np.zeros((9, 16, 3), np.uint8)

    monkeypatch.setattr(job, "sandbox", Reader)
    monkeypatch.setattr(details, "describe_region", lambda opened, box: [])
    return asked


def test_a_marked_part_of_an_exhibit_is_found_elsewhere_and_not_in_itself(house: House) -> None:
    house.behind("UPDATE clew.files SET in_depth = 'done'")
    mine, theirs, whole = house.case("anna"), house.case("ben", audience_kind="network"), scene(uuid.uuid4().int % 10_000)
    bring(house, "anna", mine, jpeg(whole))
    bring(house, "ben", theirs, jpeg(whole.crop((120, 90, 840, 630)).resize((640, 480))))
    look_at_all(house)
    exhibit = ExhibitId(house.behind("SELECT id FROM clew.exhibits WHERE case_id = %s", mine)[0][0])
    made = ask(house, "anna", exhibit, box=(0.3, 0.3, 0.4, 0.4))
    jobs.drain(JOBS, house.node.at)
    found = matching.get_search(house.viewer("anna"), made)
    assert (found.state, found.case_id, found.exhibit_id, found.box) == ("done", mine, exhibit, (0.3, 0.3, 0.4, 0.4))
    [hit] = found.hits
    assert (hit.matcher, hit.verdict, hit.case_id) == ("details", "match", theirs)
    quad = np.array(hit.where["b_quad"])
    assert np.allclose((quad.min(0) * (720, 540) + (120, 90)) / (960, 720), 0.3, atol=0.03)
    assert np.allclose((quad.max(0) * (720, 540) + (120, 90)) / (960, 720), 0.7, atol=0.03)
    assert house.last_event("search_exhibit")[0:3] == (mine, f"search:{made}", "same poster?")
    assert told(house, "admin.xb-viu", made) != []


def test_the_same_bytes_elsewhere_are_told_with_the_part_in_the_same_place(house: House, still: list[dict[str, Any]]) -> None:
    mine, theirs = house.case("anna"), house.case("ben", audience_kind="network")
    [exhibit] = house.bring("anna", mine, "same bytes")
    house.bring("ben", theirs, "same bytes")
    house.behind("UPDATE clew.media SET kind = 'film', duration = 60 WHERE id = %s", house.media(exhibit))
    made = ask(house, "anna", exhibit, time=12.5)
    job.search({"search": str(made)})
    [hit] = matching.get_search(house.viewer("anna"), made).hits
    assert (hit.matcher, hit.case_id, hit.where) == (
        "exact", theirs, {"a_box": list(BOX), "b_box": list(BOX), "a_time": 12.5, "b_time": 12.5})
    assert still[0]["time"] == 12.5


def test_a_small_part_is_opened_with_as_many_pixels_as_a_matcher_looks_at(house: House, still: list[dict[str, Any]]) -> None:
    [exhibit] = house.bring("anna", house.case("anna"), "small part")
    for box in ((0.1, 0.1, 0.9, 0.9), (0.1, 0.1, 0.4, 0.2), (0.5, 0.5, 0.05, 0.02)):
        job.search({"search": str(ask(house, "anna", exhibit, box=box))})
    assert [how["side"] for how in still] == [1024, 2000, 4096]


@pytest.mark.parametrize("wrong", [{"purpose": " x "}, {"box": (0, 0, 2, 1)}, {"box": (0.1, 0.1, 0.001, 0.5)}])
def test_it_needs_a_purpose_and_a_part(house: House, wrong: dict[str, Any]) -> None:
    [exhibit] = house.bring("anna", house.case("anna"), f"wrong {wrong}"[:60])
    with pytest.raises(BadInput):
        ask(house, "anna", exhibit, **wrong)


def test_of_a_film_a_second_is_named_and_of_a_sound_nothing_is_marked() -> None:
    assert (still_at("picture", 0, 5), still_at("film", 60, 0), still_at("film", 60, 59.5)) == (None, 0, 59.5)
    for second in (None, -1, 61, float("nan")):
        with pytest.raises(BadInput):
            still_at("film", 60, second)
    for kind in ("sound", "archive", ""):
        with pytest.raises(Refused):
            still_at(kind, 0, None)


def test_who_does_not_know_the_exhibit_or_the_case_searches_nothing(house: House) -> None:
    mine = house.case("anna", audience_kind="listed", audience=("XB-VIU",))
    shown, narrowed = house.bring("anna", mine, "who shown", "who narrowed")
    sharing.narrow(house.viewer("anna"), narrowed, narrowed=True)
    ask(house, "ben", shown)
    for name, one in (("ben", narrowed), ("cleo", shown), ("cleo", ExhibitId(uuid.uuid4()))):
        with pytest.raises(NotFound):
            ask(house, name, one)
    for case in (house.case("ben"), CaseId(uuid.uuid4())):
        with pytest.raises(NotFound):
            ask(house, "anna", shown, case_id=case)
    with pytest.raises(NotYourRole):
        ask(house, "admin.xa-viu", shown)
    sharing.grant(house.viewer("anna"), narrowed, agency_code="XC-VIU")
    with pytest.raises(NotFound):
        ask(house, "cleo", narrowed)  # its case is none of hers
    ask(house, "cleo", narrowed, case_id=house.case("cleo"))


def test_the_second_wall_takes_no_search_from_an_exhibit_out_of_sight(house: House) -> None:
    [hidden], mine = house.bring("ben", house.case("ben"), "second wall"), house.case("anna")
    with (pytest.raises(DBAPIError, match="row-level security"),
          database().viewer_work(house.viewer("anna").token) as (work, viewer)):
        matching._begin(work, viewer, mine, "to look", name="", sha256=b"", box=list(BOX), exhibit=hidden)


def test_what_was_not_opened_is_not_searched_with(house: House) -> None:
    [exhibit] = house.bring("anna", house.case("anna"), "not opened")
    house.behind("UPDATE clew.exhibits SET state = 'refused' WHERE id = %s", exhibit)
    with pytest.raises(Refused):
        ask(house, "anna", exhibit)


def test_probing_limits_count_it(house: House, few: None) -> None:
    house.behind("UPDATE clew.searches SET made_at = now() - interval '2 hours'")
    [exhibit] = house.bring("art", house.case("art"), "probed")
    for _ in range(2):
        ask(house, "art", exhibit)
    with pytest.raises(TooMany, match="2 searches"):
        ask(house, "art", exhibit)


def lost(house: House, how: str, case: CaseId, exhibit: ExhibitId) -> None:
    """Take away that Ben's search may open Anna's exhibit."""
    anna = house.viewer("anna")
    if how == "withdrawn":
        contributions.withdraw(anna, contributions.list_contributions(anna, case)[0].contribution.id)
    elif how == "narrowed":
        sharing.narrow(anna, exhibit, narrowed=True)
    else:
        cases.set_policy(anna, case, policy=house.policy(**({} if how == "closed" else {
            "audience_kind": "network", "deny": ("XB-VIU",)})))


@pytest.mark.parametrize("how", ["withdrawn", "narrowed", "closed", "denied"])
def test_what_may_no_longer_be_opened_is_not(house: House, still: list[dict[str, Any]], how: str) -> None:
    case = house.case("anna", audience_kind="network")
    [exhibit] = house.bring("anna", case, f"lost {how}")
    made = ask(house, "ben", exhibit, case_id=house.case("ben"))
    lost(house, how, case, exhibit)
    job.search({"search": str(made)})
    found = matching.get_search(house.viewer("ben"), made)
    assert (found.state, found.reason, found.hits) == ("refused", job.GONE, ())
    assert (found.exhibit_id, found.name) == (None, ""), "the name is not told again"
    assert still == []


def test_erasing_the_exhibits_case_keeps_the_search_and_forgets_the_exhibit(house: House, still: list[dict[str, Any]]) -> None:
    theirs = house.case("ben", audience_kind="network")
    [exhibit] = house.bring("ben", theirs, "erased under a search")
    made = ask(house, "anna", exhibit, case_id=house.case("anna"))
    assert matching.get_search(house.viewer("anna"), made).exhibit_id == exhibit
    house.behind("UPDATE clew.cases SET expires = current_date WHERE id = %s", theirs)
    erase_case(house.viewer("admin.xb-viu"), theirs)
    job.search({"search": str(made)})
    assert matching.get_search(house.viewer("anna"), made).reason == job.GONE


def test_damaged_content_and_given_up_jobs_end_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise Damaged("flipped")

    exhibits = house.bring("anna", house.case("anna"), "damaged part", "given up part")
    first, second = (ask(house, "anna", one) for one in exhibits)
    monkeypatch.setattr(job, "in_memory", broken)
    job.search({"search": str(first)})
    assert matching.get_search(house.viewer("anna"), first).reason == job.DAMAGED_EXHIBIT
    house.behind("UPDATE clew.pgqueuer SET status = 'failed' WHERE convert_from(payload, 'UTF8') LIKE %s", f"%{second}%")
    assert give_up() >= 1
    assert matching.get_search(house.viewer("anna"), second).state == "refused"
    with database().viewer_work(house.viewer("anna").token) as (work, viewer):
        assert exhibit_in_sight(work, viewer, exhibits[1]).state == "imported"
