"""Every write of the API asked twice with one key acts once; a lost answer can be asked for again."""

import base64
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from clew.kernel.viewer import Viewer
from clew.store.vault import vault
from tests.domain.conftest import House, house  # noqa: F401
from tests.web.in_process import in_process

BYTES = "application/offset+octet-stream"


@pytest.fixture(scope="module")
def web(house: House) -> Iterator[httpx.Client]:  # noqa: F811
    with in_process() as client:
        yield client


def twice(web: httpx.Client, viewer: Viewer, method: str, path: str, **asked: Any) -> tuple[httpx.Response, httpx.Response]:
    headers = {"Authorization": f"Bearer {viewer.token}", "Idempotency-Key": uuid.uuid4().hex} | asked.pop("headers", {})
    one, other = (web.request(method, f"/api/v1{path}", headers=headers, **asked) for _ in range(2))
    return one, other


def done(house: House, verb: str) -> int:  # noqa: F811
    return int(house.behind("SELECT count(*) FROM clew.events WHERE verb = %s AND payload -> 'detail' -> 'repeated' IS NULL",
                            verb)[0][0])


@pytest.mark.parametrize(("who", "method", "path", "body", "verb"), [
    ("admin.xa-viu", "PUT", "/officers/{art}/roles", {"roles": ["analyst"]}, "set_roles"),
    ("admin.xa-viu", "PUT", "/officers/{art}/suspended", {"suspended": False}, "suspend_officer"),
    ("root", "PUT", "/agencies/{agency}/cut-off", {"off": False}, "cut_off_agency"),
    ("anna", "PUT", "/exhibits/{exhibit}/narrowed", {"narrowed": True}, "narrow"),
    ("anna", "PUT", "/exhibits/{exhibit}/grants/XB-VIU", None, "grant"),
    ("anna", "DELETE", "/exhibits/{exhibit}/grants/XB-VIU", None, "take_back_grant"),
    ("anna", "PUT", "/me/preferences", {"language": "en", "mode": "safe"}, "set_preferences")])
def test_a_repeat_acts_no_second_time(web: httpx.Client, house: House, who: str, method: str, path: str, body: Any,  # noqa: F811
                                      verb: str) -> None:
    exhibit = house.bring("anna", house.case("anna"), uuid.uuid4().hex)[0] if "{exhibit}" in path else ""
    path = path.format(art=house.viewer("art").officer_id, agency=house.node.agencies["XC-VIU"].id, exhibit=exhibit)
    before = done(house, verb)
    one, other = twice(web, house.viewer(who), method, path, json=body)
    assert (one.status_code, other.status_code, one.content) == (204, 204, other.content)
    assert done(house, verb) == before + 1


@pytest.mark.parametrize(("who", "path", "body"), [
    ("admin.xa-viu", "/officers", {"login": "dora", "full_name": "Dora", "roles": ["analyst"]}),
    ("root", "/agencies/{agency}/officers", {"login": "eve", "full_name": "Eve", "roles": ["auditor"]}),
    ("admin.xb-viu", "/officers/{ben}/reset", None), ("root", "/appointed/{admin}/reset", None)])
def test_a_code_is_told_once(web: httpx.Client, house: House, who: str, path: str, body: Any) -> None:  # noqa: F811
    path = path.format(agency=house.node.agencies["XC-VIU"].id, ben=house.viewer("ben").officer_id,
                       admin=house.viewer("admin.xc-viu").officer_id)
    one, other = twice(web, house.viewer(who), "POST", path, json=body)
    assert one.status_code in (200, 201) and one.json()["code"]
    assert (other.status_code, other.json()["error"]) == (409, "conflict")
    assert "reset the login" in other.json()["message"]
    kept = house.behind("SELECT string_agg(to_jsonb(a)::text, '') FROM clew.answers a")[0][0]
    assert one.json()["code"] not in kept


def objects() -> int:
    return sum(1 for _ in vault().blobs.found())


def test_a_search_repeated_is_the_same_search_and_leaves_one_file(web: httpx.Client, house: House) -> None:  # noqa: F811
    case, before = house.case("anna"), objects()
    one, other = twice(web, house.viewer("anna"), "POST", f"/cases/{case}/searches", content=b"a question",
                       params={"purpose": "to compare", "name": "q.jpg"})
    assert (one.status_code, other.status_code, one.json()) == (202, 202, other.json())
    assert house.behind("SELECT count(*) FROM clew.searches WHERE case_id = %s", case) == [(1,)]
    assert objects() == before + 1


def test_the_key_of_one_search_is_not_for_another_file(web: httpx.Client, house: House) -> None:  # noqa: F811
    headers = {"Authorization": f"Bearer {house.viewer('anna').token}", "Idempotency-Key": uuid.uuid4().hex}
    path, before = f"/api/v1/cases/{house.case('anna')}/searches", objects()
    answers = [web.post(path, content=content, params={"purpose": "to compare"}, headers=headers)
               for content in (b"one file", b"another file")]
    assert [one.status_code for one in answers] == [202, 409]
    assert objects() == before + 1


def tus(length: int) -> dict[str, str]:
    return {"Tus-Resumable": "1.0.0", "Upload-Length": str(length),
            "Upload-Metadata": "path " + base64.b64encode(b"again.bin").decode()}


def test_an_upload_begun_twice_is_one_and_goes_on_from_where_it_is(web: httpx.Client, house: House) -> None:  # noqa: F811
    token = {"Authorization": f"Bearer {house.viewer('anna').token}"}
    made = web.post(f"/api/v1/cases/{house.case('anna')}/contributions", json={}, headers=token).json()["id"]
    path, part = f"/contributions/{made}/uploads", tus(10) | {"Content-Type": BYTES}
    one, other = twice(web, house.viewer("anna"), "POST", path, content=b"01234", headers=part)
    assert one.headers["location"] == other.headers["location"]
    assert (one.headers["upload-offset"], other.headers["upload-offset"]) == ("5", "5")
    assert house.behind("SELECT count(*) FROM clew.uploads WHERE contribution_id = %s", made) == [(1,)]
    rest = web.patch(one.headers["location"], content=b"56789", headers=token | {"Content-Type": BYTES, "Upload-Offset": "5"})
    assert rest.headers["upload-offset"] == "10"


def test_an_upload_whose_bytes_never_got_a_place_gets_one_by_the_repeat(
        web: httpx.Client, house: House, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    token = {"Authorization": f"Bearer {house.viewer('anna').token}", "Idempotency-Key": uuid.uuid4().hex}
    made = web.post(f"/api/v1/cases/{house.case('anna')}/contributions", json={}, headers=token | {
        "Idempotency-Key": uuid.uuid4().hex}).json()["id"]

    def cut_off(*_: object) -> None:
        raise RuntimeError("the power goes")

    with monkeypatch.context() as patch:
        patch.setattr(vault().uploads, "create", cut_off)
        with pytest.raises(RuntimeError):
            web.post(f"/api/v1/contributions/{made}/uploads", headers=token | tus(4))
    again = web.post(f"/api/v1/contributions/{made}/uploads", headers=token | tus(4))
    assert (again.status_code, again.headers["upload-offset"]) == (201, "0")
    sent = web.patch(again.headers["location"], content=b"0123", headers=token | {"Content-Type": BYTES, "Upload-Offset": "0"})
    assert sent.headers["upload-offset"] == "4"
    assert web.post(f"/api/v1/contributions/{made}/uploads", headers=token | tus(4)).headers["upload-offset"] == "4"
    assert web.delete(again.headers["location"], headers=token | {"Idempotency-Key": uuid.uuid4().hex}).status_code == 204
