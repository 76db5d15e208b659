"""The language chosen at the door stays with the account; what a browser prefers does not."""

import re
import time
from collections.abc import Iterator

import httpx
import pyotp
import pytest

from clew.domain.accounts import service
from tests.domain.conftest import House, house  # noqa: F401
from tests.node import PASSWORD
from tests.web.in_process import asked_in_process


@pytest.fixture
def browser(house: House) -> Iterator[httpx.Client]:  # noqa: F811
    with asked_in_process() as transport, httpx.Client(transport=transport, base_url="http://localhost", headers={
            "Sec-Fetch-Site": "same-origin", "Accept-Language": "es"}) as client:
        yield client


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of the page's form."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def log_in(house: House, browser: httpx.Client, page: httpx.Response, *, password: str = PASSWORD) -> httpx.Response:  # noqa: F811
    house.behind("UPDATE clew.officers SET totp_step = 0, failed_tries = 0, locked_until = NULL WHERE login = 'art'")
    login = house.node.logins["art"]
    login.used = 0
    return browser.post("/login", data=hidden(page.text) | {"name": "art", "password": password, "code": login.code()})


def language(house: House) -> str:  # noqa: F811
    return str(house.behind("SELECT language FROM clew.officers WHERE login = 'art'")[0][0])


def test_a_language_chosen_at_the_door_stays_with_the_account(house: House, browser: httpx.Client) -> None:  # noqa: F811
    page = browser.get("/login?language=ar")
    assert 'dir="rtl"' in page.text
    again = log_in(house, browser, page, password="not this one at all")
    assert again.status_code == 401 and 'dir="rtl"' in again.text and language(house) == "en"
    assert log_in(house, browser, again).status_code == 303
    assert language(house) == "ar"
    assert 'lang="ar"' in browser.get("/account").text
    service.set_preferences(house.log_in("art"), language="en", mode="safe")
    browser.cookies.set("clew-language", "ar", domain="localhost.local")
    page = browser.get("/login")
    assert 'lang="ar"' in page.text
    assert log_in(house, browser, page).status_code == 303
    assert language(house) == "en"  # the cookie alone chooses nothing


@pytest.mark.parametrize("address", ["/login", "/login?language=xx"])
def test_what_a_browser_prefers_is_no_choice(house: House, browser: httpx.Client, address: str) -> None:  # noqa: F811
    page = browser.get(address)
    assert 'lang="es"' in page.text
    assert log_in(house, browser, page).status_code == 303
    assert language(house) == "en"
    assert 'lang="en"' in browser.get("/account").text


def test_a_language_chosen_while_enrolling_comes_along_to_the_first_login(house: House, browser: httpx.Client) -> None:  # noqa: F811
    invited = service.reset_login(house.viewer("admin.xa-viu"), house.viewer("anna").officer_id)
    first = browser.get("/enrol?language=fr")
    asked = hidden(first.text) | {"name": "anna", "code": invited.code, "password": PASSWORD, "again": PASSWORD}
    second = browser.post("/enrol", data=asked)
    secret = re.search(r'class="code"><bdi[^>]*>([A-Z2-7]+)<', second.text)
    assert secret is not None
    done = browser.post("/enrol", data=hidden(second.text) | {"code": pyotp.TOTP(secret[1]).now()})
    assert done.headers["location"] == "/login?enrolled&language=fr"
    page = browser.get(done.headers["location"])
    code = pyotp.TOTP(secret[1]).at(int(time.time()) + 30)
    opened = browser.post("/login", data=hidden(page.text) | {"name": "anna", "password": PASSWORD, "code": code})
    assert opened.status_code == 303
    assert house.behind("SELECT language FROM clew.officers WHERE login = 'anna'") == [("fr",)]
