"""The pages over a real node: who may open which, what a refusal tells, and what a form must carry."""

import re
from collections.abc import Iterator

import httpx
import pytest

from clew.domain.events.service import list_events
from clew.kernel.settings import Settings
from clew.web.pages.frame import local
from clew.web.routes import PAGES
from clew.web.session import COOKIE, PLAIN_COOKIE
from tests.node import PASSWORD, cheap_passwords
from tests.web.desk import Desk, make_desk, share

NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def desk(shared_database: Settings) -> Iterator[Desk]:
    with cheap_passwords(), make_desk(shared_database) as made:
        yield made


WORK = ["/cases", "/cases/{mine}", "/cases/{theirs}", "/cases/{mine}/links", "/cases/{mine}/links?shown=unjudged",
        "/cases/{mine}/policy", "/cases/{mine}/contributions", "/contributions/{came}", "/contributions/{came}?status=refused",
        "/cases/{mine}/exhibits", "/cases/{mine}/exhibits?shown=linked", "/cases/{mine}/exhibits?shown=refused",
        "/exhibits/{exhibit}", "/links/{link}", "/search", "/search?case={mine}", "/account"]
MAY = [*(("ada", path) for path in WORK), ("admin.xa-viu", "/officers"), ("admin.xa-viu", "/reviews"),
       ("admin.xa-viu", "/cases/{mine}/policy"), ("admin.xa-viu", "/events"), ("admin.xa-viu", "/events?until=2030-01-01"),
       ("admin.xa-viu", "/account"), ("root", "/agencies"), ("root", "/health"), ("", "/login"), ("", "/enrol")]
MAY_NOT = [("ada", "/officers"), ("ada", "/events"), ("ada", "/agencies"), ("ada", "/health"), ("admin.xa-viu", "/cases"),
           ("admin.xa-viu", "/search"), ("admin.xa-viu", "/agencies"), ("root", "/cases"), ("root", "/events"),
           ("root", "/reviews")]


