"""The job of a search: its hits are told to their owners once, and a stopped officer gets no answer, then or later."""

from typing import Any

import pytest

from clew.domain.accounts import service as accounts
from clew.domain.cases.review import erase_case
from clew.domain.events.service import EventLine, list_events
from clew.domain.matching import search as job
from clew.domain.matching import service as matching
from clew.domain.matching.match import match
from clew.kernel.errors import Refused
from clew.kernel.ids import CaseId, SearchId
from clew.signals import registry
from clew.store.vault import vault
from tests.domain.conftest import House


class NoPictures:
    """Stands for the sandbox; what happens while a file is in it happens in `open`."""

    def __init__(self) -> None:
        self.meanwhile: Any = lambda: None

    def open(self, content: bytes, *, name_hint: str) -> str:
        self.meanwhile()
        return f"opened {name_hint}"


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> NoPictures:
    """Let a file be opened without signals, so that only the same bytes are found."""
    made = NoPictures()
    monkeypatch.setattr(job, "sandbox", lambda: made)
    monkeypatch.setattr(registry, "describe", lambda opened: [])
    return made


def ask(house: House, name: str, case: CaseId, content: str) -> SearchId:
    return matching.search(house.viewer(name), case, purpose="same room?", name="x.jpg",
                           stored=vault().blobs.put([content.encode()]))


def told(house: House, admin: str, search_id: SearchId) -> list[EventLine]:
    return [one for one in list_events(house.viewer(admin), verb_name="search_hit") if one.subject == f"search:{search_id}"]


def test_a_hit_is_told_once_to_the_administrator_of_the_other_side(house: House, sandbox: NoPictures) -> None:
    theirs = house.case("ben")
    house.bring("ben", theirs, "told once")
    made = ask(house, "anna", house.case("anna", audience_kind="network"), "told once")
    for _ in range(2):
        job.search({"search": str(made)})
        assert len(matching.get_search(house.viewer("anna"), made).hits) == 1
    [line] = told(house, "admin.xb-viu", made)
    assert (line.case_id, line.agency_code, line.officer, line.purpose) == (theirs, "XA-VIU", "", "same room?")
    assert told(house, "admin.xa-viu", made) == told(house, "admin.xc-viu", made) == []


@pytest.mark.parametrize(("policy", "by", "purpose"), [
    ({"audience_kind": "listed", "audience": ("country:XB",)}, "XA-VIU", "same room?"), ({}, "XA-VIU", ""),
    ({"hits": "owner-first"}, "", ""), ({"deny": ("XB-VIU",)}, None, None)])
@pytest.mark.parametrize("theirs", [{}, {"hits": "owner-first"}, {"deny": ("country:XA",)}, {"audience_kind": "network"}])
def test_what_is_told_follows_the_policy_of_the_searchs_case(
        house: House, sandbox: NoPictures, policy: dict[str, Any], by: str | None, purpose: str | None,
        theirs: dict[str, Any]) -> None:
    content = f"by {policy} of {theirs}"
    house.bring("ben", house.case("ben", **theirs), content)
    made = ask(house, "anna", house.case("anna", **policy), content)
    job.search({"search": str(made)})
    lines = told(house, "admin.xb-viu", made)
    assert [(one.agency_code, one.purpose) for one in lines] == ([] if by is None else [(by, purpose)])


def test_what_comes_after_a_search_needs_a_new_one(house: House, sandbox: NoPictures) -> None:
    case = house.case("anna")
    made = ask(house, "anna", case, "too late")
    job.search({"search": str(made)})
    house.bring("ben", house.case("ben"), "too late")
    assert matching.get_search(house.viewer("anna"), made).hits == ()
    again = ask(house, "anna", case, "too late")
    job.search({"search": str(again)})
    assert len(matching.get_search(house.viewer("anna"), again).hits) == len(told(house, "admin.xb-viu", again)) == 1


def stop(house: House, how: str, *, stopped: bool) -> None:
    if how == "suspended":
        accounts.suspend_officer(house.viewer("admin.xa-viu"), house.viewer("art").officer_id, suspended=stopped)
    else:
        accounts.cut_off_agency(house.viewer("root"), house.viewer("art").agency_id, off=stopped)


@pytest.mark.parametrize("how", ["suspended", "cut off"])
@pytest.mark.parametrize("when", ["waiting", "in the sandbox"])
def test_a_stopped_officer_gets_no_answer_then_or_later(house: House, sandbox: NoPictures, how: str, when: str) -> None:
    content = f"{how} {when}"
    house.bring("ben", house.case("ben", audience_kind="network"), content)
    house.log_in("art")
    made = ask(house, "art", house.case("art"), content)
    if when == "waiting":
        stop(house, how, stopped=True)
    else:
        sandbox.meanwhile = lambda: stop(house, how, stopped=True)
    job.search({"search": str(made)})
    stop(house, how, stopped=False)
    house.log_in("art")
    found = matching.get_search(house.viewer("art"), made)
    assert (found.state, found.reason, found.hits) == ("refused", job.STOPPED, ())
    assert house.behind("SELECT 1 FROM clew.search_hits WHERE search_id = %s", made) == []
    assert told(house, "admin.xb-viu", made) == []
    assert not vault().blobs.looks_whole(house.behind("SELECT object_name FROM clew.searches WHERE id = %s", made)[0][0],
                                         len(content))


def test_a_file_that_cannot_be_opened_ends_its_search(house: House, sandbox: NoPictures) -> None:
    def refuse() -> None:
        raise Refused("It is damaged.")

    sandbox.meanwhile = refuse
    made = ask(house, "anna", house.case("anna"), "broken")
    job.search({"search": str(made)})
    assert matching.get_search(house.viewer("anna"), made).reason == "It is damaged."


def test_hits_of_what_a_suspended_officer_brought_are_computed_all_the_same(
        house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.log_in("art")
    exhibit = house.bring("art", house.case("art"), "his own")[0]
    file = house.behind("UPDATE clew.files SET matched = false WHERE exhibit_id = %s RETURNING id", exhibit)[0][0]
    stop(house, "suspended", stopped=True)
    match({"file": str(file)})
    assert house.behind("SELECT matched FROM clew.files WHERE id = %s", file) == [(True,)]
    stop(house, "suspended", stopped=False)


def test_erasing_a_case_takes_its_hits_out_of_other_agencies_searches(house: House, sandbox: NoPictures) -> None:
    theirs = house.case("ben", audience_kind="network")
    house.bring("ben", theirs, "erased later")
    made = ask(house, "anna", house.case("anna"), "erased later")
    job.search({"search": str(made)})
    house.behind("UPDATE clew.cases SET expires = current_date WHERE id = %s", theirs)
    erase_case(house.viewer("admin.xb-viu"), theirs)
    assert house.behind("SELECT 1 FROM clew.search_hits WHERE search_id = %s", made) == []
    assert matching.get_search(house.viewer("anna"), made).hits == ()


def test_a_search_whose_file_was_damaged_where_it_waited_ends(house: House, sandbox: NoPictures) -> None:
    made = ask(house, "anna", house.case("anna"), "flipped")
    name = house.behind("SELECT object_name FROM clew.searches WHERE id = %s", made)[0][0]
    vault().blobs.drop(name)
    job.search({"search": str(made)})
    found = matching.get_search(house.viewer("anna"), made)
    assert (found.state, found.reason) == ("refused", job.DAMAGED)
