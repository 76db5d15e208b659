"""Bytes are taken only from somebody with a live session, and known ones as fast as new ones."""

import threading
import uuid

import pytest

from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions
from clew.kernel.settings import Settings
from clew.store.vault import vault
from clew.web.receive import _DROPS
from tests.node import make_test_node
from tests.web.in_process import in_process

BYTES = {"Authorization": "Bearer nobody", "Content-Type": "application/offset+octet-stream"}


@pytest.mark.parametrize("size", [10, 3 << 20])
@pytest.mark.parametrize("door", ["/contributions/{}/uploads", "/cases/{}/searches?purpose=find"])
def test_a_stranger_fills_no_disk(database: Settings, door: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    make_test_node(database)
    begun: list[str] = []
    monkeypatch.setattr(vault().blobs, "writer", lambda: begun.append("writer"))
    headers = BYTES | {"Upload-Length": str(size), "Upload-Metadata": "path eA=="}
    with in_process() as client:
        answer = client.post("/api/v1" + door.format(uuid.uuid4()), headers=headers, content=bytes(size))
    assert answer.status_code == 401
    assert begun == []


@pytest.mark.parametrize("whole", [True, False])
def test_known_bytes_are_answered_without_dropping_anything_and_a_repeat_before_its_object_goes(
        database: Settings, whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dropping waits for the disk: whoever brings bytes that are known elsewhere must not wait for it too."""
    node = make_test_node(database)
    for code, name in (("XA-VIU", "anna"), ("XB-VIU", "ben")):
        node.agency(code)
        node.officer(code, name)
    blobs, answered, seen = vault().blobs, threading.Event(), []
    drop = blobs.drop

    def slowly(name: str) -> None:
        answered.wait(20)
        seen.append(answered.is_set())
        drop(name)

    monkeypatch.setattr(blobs, "drop", slowly)
    kept = sum(1 for _ in blobs.found())
    with in_process() as client:
        delivery = {name: contributions.begin_contribution(node.viewers[name], cases.open_case(
            node.viewers[name], f"K-{name}").id).id for name in ("anna", "ben")}
        for name in ("anna", "ben", "ben"):
            viewer = node.viewers[name]
            headers = {"Authorization": f"Bearer {viewer.token}", "Content-Type": BYTES["Content-Type"],
                       "Tus-Resumable": "1.0.0", "Upload-Length": "5", "Upload-Metadata": "path eA=="}
            path = f"/api/v1/contributions/{delivery[name]}/uploads"
            if whole:
                assert client.post(path, headers=headers, content=b"known").status_code == 201
            else:
                begun = client.post(path, headers=headers | {"Content-Type": "text/plain"})
                sent = client.patch(begun.headers["location"], headers=headers | {"Upload-Offset": "0"}, content=b"known")
                assert sent.status_code == 204
    answered.set()
    _DROPS.submit(int).result()
    assert seen == [True]  # of what he brought twice himself; what another brought too stays for the worker to read
    assert sum(1 for _ in blobs.found()) == kept + 2
