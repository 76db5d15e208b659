"""The API as a program meets it: logging in, tokens and cookies, errors, headers, idempotency, paging, uploads by tus."""

import base64
import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from clew.kernel.viewer import Viewer
from clew.web.session import PLAIN_COOKIE, csrf_of
from tests.domain.conftest import House, house  # noqa: F401
from tests.node import PASSWORD
from tests.web.in_process import in_process

BYTES = "application/offset+octet-stream"


@pytest.fixture(scope="module")
def web(house: House) -> Iterator[httpx.Client]:  # noqa: F811
    with in_process() as client:
        yield client


def bearer(viewer: Viewer) -> dict[str, str]:
    return {"Authorization": f"Bearer {viewer.token}"}


def test_log_in_do_something_log_out(web: httpx.Client, house: House) -> None:  # noqa: F811
    house.behind("UPDATE clew.officers SET totp_step = 0 WHERE login = 'art'")
    house.node.logins["art"].used = 0
    asked = {"login": "art", "password": PASSWORD, "code": house.node.logins["art"].code()}
    opened = web.post("/api/v1/login", json=asked)
    assert opened.status_code == 200
    token = {"Authorization": f"Bearer {opened.json()['token']}"}
    assert web.get("/api/v1/me", headers=token).json()["login"] == "art"
    assert web.post("/api/v1/logout", headers=token).status_code == 204
    assert web.get("/api/v1/me", headers=token).status_code == 401
    assert web.post("/api/v1/login", json=asked).status_code == 401


@pytest.mark.parametrize("headers", [
    {}, {"Authorization": "Bearer"}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer nonsense"},
    {"Cookie": "clew=nonsense"}, {"X-Officer": "anna", "X-Forwarded-User": "anna", "Authorization": "Bearer anna"}])
def test_nobody_is_somebody_by_a_header(web: httpx.Client, headers: dict[str, str]) -> None:
    answer = web.get("/api/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "not_logged_in")


def test_a_cookies_write_needs_its_token_of_the_page(web: httpx.Client, house: House) -> None:  # noqa: F811
    token = house.viewer("anna").token
    cookie = {"Cookie": f"{PLAIN_COOKIE}={token}"}
    wish = {"language": "en", "mode": "safe"}
    assert web.get("/api/v1/me", headers=cookie).status_code == 200
    for extra in ({}, {"X-CSRF-Token": "0" * 64}, {"X-CSRF-Token": csrf_of("another")}):
        assert web.put("/api/v1/me/preferences", json=wish, headers=cookie | extra).status_code == 403
    headers = cookie | {"X-CSRF-Token": csrf_of(token)}
    assert web.put("/api/v1/me/preferences", json=wish, headers=headers).status_code == 204


def test_every_answer_is_private_and_not_to_be_sniffed(web: httpx.Client, house: House) -> None:  # noqa: F811
    for headers in ({}, bearer(house.viewer("anna"))):
        for path in ("/api/v1/me", "/api/v1/cases", "/api/v1/none", f"/api/v1/cases/{uuid.uuid4()}"):
            answer = web.get(path, headers=headers)
            assert answer.headers["cache-control"] == "private, no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(("method", "path", "body", "status"), [
    ("GET", "/cases/not-an-id", None, 400), ("POST", "/cases", {"title": "x"}, 400), ("PATCH", "/cases", None, 405),
    ("POST", "/cases", {"reference": "a\x00b"}, 400), ("GET", "/nowhere", None, 404), ("GET", "/cases/1/2/3/4", None, 404),
    ("POST", "/cases", {"reference": "x" * 81}, 400), ("GET", "/events", None, 403)])
def test_refusals_are_plain_words(web: httpx.Client, house: House, method: str, path: str, body: Any, status: int) -> None:  # noqa: F811
    answer = web.request(method, f"/api/v1{path}", json=body, headers=bearer(house.viewer("anna")))
    assert answer.status_code == status
    said = answer.json()
    assert said.keys() - {"fields"} == {"error", "message"}
    assert not [word for word in ("Traceback", "psycopg", "clew.", "/home", "SELECT") if word in said["message"]]


def test_a_lost_answer_can_be_asked_for_again(web: httpx.Client, house: House) -> None:  # noqa: F811
    headers = bearer(house.viewer("anna")) | {"Idempotency-Key": uuid.uuid4().hex}
    first = web.post("/api/v1/cases", json={"reference": "API-1"}, headers=headers)
    again = web.post("/api/v1/cases", json={"reference": "API-1"}, headers=headers)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    other = web.post("/api/v1/cases", json={"reference": "API-2"}, headers=headers)
    assert other.status_code == 409