@pytest.mark.parametrize(("who", "path"), MAY)
def test_who_may_sees_a_page_that_keeps_the_rules(desk: Desk, who: str, path: str) -> None:
    answer = desk.get(who, path.format(**desk.ids))
    assert answer.status_code == 200, answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "no-store" in answer.headers["cache-control"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", answer.text)
    assert desk.node.viewers.get(who) is None or desk.node.viewers[who].token not in answer.text


@pytest.mark.parametrize(("who", "path"), MAY_NOT)
def test_who_may_not_is_told_so(desk: Desk, who: str, path: str) -> None:
    assert desk.get(who, path).status_code == 403


def test_every_page_without_a_session_leads_to_the_door(desk: Desk) -> None:
    with desk.browser() as stranger:
        for route in PAGES.routes:
            path = re.sub(r"\{\w+\}", NOWHERE, getattr(route, "path", ""))
            if path in ("/login", "/enrol"):
                continue
            answer = stranger.request(next(iter(getattr(route, "methods", {"GET"}))), path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/login"), path


def test_start_leads_each_role_to_its_first_page(desk: Desk) -> None:
    first = {"ada": "/cases", "admin.xa-viu": "/officers", "root": "/agencies"}
    assert {who: desk.get(who, "/").headers["location"] for who in first} == first


@pytest.mark.parametrize("path", ["/cases/{}", "/cases/{}/links", "/cases/{}/exhibits", "/cases/{}/policy", "/exhibits/{}",
                                  "/links/{}", "/contributions/{}", "/search/{}"])
def test_hidden_missing_and_unknown_are_the_same_bytes(desk: Desk, path: str) -> None:
    hidden = desk.ids["secret"] if path.startswith("/contributions") else desk.ids["hidden"]
    answers = [desk.get("ada", one) for one in (path.format(hidden), path.format(NOWHERE), path.format("no-id"), "/nowhere")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert hidden not in answers[0].text


def test_what_is_known_elsewhere_stands_on_the_page_of_the_case(desk: Desk) -> None:
    page = desk.get("ada", f"/cases/{desk.ids['mine']}").text
    assert "B-2026/7" in page
    assert "lantern@xb.example" in page
    assert "Compare and judge" in page
    assert "B-2026/8" not in page


def test_an_outsider_gets_a_contact_and_what_to_do_with_it(desk: Desk) -> None:
    share(desk, "own")
    try:
        page = desk.get("ada", f"/cases/{desk.ids['mine']}").text
        assert "Contact only" in page
        assert re.search(r"Write to .*lantern@xb\.example.*; quote their .*B-2026/7.* and your .*A-2026/1", page)
        assert desk.ids["theirs"] not in page
        assert desk.get("ada", f"/links/{desk.ids['link']}").status_code == 404
        listed = desk.get("ada", f"/cases/{desk.ids['mine']}/links").text
        assert "near.jpg" not in listed
    finally:
        share(desk, "network")


def test_owner_first_asks_the_owner_who_discloses(desk: Desk) -> None:
    share(desk, "own", "owner-first")
    try:
        assert "B-2026/7" not in desk.get("ada", f"/cases/{desk.ids['mine']}").text
        asked = desk.get("bo", f"/cases/{desk.ids['theirs']}").text
        handle = re.search(r'name="handle" value="([0-9a-f-]+)"', asked)
        assert handle, "the owner is asked"
        answer = desk.post("bo", f"/cases/{desk.ids['theirs']}/disclosures", handle=handle[1])
        assert answer.headers["location"] == f"/cases/{desk.ids['theirs']}"
        assert "B-2026/7" in desk.get("ada", f"/cases/{desk.ids['mine']}").text
        assert desk.post("bo", f"/cases/{desk.ids['theirs']}/disclosures", handle="x").status_code == 400
    finally:
        share(desk, "network")


def test_a_policy_in_words_and_back(desk: Desk) -> None:
    path = f"/cases/{desk.ids['mine']}/policy"
    answer = desk.post("ada", path, team="listed", officers=str(desk.node.viewers["ada"].officer_id), audience="listed",
                       shared=["XB-CPC"], denied=["country:XC"], hits="owner-first", conditions="Ask first", handling="H1",
                       expires="2029-12-31")
    assert answer.status_code == 303, answer.text
    page = desk.get("ada", path).text
    for words in ("only these officers work on it: Ada", "XB-CPC", "These never learn that it exists", "Every agency of XC",
                  "Ask first", "2029"):
        assert words in page
    assert re.search(r'value="country:XC" checked', page), "a country without an agency here stays denied"
    wrong = desk.post("ada", path, team="agency", audience="own", hits="contact", expires="2099-01-01")
    assert wrong.status_code == 400
    assert "at most five years ahead" in wrong.text
    desk.post("ada", path, team="agency", audience="own", hits="contact", expires="2029-12-31")


def test_a_refused_file_says_why(desk: Desk) -> None:
    why = "The file is damaged and cannot be read."
    assert why in desk.get("ada", f"/contributions/{desk.ids['came']}?status=refused").text
    assert why in desk.get("ada", f"/cases/{desk.ids['mine']}").text
    assert why in desk.get("ada", f"/cases/{desk.ids['mine']}/exhibits?shown=refused").text


def test_events_name_the_acts(desk: Desk) -> None:
    page = desk.get("admin.xa-viu", "/events?verb=open_case").text
    assert "Open a case" in page.split("<table>")[1]
    assert "Look at" not in page.split("<table>")[1]


def test_a_refused_page_is_written_down(desk: Desk) -> None:
    desk.get("ada", f"/cases/{desk.ids['hidden']}")
    seen = list_events(desk.node.viewers["admin.xa-viu"], verb_name="refused", officer="ada", limit=1)
    assert seen[0].subject == "page:cases"


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_its_token_does_nothing(desk: Desk, token: str) -> None:
    with desk.browser("ada") as client:
        answer = client.post("/cases", data={"csrf": token, "reference": "FORGED"})
        assert answer.status_code == 403
        assert "FORGED" not in client.get("/cases").text


def test_a_form_may_carry_its_token_in_the_header(desk: Desk) -> None:
    with desk.browser("ada") as client:
        answer = client.post("/cases", data={"reference": "BY-HEADER"}, headers={"x-csrf-token": desk.csrf("ada")})
        assert answer.status_code == 303


def test_what_was_typed_survives_a_refusal(desk: Desk) -> None:
    answer = desk.post("ada", "/cases", reference="A-2026/1", title="Typed <twice>")
    assert answer.status_code == 409
    assert "Choose another reference" in answer.text
    assert "Typed &lt;twice&gt;" in answer.text


def test_a_swapped_form_shows_its_refusal_above_what_was_typed(desk: Desk) -> None:
    with desk.browser("ada") as client:
        answer = client.post(f"/links/{desk.ids['link']}/judge", data={"csrf": desk.csrf("ada"), "reason": ""},
                             headers={"hx-request": "true"})
    assert answer.status_code == 400
    assert answer.headers["hx-retarget"] == "#problem"
    assert 'id="problem"' in answer.text


def test_a_session_that_ended_clears_the_page(desk: Desk) -> None:
    path = f"/cases/{desk.ids['mine']}"
    with desk.browser() as client:
        client.cookies.set(PLAIN_COOKIE, "ended")
        swapped = client.get(f"{path}/contributions", headers={
            "hx-request": "true", "hx-current-url": f"http://localhost{path}?x=1"})
        assert (swapped.status_code, swapped.text) == (401, "")
        assert swapped.headers["hx-redirect"] == f"/login?next=%2Fcases%2F{desk.ids['mine']}%3Fx%3D1"
        assert client.get(path).headers["location"].startswith("/login?next=")


def _log_in(client: httpx.Client, desk: Desk, name: str, **more: str) -> httpx.Response:
    data = {"name": name, "password": PASSWORD, "code": desk.node.logins[name].code()} | more
    return client.post("/login", data=data, headers={"origin": "http://localhost"})


@pytest.mark.parametrize("address", ["//evil.example", "/\\evil", "https://evil.example", "", "cases", "/a\nb", "/" * 600])
def test_no_other_place_is_led_to(address: str) -> None:
    assert local(address) == ""
    assert local("/search?x=1") == "/search?x=1"


def test_login_leads_where_one_wanted_to_go(desk: Desk) -> None:
    with desk.browser() as client:
        answer = _log_in(client, desk, "bo", next="/search?x=1")
        assert answer.headers["location"] == "/search?x=1"
        kept = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{PLAIN_COOKIE}="))
        assert "HttpOnly" in kept
        assert "samesite=strict" in kept.lower()
        assert client.get("/cases").status_code == 200


def test_over_https_the_cookie_is_bound_to_the_host(desk: Desk) -> None:
    with httpx.Client(transport=desk.transport, base_url="https://clew.example") as client:
        answer = client.post("/login", headers={"origin": "https://clew.example"}, data={
            "name": "ada", "password": PASSWORD, "code": desk.node.logins["ada"].code()})
        kept = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE))
        assert answer.headers["location"] == "/"
        assert "Secure" in kept
        assert "Path=/" in kept
        assert "Domain" not in kept


def test_over_https_a_plain_cookie_opens_nothing(desk: Desk) -> None:
    """A plain cookie can be set by whoever answers for a neighbouring name over http: over TLS it must not count."""
    token = desk.node.viewers["ada"].token
    with httpx.Client(transport=desk.transport, base_url="https://clew.example") as client:
        told = [client.get(path, headers={"Cookie": f"{name}={token}"}).status_code
                for path in ("/cases", "/api/v1/me") for name in (COOKIE, PLAIN_COOKIE)]
    assert told == [200, 303, 200, 401]


def test_passwords_are_not_taken_over_plain_http_from_afar(desk: Desk) -> None:
    with httpx.Client(transport=desk.transport, base_url="http://clew.example") as client:
        answer = client.post("/login", data={"name": "bo"}, headers={"origin": "http://clew.example"})
        assert answer.status_code == 422


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"},
                                     {"origin": "null"}])
def test_a_stranger_page_cannot_log_anybody_in(desk: Desk, headers: dict[str, str]) -> None:
    with desk.browser() as client:
        answer = client.post("/login", data={"name": "bo", "password": PASSWORD, "code": "000000"}, headers=headers)
        assert answer.status_code == 403


def test_a_wrong_password_says_the_same_for_every_name(desk: Desk) -> None:
    with desk.browser() as client:
        pages = [client.post("/login", data={"name": name, "password": "x", "code": "000000"},
                             headers={"origin": "http://localhost"}) for name in ("root", "nobody")]
    assert [page.status_code for page in pages] == [401, 401]
    assert pages[0].text.replace("root", "nobody") == pages[1].text


def test_logging_out_ends_the_session_for_good(desk: Desk) -> None:
    desk.node.officer("XA-VIU", "fay")
    with desk.browser() as client:
        _log_in(client, desk, "fay")
        token = client.cookies[PLAIN_COOKIE]
        form = re.search(r'name="csrf" value="(\w+)"', client.get("/cases").text)
        assert form
        assert client.post("/logout", data={"csrf": form[1]}).headers["location"] == "/login"
        client.cookies.set(PLAIN_COOKIE, token)
        assert client.get("/cases").status_code == 303
