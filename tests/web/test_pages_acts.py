"""What officers do on the pages: enrol, judge, choose a mode, administer; and that the server keeps to it."""

import base64
import re
import time
import uuid
from collections.abc import Iterator

import httpx
import pyotp
import pytest

from clew.domain.matching.jobs import JOBS
from clew.kernel.ids import CaseId
from clew.kernel.settings import Settings
from clew.store import jobs
from clew.web.session import PLAIN_COOKIE
from tests.node import PASSWORD, cheap_passwords
from tests.web.desk import Desk, bring, make_desk, picture, share


@pytest.fixture(scope="module")
def desk(shared_database: Settings) -> Iterator[Desk]:
    with cheap_passwords(), make_desk(shared_database) as made:
        yield made


def _reveal(desk: Desk, name: str) -> httpx.Response:
    with desk.browser(name) as client:
        return client.post(f"/api/v1/exhibits/{desk.ids['exhibit']}/reveal", json={"purpose": "Identify the room"},
                           headers={"x-csrf-token": desk.csrf(name)})


def test_a_mode_is_kept_by_the_server(desk: Desk) -> None:
    pages = [path.format(**desk.ids) for path in ("/cases/{mine}/exhibits", "/exhibits/{exhibit}", "/links/{link}")]
    thumbnail = f"/api/v1/exhibits/{desk.ids['exhibit']}/thumbnail"
    assert desk.post("ada", "/account/mode", mode="none").status_code == 303
    assert not any("data:image" in desk.get("ada", page).text for page in pages)
    assert desk.get("ada", thumbnail).status_code == 204
    assert _reveal(desk, "ada").status_code == 422
    desk.post("ada", "/account/mode", mode="safe")
    assert all("data:image/webp;base64," in desk.get("ada", page).text for page in pages)
    assert not any("<reveal-picture" in desk.get("ada", page).text for page in pages)
    refused = _reveal(desk, "ada")
    assert refused.status_code == 422
    assert "Choose Full under My account" in refused.json()["message"]
    desk.post("ada", "/account/mode", mode="full")
    assert all("<reveal-picture" in desk.get("ada", page).text for page in pages[1:])
    shown = _reveal(desk, "ada")
    assert shown.status_code == 200
    assert shown.content.startswith(b"\xff\xd8")
    assert "no-store" in shown.headers["cache-control"]
    desk.post("ada", "/account/mode", mode="safe")


def test_a_safe_thumbnail_is_tiny(desk: Desk) -> None:
    page = desk.get("ada", f"/cases/{desk.ids['mine']}/exhibits").text
    held = [base64.b64decode(one) for one in re.findall(r"data:image/webp;base64,([^\"]+)", page)]
    assert len(held) == 2
    assert all(len(one) < 1000 for one in held)


def test_judging_is_shown_and_undone_by_judging_again(desk: Desk) -> None:
    path = f"/links/{desk.ids['link']}"
    assert "Judge 1 link" in desk.get("ada", f"/cases/{desk.ids['mine']}").text
    for value, reason in (("POSITIVE", "Same curtain"), ("NEGATIVE", "Another stain")):
        assert desk.post("ada", f"{path}/judge", value=value, reason=reason).headers["location"] == path
    page = desk.get("ada", path).text
    assert page.index("Another stain") < page.index("Same curtain")
    assert "Judge 1 link" not in desk.get("ada", f"/cases/{desk.ids['mine']}").text
    assert "Every link of this case is judged." in desk.get("ada", f"/cases/{desk.ids['mine']}/links?shown=unjudged").text
    assert desk.get("bo", path).status_code == 404, "ada's side is not shared yet"
    desk.post("ada", f"/cases/{desk.ids['mine']}/policy", team="agency", audience="network", hits="contact",
              expires="2030-01-01")
    seen = desk.get("bo", path).text
    assert "Same curtain" in seen
    assert "Ada" not in seen, "officers of other agencies are named by their agency only"
    assert desk.post("ada", f"{path}/judge", value="MAYBE", reason="x").status_code == 400


