"""Every list of the API that can grow long, read page by page: each item once, in one order, also where times are equal."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions
from clew.domain.links import service as links
from clew.domain.matching import service as matching
from clew.store.vault import vault
from tests.domain.conftest import House, house  # noqa: F401
from tests.web.in_process import in_process

MANY = 7
Made = tuple[str, str, set[str]]  # who asks, the path, the ids expected


@pytest.fixture(scope="module")
def web(house: House) -> Iterator[httpx.Client]:  # noqa: F811
    with in_process() as client:
        yield client


def some_contributions(house: House) -> Made:  # noqa: F811
    case = house.case("anna")
    made = {str(contributions.begin_contribution(house.viewer("anna"), case).id) for _ in range(MANY)}
    house.behind("UPDATE clew.contributions SET made_at = '2026-01-01' WHERE case_id = %s", case)
    return "anna", f"/cases/{case}/contributions", made


def some_searches(house: House) -> Made:  # noqa: F811
    case = house.case("anna")
    stored = vault().blobs.put([b"asked with"])
    made = {str(matching.search(house.viewer("anna"), case, purpose="why not", name="x", stored=stored)) for _ in range(MANY)}
    house.behind("UPDATE clew.searches SET made_at = '2026-01-01' WHERE case_id = %s", case)
    return "anna", f"/cases/{case}/searches", made


def some_judgements(house: House) -> Made:  # noqa: F811
    one, other = house.bring("anna", house.case("anna"), uuid.uuid4().hex, uuid.uuid4().hex)
    link = house.link(one, other)
    made = {str(links.judge(house.viewer("anna"), link, answer="UNSURE", reason="blurred").id) for _ in range(MANY)}
    house.behind("UPDATE clew.judgements SET made_at = '2026-01-01' WHERE link_id = %s", link)
    return "anna", f"/links/{link}/judgements", made


def some_events(house: House) -> Made:  # noqa: F811
    for _ in range(MANY):
        cases.get_case(house.viewer("art"), house.case("art"))
    house.behind("UPDATE clew.events SET at = '2026-01-01' WHERE verb = 'get_case'")
    made = {str(row[0]) for row in house.behind("SELECT e.id FROM clew.events e JOIN clew.officers o ON o.id = e.officer_id "
                                                "WHERE e.verb = 'get_case' AND o.login = 'art'")}
    return "admin.xa-viu", "/events?verb=get_case&officer=art", made


def some_cases(house: House) -> Made:  # noqa: F811
    made = {str(house.case(name, audience_kind="network")) for name in ("anna", "ben", "cleo", "anna", "ben")}
    house.behind("UPDATE clew.cases SET made_at = '2026-01-01'")
    return "cleo", "/cases", made


def some_managed_cases(house: House) -> Made:  # noqa: F811
    for _ in range(MANY):
        house.case("cleo")
    house.behind("UPDATE clew.cases SET expires = current_date + 9")
    return "admin.xc-viu", "/managed-cases", {str(row[0]) for row in house.behind(
        "SELECT c.id FROM clew.cases c JOIN clew.agencies a ON a.id = c.owner_agency_id WHERE a.code = 'XC-VIU'")}


def id_of(item: dict[str, Any]) -> str:
    return str(item.get("contribution", item).get("id") or item["case_id"])


LISTS = (some_contributions, some_searches, some_judgements, some_events, some_cases, some_managed_cases)


@pytest.mark.parametrize("make", LISTS, ids=lambda one: one.__name__)
def test_page_by_page_each_item_comes_once(web: httpx.Client, house: House, make: Callable[[House], Made]) -> None:  # noqa: F811
    who, path, made = make(house)
    headers = {"Authorization": f"Bearer {house.viewer(who).token}"}
    whole = [id_of(one) for one in web.get(f"/api/v1{path}", headers=headers, params={"limit": 1000}).json()] if (
        "?" not in path) else None
    asked = httpx.URL(f"/api/v1{path}")
    seen: list[str] = []
    while True:
        told = web.get(asked.copy_merge_params({"limit": "3"} | ({"after": seen[-1]} if seen else {})), headers=headers).json()
        assert len(told) <= 3
        seen += [id_of(one) for one in told]
        if len(told) < 3:
            break
    assert len(seen) == len(set(seen))
    assert whole in (None, seen)
    assert set(seen) >= made and (path == "/cases" or set(seen) == made)


@pytest.mark.parametrize("make", LISTS, ids=lambda one: one.__name__)
def test_a_cursor_of_nothing_in_sight_is_refused(web: httpx.Client, house: House, make: Callable[[House], Made]) -> None:  # noqa: F811
    who, path, _ = make(house)
    headers = {"Authorization": f"Bearer {house.viewer(who).token}"}
    hidden = house.case("anna")
    for after in (uuid.uuid4(), hidden) if who != "anna" else (uuid.uuid4(),):
        answer = web.get(httpx.URL(f"/api/v1{path}").copy_merge_params({"after": str(after)}), headers=headers)
        assert (answer.status_code, answer.json()["message"]) == (
            400, "This page address is damaged. Begin again at the first page.")
