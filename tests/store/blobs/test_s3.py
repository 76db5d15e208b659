"""The S3 place by the same laws: against a store in memory, and against an S3 server where one is installed."""

import json
import os
import random
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from obstore.store import MemoryStore

from clew.kernel.errors import BadInput, Damaged, Unavailable
from clew.store.blobs import Blobs, Expected, LocalFolder, S3Bucket, check_objects, open_place
from clew.store.blobs import s3 as s3_module
from clew.store.blobs.frames import FRAME
from clew.store.blobs.places import object_path

SIZES = [0, 1, FRAME - 1, FRAME, FRAME + 1, 9 * FRAME + 5, 20 * FRAME]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def bucket(store: MemoryStore, spool: Path) -> Blobs:
    return Blobs(S3Bucket(store, spool), bytes(32))


def round_trips(blobs: Blobs) -> None:
    rows = []
    for size in SIZES:
        data = random.Random(size).randbytes(size)
        stored = blobs.put([data])
        assert blobs.read_all(stored.object_name, stored.data_key) == data
        ranged = blobs.read_range(stored.object_name, stored.data_key, size // 3, size // 2)
        assert b"".join(ranged) == data[size // 3:size // 3 + size // 2]
        rows.append(Expected(stored.object_name, stored.sha256, stored.size, stored.data_key))
    rows.sort(key=lambda one: one.object_name)
    assert [found.name for found in blobs.found()] == [one.object_name for one in rows]
    assert check_objects(blobs, rows).whole
    blobs.drop(rows[0].object_name)
    blobs.drop(rows[0].object_name)
    assert check_objects(blobs, rows).missing == [rows[0].object_name]
    with pytest.raises(Damaged, match="missing"):
        blobs.read_all(rows[0].object_name, bytes(32))


def test_in_memory(bucket: Blobs, spool: Path) -> None:
    round_trips(bucket)
    assert list(spool.iterdir()) == []


def test_the_spool_is_sealed_and_private(bucket: Blobs, spool: Path) -> None:
    with bucket.writer() as writer:
        writer.write(b"canary in the clear" * 200_000)
        (draft,) = spool.iterdir()
        assert b"canary" not in draft.read_bytes()
        assert (spool.stat().st_mode & 0o777, draft.stat().st_mode & 0o777) == (0o700, 0o600)
    assert list(spool.iterdir()) == []


def test_what_arrived_in_part_is_refused(bucket: Blobs, store: MemoryStore, spool: Path,
                                         monkeypatch: pytest.MonkeyPatch) -> None:
    put = obstore.put
    monkeypatch.setattr(s3_module.obstore, "put",
                        lambda store, name, path, **more: put(store, name, path.read_bytes()[:-1]))
    with pytest.raises(Unavailable, match="only a part"):
        bucket.put([b"x" * 1000])
    assert list(spool.iterdir()) == []


def test_damage_in_the_bucket_is_found(bucket: Blobs, store: MemoryStore) -> None:
    stored = bucket.put([bytes(9 * FRAME)])
    path = object_path(stored.object_name)
    whole = bytearray(obstore.get(store, path).bytes())
    whole[-5] ^= 1
    obstore.put(store, path, bytes(whole))
    with pytest.raises(Damaged):
        bucket.read_all(stored.object_name, stored.data_key)


def test_leftovers_are_swept(bucket: Blobs, store: MemoryStore, spool: Path) -> None:
    (spool / "left").write_bytes(b"x")
    os.utime(spool / "left", (1, 1))
    orphan = bucket.put([b"x"])
    obstore.put(store, "ab/stranger", b"x")
    assert bucket.sweep(lambda names: []) == 1
    assert bucket.sweep(lambda names: [], grace=timedelta(seconds=-5)) == 1
    assert list(bucket.found()) == []
    assert orphan.object_name


def secret(path: Path, **more: str) -> Path:
    path.write_text(json.dumps({"access_key_id": "a", "secret_access_key": "b", "region": "us-east-1"} | more))
    path.chmod(0o600)
    return path


def test_a_server_that_is_gone_says_what_to_do(tmp_path: Path, spool: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    file = secret(tmp_path / "s3.json", endpoint="http://127.0.0.1:9")
    place = open_place("s3://bucket/clew", spool=spool, secret_file=file)
    monkeypatch.setattr(s3_module.obstore, "get", _refused)
    with pytest.raises(Unavailable, match="doctor"):
        place.open("ab" * 32)


def _refused(*_: object, **__: object) -> None:
    raise obstore.exceptions.GenericError("connection refused")


def test_addresses(tmp_path: Path, spool: Path) -> None:
    assert isinstance(open_place(str(tmp_path / "folder"), spool=spool), LocalFolder)
    assert isinstance(open_place("s3://bucket", spool=spool, secret_file=secret(tmp_path / "s")), S3Bucket)
    with pytest.raises(BadInput, match="CLEW_BLOBS_SECRET_FILE"):
        open_place("s3://bucket", spool=spool)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"access_key_id": "a"}',
                                     '{"access_key_id": "a", "secret_access_key": "b", "colour": "c"}'])
def test_a_secret_file_that_is_none(tmp_path: Path, spool: Path, content: str) -> None:
    (tmp_path / "s").write_text(content)
    (tmp_path / "s").chmod(0o600)
    with pytest.raises(BadInput, match="access_key_id"):
        open_place("s3://bucket", spool=spool, secret_file=tmp_path / "s")


def test_a_secret_file_others_may_read(tmp_path: Path, spool: Path) -> None:
    file = secret(tmp_path / "s")
    file.chmod(0o644)
    with pytest.raises(Unavailable, match="chmod 600"):
        open_place("s3://bucket", spool=spool, secret_file=file)


@pytest.fixture
def endpoint() -> Iterator[str]:
    program = shutil.which("moto_server")
    if program is None:
        pytest.skip("no S3 server to try against: pip install 'moto[server]'")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([program, "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(urllib.request.Request(f"{address}/clew", method="PUT")).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        server.kill()
        server.wait()


def test_against_an_s3_server(tmp_path: Path, spool: Path, endpoint: str) -> None:
    file = secret(tmp_path / "s3.json", endpoint=endpoint)
    round_trips(Blobs(open_place("s3://clew/some/prefix", spool=spool, secret_file=file), bytes(32)))