def test_an_invitation_is_shown_once_and_enrols(desk: Desk) -> None:
    made = desk.post("admin.xa-viu", "/officers", name="cleo", full_name="Cleo Day", roles=["analyst"])
    code = re.search(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}", made.text)
    assert code
    assert code[0] not in desk.get("admin.xa-viu", "/officers").text
    with desk.browser() as client:
        client.headers["origin"] = "http://localhost"
        typed = {"name": "cleo", "code": code[0], "password": PASSWORD, "again": PASSWORD}
        assert client.post("/enrol", data=typed | {"again": "another"}).status_code == 400
        step = client.post("/enrol", data=typed)
        ticket = re.search(r'name="ticket" value="([^"]+)"', step.text)
        secret = re.search(r'class="ident">([A-Z2-7]{32})<', step.text)
        assert ticket
        assert secret
        assert PASSWORD not in step.text
        assert client.post("/enrol", data={"ticket": ticket[1], "code": "000000"}).status_code == 401
        assert client.post("/enrol", data={"ticket": "AAAA", "code": "000000"}).status_code == 400
        done = client.post("/enrol", data={"ticket": ticket[1], "code": pyotp.TOTP(secret[1]).now()})
        assert done.headers["location"] == "/login?enrolled"
        later = pyotp.TOTP(secret[1]).at(int(time.time()) + 30)
        answer = client.post("/login", data={"name": "cleo", "password": PASSWORD, "code": later})
        assert answer.headers["location"] == "/"
        assert client.get("/cases").status_code == 200


def test_an_administrator_changes_officers(desk: Desk) -> None:
    desk.node.officer("XA-VIU", "dan")
    dan = f"/officers/{desk.node.viewers['dan'].officer_id}"
    assert desk.get("dan", "/cases").status_code == 200
    desk.post("admin.xa-viu", f"{dan}/suspend")
    assert desk.get("dan", "/cases").status_code == 303
    desk.post("admin.xa-viu", f"{dan}/restore")
    desk.node.log_in("dan")
    assert desk.get("dan", "/cases").status_code == 200
    desk.post("admin.xa-viu", f"{dan}/roles", roles=["agency_administrator"])
    assert desk.get("dan", "/officers").status_code == 200
    assert re.search(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}", desk.post("admin.xa-viu", f"{dan}/code").text)
    mine = desk.node.viewers["admin.xa-viu"].officer_id
    assert desk.post("admin.xa-viu", f"/officers/{mine}/roles", roles=["investigator"]).status_code == 403
    assert desk.post("ada", f"{dan}/suspend").status_code == 403


def test_the_system_administrator_keeps_agencies(desk: Desk) -> None:
    made = desk.post("root", "/agencies", code="xc-nb", name="Bureau", country="xc", kind="bureau", contact="b@xc.example")
    assert made.headers["location"] == "/agencies"
    page = desk.get("root", "/agencies").text
    agency = re.search(r"/agencies/([0-9a-f-]{36})/cut-off[^ ]*", page[page.index("XC-NB"):])
    assert agency
    appointed = desk.post("root", f"/agencies/{agency[1]}/officers", name="eve", full_name="Eve", role="auditor")
    assert re.search(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}", appointed.text)
    assert desk.post("root", f"/agencies/{agency[1]}/cut-off").status_code == 303
    assert "cut off" in desk.get("root", "/agencies").text
    desk.post("root", f"/agencies/{agency[1]}/let-in")
    assert "cut off" not in desk.get("root", "/agencies").text.replace("Cut off", "")


def test_other_sessions_can_be_ended(desk: Desk) -> None:
    old = desk.node.viewers["bo"]
    desk.node.log_in("bo")
    path = f"/account/sessions/{old.session_id}/revoke"
    assert path in desk.get("bo", "/account").text
    assert desk.post("bo", path).status_code == 303
    with desk.browser() as client:
        client.cookies.set(PLAIN_COOKIE, old.token)
        assert client.get("/cases").status_code == 303