def test_the_grid_is_paged_to_its_end(web: httpx.Client, house: House) -> None:  # noqa: F811
    case = house.case("anna")
    made = house.bring("anna", case, *(f"g{number}" for number in range(5)))
    shown: list[str] = []
    after = ""
    while True:
        page = web.get(f"/api/v1/cases/{case}/exhibits", params={"limit": 2, "after": after},
                       headers=bearer(house.viewer("anna"))).json()
        shown += [tile["id"] for tile in page["tiles"]]
        if not (after := page["after"]):
            break
    assert shown == [str(one) for one in made]


def upload_to(web: httpx.Client, house: House) -> tuple[str, dict[str, str]]:  # noqa: F811
    headers = bearer(house.viewer("anna"))
    made = web.post(f"/api/v1/cases/{house.case('anna')}/contributions", json={"source": "s"}, headers=headers).json()
    return made["id"], headers


def tus(path: str, length: int, **more: str) -> dict[str, str]:
    return {"Tus-Resumable": "1.0.0", "Upload-Length": str(length),
            "Upload-Metadata": "path " + base64.b64encode(path.encode()).decode(), **more}


def test_a_whole_file_in_one_request(web: httpx.Client, house: House) -> None:  # noqa: F811
    delivery, headers = upload_to(web, house)
    answer = web.post(f"/api/v1/contributions/{delivery}/uploads", content=b"whole",
                      headers=headers | tus("a/whole.jpg", 5, **{"Content-Type": BYTES}))
    assert answer.status_code == 201
    assert (answer.json()["path"], answer.json()["status"], answer.headers["upload-offset"]) == ("a/whole.jpg", "waiting", "5")


def test_parts_go_on_where_they_broke_off(web: httpx.Client, house: House) -> None:  # noqa: F811
    delivery, headers = upload_to(web, house)
    where = web.post(f"/api/v1/contributions/{delivery}/uploads", headers=headers | tus("parts.bin", 10)).headers["location"]
    part = headers | {"Content-Type": BYTES}
    assert web.patch(where, content=b"01234", headers=part | {"Upload-Offset": "0"}).headers["upload-offset"] == "5"
    assert web.patch(where, content=b"xx", headers=part | {"Upload-Offset": "3"}).status_code == 409
    told = web.head(where, headers=headers)
    assert (told.headers["upload-offset"], told.headers["upload-length"]) == ("5", "10")
    assert web.patch(where, content=b"56789toomuch", headers=part | {"Upload-Offset": "5"}).status_code == 400
    offset = int(web.head(where, headers=headers).headers["upload-offset"])
    rest = b"0123456789"[offset:]
    assert web.patch(where, content=rest, headers=part | {"Upload-Offset": str(offset)}).status_code == 204
    assert web.head(where, headers=headers).headers["upload-offset"] == "10"
    files = web.get(f"/api/v1/contributions/{delivery}/files", headers=headers).json()
    assert [(one["path"], one["size"]) for one in files] == [("parts.bin", 10)]


def test_an_upload_given_up_is_gone(web: httpx.Client, house: House) -> None:  # noqa: F811
    delivery, headers = upload_to(web, house)
    where = web.post(f"/api/v1/contributions/{delivery}/uploads", headers=headers | tus("gone.bin", 10)).headers["location"]
    assert web.delete(where, headers=headers).status_code == 204
    assert web.head(where, headers=headers).status_code == 404


@pytest.mark.parametrize("headers", [
    {"Upload-Length": "x"}, {"Upload-Length": ""}, {"Upload-Metadata": "path !!!"}, {"Upload-Metadata": ""},
    {"Upload-Metadata": "path " + base64.b64encode(b"../../etc/passwd").decode()}, {"Upload-Length": "9" * 15}])
def test_damaged_tus_headers_are_refused(web: httpx.Client, house: House, headers: dict[str, str]) -> None:  # noqa: F811
    delivery, token = upload_to(web, house)
    answer = web.post(f"/api/v1/contributions/{delivery}/uploads", headers=token | tus("a.bin", 5) | headers)
    assert answer.status_code == 400


def test_no_media_id_ever_reaches_a_viewer(web: httpx.Client, house: House) -> None:  # noqa: F811
    case, other = house.case("anna", audience_kind="network"), house.case("ben", audience_kind="network")
    mine, theirs = house.bring("anna", case, "leak a")[0], house.bring("ben", other, "leak b")[0]
    link = house.link(mine, theirs)
    media = [str(house.media(one)) for one in (mine, theirs)]
    headers = bearer(house.viewer("anna"))
    for path in (f"cases/{case}", f"cases/{case}/exhibits", f"cases/{case}/links", f"cases/{case}/overlap", f"links/{link}",
                 f"exhibits/{mine}", f"exhibits/{theirs}", f"exhibits/{mine}/signals", f"cases/{case}/contributions"):
        told = json.dumps(web.get(f"/api/v1/{path}", headers=headers).json())
        assert not [one for one in media if one in told], path
