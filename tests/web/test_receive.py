"""Bytes are taken only from somebody with a live session."""

import uuid

import pytest

from clew.kernel.settings import Settings
from clew.store.vault import vault
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