def test_a_language_is_kept_with_the_account(desk: Desk) -> None:
    desk.post("bo", "/account/language", language="ar")
    page = desk.get("bo", "/cases").text
    assert '<html lang="ar" dir="rtl">' in page
    assert '<bdi dir="ltr" class="ident whole">B-2026/7</bdi>' in page
    desk.post("bo", "/account/language", language="en")


def test_the_door_speaks_the_language_asked_for(desk: Desk) -> None:
    with desk.browser() as client:
        assert 'lang="es"' in client.get("/login", headers={"accept-language": "es-ES,fr;q=0.5"}).text
        assert 'lang="fr"' in client.get("/login?language=fr", headers={"accept-language": "es"}).text
        assert 'lang="fr"' in client.get("/enrol", headers={"accept-language": "es"}).text


def test_progress_is_asked_for_until_all_is_compared(desk: Desk) -> None:
    case = CaseId(uuid.UUID(desk.ids["mine"]))
    part = f"/cases/{case}/contributions"
    assert desk.get("ada", part).headers["hx-refresh"] == "true"
    came = bring(desk.node.viewers["ada"], case, "Camera", late=picture(5))
    waiting = desk.get("ada", part)
    assert 'hx-trigger="every 2s"' in waiting.text
    assert "hx-refresh" not in waiting.headers
    jobs.drain(JOBS, desk.node.at)
    done = desk.get("ada", part)
    assert "every 2s" not in done.text
    assert done.headers["hx-refresh"] == "true"
    assert desk.post("ada", f"/contributions/{came.id}/withdraw").headers["location"] == f"/cases/{case}"
    assert "late.jpg" not in desk.get("ada", f"/cases/{case}/exhibits").text


def test_one_exhibit_is_shown_alone_and_taken_back(desk: Desk) -> None:
    share(desk, "own")
    theirs = re.search(r"/exhibits/([0-9a-f-]{36})", desk.get("bo", f"/cases/{desk.ids['theirs']}/exhibits").text)
    assert theirs
    path = f"/exhibits/{theirs[1]}"
    assert desk.get("ada", path).status_code == 404
    assert desk.post("bo", f"{path}/grant", agency="XA-VIU").headers["location"] == path
    alone = desk.get("ada", path)
    assert alone.status_code == 200
    assert "Who can see this exhibit" not in alone.text
    assert "Shown alone to" in desk.get("bo", path).text
    desk.post("bo", f"{path}/take-back", agency="XA-VIU")
    assert desk.get("ada", path).status_code == 404
    share(desk, "network")
    assert desk.get("ada", path).status_code == 200
    desk.post("bo", f"{path}/narrow", narrowed="yes")
    assert desk.get("ada", path).status_code == 404
    assert "kept to the team" in desk.get("bo", path).text
    desk.post("bo", f"{path}/narrow", narrowed="no")


def test_a_search_answers_with_what_is_known(desk: Desk) -> None:
    with desk.browser("ada") as client:
        made = client.post(f"/api/v1/cases/{desk.ids['mine']}/searches", content=picture(1),
                           params={"purpose": "Is the room known?", "name": "q.jpg"},
                           headers={"x-csrf-token": desk.csrf("ada")})
    path = f"/search/{made.json()['id']}"
    assert 'hx-trigger="every 1s"' in desk.get("ada", path).text
    jobs.drain(JOBS, desk.node.at)
    page = desk.get("ada", path).text
    assert "B-2026/7" in page
    assert "every 1s" not in page
    assert "q.jpg" in desk.get("ada", f"/search?case={desk.ids['mine']}").text
    assert desk.get("bo", path).status_code == 404


def test_static_files_stay_in_the_browser_by_their_hash(desk: Desk) -> None:
    sheet = re.search(r'href="(/static/built/app.css\?v=\w+)"', desk.get("ada", "/cases").text)
    if sheet is None:
        pytest.skip("run npm ci && npm run build in frontend/")
    assert "immutable" in desk.get("", sheet[1]).headers["cache-control"]
    assert desk.get("", "/static/app.css").headers["cache-control"] == "no-cache"
    assert desk.get("", "/static/%2e%2e/app.py").status_code == 404
