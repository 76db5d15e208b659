"""Searching: under a case and a purpose, limited, one's own; results as far as each owner allows."""

import uuid
from collections.abc import Iterator

import pytest

from clew.domain.matching import service as matching
from clew.kernel.errors import BadInput, NotFound, TooMany
from clew.kernel.ids import CaseId, SearchId
from clew.kernel.settings import use_settings
from clew.store import db
from clew.store.vault import vault
from tests.domain.conftest import House


def search(house: House, name: str, case: CaseId, purpose: str = "same room?") -> SearchId:
    return matching.search(house.viewer(name), case, purpose=purpose, name="x.jpg", stored=vault().blobs.put([b"asked with"]))


def done(house: House, search_id: SearchId, *contents: str) -> None:
    """Let a search end with these media found."""
    house.behind("UPDATE clew.searches SET state = 'done' WHERE id = %s", search_id)
    for content in contents:
        house.behind("INSERT INTO clew.search_hits (search_id, exhibit_id, matcher, value, verdict, why) SELECT %s, id, "
                     "'pdq', 0.95, 'match', 'near' FROM clew.exhibits WHERE path = %s", search_id, f"{content}.jpg")


def test_a_search_is_queued_kept_and_told_to_its_officer_only(house: House) -> None:
    case = house.case("anna")
    made = search(house, "anna", case)
    waiting = matching.get_search(house.viewer("anna"), made)
    assert (waiting.state, waiting.hits, waiting.purpose, waiting.name) == ("waiting", (), "same room?", "x.jpg")
    assert [one.id for one in matching.list_searches(house.viewer("anna"), case)] == [made]
    assert matching.list_searches(house.viewer("art"), case) == []
    for name, one in (("art", made), ("ben", made), ("anna", SearchId(uuid.uuid4()))):
        with pytest.raises(NotFound):
            matching.get_search(house.viewer(name), one)
    assert house.last_event("search")[:3] == (case, f"search:{made}", "same room?")


@pytest.mark.parametrize("purpose", ["", "  x ", "x" * 501])
def test_a_search_needs_a_purpose(house: House, purpose: str) -> None:
    with pytest.raises(BadInput):
        search(house, "anna", house.case("anna"), purpose)


def test_a_search_needs_a_case_in_sight(house: House) -> None:
    with pytest.raises(NotFound):
        search(house, "ben", house.case("anna"))
    shared = house.case("anna", audience_kind="network")
    made = search(house, "ben", shared)
    house.behind("UPDATE clew.cases SET audience = 'own' WHERE id = %s", shared)
    with pytest.raises(NotFound):  # what is out of sight now shows nothing of before
        matching.get_search(house.viewer("ben"), made)


def test_results_are_told_as_each_owner_allows(house: House) -> None:
    policies = {"open": {"audience_kind": "network"}, "contact": {}, "first": {"hits": "owner-first"},
                "denied": {"deny": ("country:XA",)}}
    for name, policy in policies.items():
        house.bring("ben", house.case("ben", **policy), f"{name} found")
    made = search(house, "anna", house.case("anna"))
    done(house, made, *(f"{name} found" for name in policies))
    hits = matching.get_search(house.viewer("anna"), made).hits
    assert sorted(hit.level for hit in hits) == ["audience", "contact"]
    contact = next(hit for hit in hits if hit.level == "contact")
    assert (contact.agency_code, contact.band, contact.exhibit_id, contact.case_id, contact.value, contact.why) == (
        "XB-VIU", "strong", None, None, None, "")


@pytest.fixture
def few(house: House) -> Iterator[None]:
    """Allow few searches for one test."""
    at = house.node.at
    fewer = at.model_copy(update={"search_limit": 2, "agency_search_limit": 3})
    db._open[fewer] = db.database()
    use_settings(fewer)
    yield
    db._open.pop(fewer)
    use_settings(at)


def test_probing_is_limited_by_officer_and_by_agency(house: House, few: None) -> None:
    house.behind("UPDATE clew.searches SET made_at = now() - interval '2 hours'")
    house.behind("UPDATE clew.events SET at = now() - interval '2 hours' WHERE verb = 'search'")
    case = house.case("cleo")
    house.node.officer("XC-VIU", "carl")
    for _ in range(2):
        search(house, "cleo", case)
    with pytest.raises(TooMany, match="2 searches"):
        search(house, "cleo", case)
    search(house, "carl", case)
    with pytest.raises(TooMany, match="agency"):
        search(house, "carl", case)
