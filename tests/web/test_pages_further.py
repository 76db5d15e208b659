"""Long lists on pages go on at "Next page": every item once, whatever the size of a page, and back to no lost filter."""

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions
from clew.domain.matching import service as matching
from clew.store.vault import vault
from clew.web.pages import administration, oversight, searches
from clew.web.pages import cases as case_pages
from clew.web.pages import contributions as contribution_pages
from clew.web.session import PLAIN_COOKIE
from tests.domain.conftest import House, house  # noqa: F401
from tests.web.in_process import in_process

MANY = 5


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put two items on each page."""
    for module, name in ((administration, "PAGE"), (oversight, "PAGE"), (searches, "PAGE"), (case_pages, "CASES"),
                         (contribution_pages, "_SHOWN")):
        monkeypatch.setattr(module, name, 2)


@pytest.fixture(scope="module")
def web(house: House) -> Iterator[httpx.Client]:  # noqa: F811
    with in_process() as client:
        yield client


def read_on(web: httpx.Client, house: House, who: str, path: str, item: str) -> list[str]:  # noqa: F811
    """Return what stands in each row of a list, following its next pages to the end."""
    found: list[str] = []
    for _ in range(50):
        answer = web.get(path, headers={"Cookie": f"{PLAIN_COOKIE}={house.viewer(who).token}"})
        assert answer.status_code == 200, answer.text
        found += re.findall(item, answer.text)
        following = re.search(r'rel="next" href="([^"]+)"', answer.text)
        if following is None:
            return found
        path = unescape(following[1])
    raise AssertionError("the pages do not end")


def test_cases_and_reviews(web: httpx.Client, house: House) -> None:  # noqa: F811
    made = [str(house.case("anna")) for _ in range(MANY)]
    listed = read_on(web, house, "anna", "/cases", r'<th scope="row"><a href="/cases/([0-9a-f-]{36})"')
    assert listed == made[::-1]
    reviewed = read_on(web, house, "admin.xa-viu", "/reviews", r'<a class="button" href="/cases/([0-9a-f-]{36})/policy"')
    assert sorted(reviewed) == sorted(made)
    choices = read_on(web, house, "anna", "/search", r'<option value="([0-9a-f-]{36})"')
    assert set(choices) == set(made)


def test_contributions_of_a_case(web: httpx.Client, house: House) -> None:  # noqa: F811
    case = house.case("anna")
    made = [str(contributions.begin_contribution(house.viewer("anna"), case).id) for _ in range(MANY)]
    row = r'<th scope="row"><a href="/contributions/([0-9a-f-]{36})"'
    assert read_on(web, house, "anna", f"/cases/{case}", row) == made[::-1]
    part = web.get(f"/cases/{case}/contributions?after={made[2]}",
                   headers={"Cookie": f"{PLAIN_COOKIE}={house.viewer('anna').token}"}).text
    assert re.findall(row, part) == made[1::-1]
    assert f"contributions?after={made[2]}" in part  # asked for again, it stays on its page


def test_earlier_searches(web: httpx.Client, house: House) -> None:  # noqa: F811
    case, other = house.case("anna"), house.case("anna")
    stored = vault().blobs.put([b"asked with"])
    made = [str(matching.search(house.viewer("anna"), case, purpose="why not", name="x", stored=stored)) for _ in range(MANY)]
    matching.search(house.viewer("anna"), other, purpose="why not", name="x", stored=stored)
    row = r'<th scope="row"><a href="/search/([0-9a-f-]{36})"'
    assert read_on(web, house, "anna", f"/search?case={case}", row) == made[::-1]


def test_events_keep_their_filters(web: httpx.Client, house: House) -> None:  # noqa: F811
    for number in range(MANY):
        cases.open_case(house.viewer("art"), f"F-{number}")
    house.behind("UPDATE clew.events SET at = '2026-01-01 12:00Z' WHERE verb = 'open_case'")
    path = "/events?verb=open_case&officer=art&until=2026-01-01"
    assert len(read_on(web, house, "admin.xa-viu", path, r'<th scope="row">Open a case</th>')) == MANY
    assert read_on(web, house, "admin.xa-viu", path.replace("01-01", "01-02").replace("art", "ben"), "Open a case</th>") == []


@pytest.mark.parametrize("path", ["/cases?after=x", "/search?after=x", "/reviews?after=x", "/events?after=x"])
def test_a_damaged_address_is_refused(web: httpx.Client, house: House, path: str) -> None:  # noqa: F811
    who = "anna" if path.startswith(("/cases", "/search")) else "admin.xa-viu"
    answer = web.get(path, headers={"Cookie": f"{PLAIN_COOKIE}={house.viewer(who).token}"})
    assert answer.status_code == 400
    assert "Begin again at the first page" in answer.text
