"""On a running node with several web processes: what is taken away is gone at the next request, everywhere."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from clew.cli import client as cli
from clew.cli import ingest
from clew.cli.gather import Found
from clew.domain.accounts import service as accounts
from clew.domain.exhibits import contributions
from clew.domain.exhibits.uploads import begin_upload
from clew.kernel.errors import ClewError, Conflict
from clew.kernel.settings import use_settings
from clew.store.db import database
from tests.robust import told
from tests.robust.live import LiveNode, live_node
from tests.robust.material import jpeg, material, scene

TRIES = 24  # new connections, so that every web process is asked


@pytest.fixture(scope="module")
def live() -> Iterator[LiveNode]:
    with live_node(web=3) as running:
        use_settings(running.at)
        running.node.agency("XA-ONE")
        for name in ("ann", "bea", "dan"):
            running.node.officer("XA-ONE", name)
        yield running
        database().close()


def answers(live: LiveNode, token: str) -> set[int]:
    headers = {"Authorization": f"Bearer {token}"}
    return {httpx.get(f"{live.address}/api/v1/cases", headers=headers, timeout=60).status_code for _ in range(TRIES)}


def opened(live: LiveNode, name: str) -> Any:
    client = cli.Client(live.address, live.node.viewers[name].token)
    client.patience = 60
    return client


def send(monkeypatch: pytest.MonkeyPatch, client: Any, case: str, files: dict[str, bytes], tmp: Any) -> str:
    monkeypatch.setattr(ingest, "client", lambda: client)
    contribution = str(client.ask("POST", f"/cases/{case}/contributions", json={"source": "x"})["id"])
    for path, content in files.items():
        spelled = tmp / path.replace("/", "-")
        spelled.write_bytes(content)
        assert ingest._send(contribution, Found(spelled, path))["status"] != "refused"
    return contribution


@pytest.mark.timeout(600)
def test_a_revoked_session_is_turned_away_by_every_process(live: LiveNode) -> None:
    viewer = live.node.viewers["bea"]
    assert answers(live, viewer.token) == {200}
    accounts.revoke_session(viewer, viewer.session_id)
    assert answers(live, viewer.token) == {401}


@pytest.mark.timeout(600)
def test_what_a_suspended_officer_began_stops_and_what_was_done_stays(
        live: LiveNode, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client, dan = opened(live, "dan"), live.node.viewers["dan"]
    case = client.ask("POST", "/cases", json={"reference": "2026-7"})["id"]
    contribution = send(monkeypatch, client, case, {f"{k}.jpg": jpeg(scene(700 + k)) for k in range(12)}, tmp_path)
    accounts.suspend_officer(live.node.viewers["admin.xa-one"], dan.officer_id)
    assert answers(live, dan.token) == {401}
    with pytest.raises(ClewError):
        client.ask("POST", f"/cases/{case}/contributions", json={"source": "y"})
    ann = opened(live, "ann")
    monkeypatch.setattr(ingest, "client", lambda: ann)
    ingest._wait(contribution, quiet=True)
    for line in ingest._lines(contribution):
        assert line["status"] == "imported" or "suspended" in line["reason"], line
    again = send(monkeypatch, ann, case, {f"again/{k}.jpg": jpeg(scene(700 + k)) for k in range(12)}, tmp_path)
    ann.ask("POST", f"/contributions/{again}/close")
    ingest._wait(again, quiet=True)
    exhibits = ann.ask("GET", f"/cases/{case}/exhibits", params={"limit": 100})["tiles"]
    assert len(exhibits) == 12 and {one["state"] for one in exhibits} == {"imported"}
    for one in (client, ann):
        one._http.close()


@pytest.mark.timeout(600)
def test_a_contribution_brought_twice_changes_nothing_and_a_withdrawn_one_is_gone_at_once(
        live: LiveNode, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, viewer, files = opened(live, "ann"), live.node.viewers["ann"], material(6, seed=9)
    case = ann.ask("POST", "/cases", json={"reference": "2026-8"})["id"]
    first = send(monkeypatch, ann, case, files, tmp_path)
    ingest._wait(first, quiet=True)
    before = (told.links(), told.whole_content(), len(ann.ask("GET", f"/cases/{case}/exhibits", params={"limit": 500})["tiles"]))
    second = send(monkeypatch, ann, case, files, tmp_path)
    ingest._wait(second, quiet=True)
    assert before == (told.links(), told.whole_content(),
                      len(ann.ask("GET", f"/cases/{case}/exhibits", params={"limit": 500})["tiles"]))
    assert {line["status"] for line in ingest._lines(second)} <= {"duplicate", "refused"}
    for one in (second, first):
        contributions.withdraw(viewer, one)  # type: ignore[arg-type]
        with pytest.raises(Conflict):
            begin_upload(viewer, one, "late.jpg", length=3)  # type: ignore[arg-type]
    assert ann.ask("GET", f"/cases/{case}/exhibits", params={"limit": 500})["tiles"] == []
    assert ann.ask("GET", f"/cases/{case}/links") == []
    ann._http.close()
