"""Uploads under way: sealed on disk, resumed at the exact byte after any crash, torn tails discarded."""

import errno
import os
import random
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clew.kernel.errors import BadInput, Conflict, Damaged, NotFound, Unavailable
from clew.store.blobs import Blobs, LocalFolder
from clew.store.keys import KeyRing, make_keys
from clew.store.uploads import BODY_AT, MARK_AT, SEGMENT, Uploads

ID = uuid.UUID(int=7)
CANARY = b"canary-in-the-clear-7f3a9"
FEEDER = """
import sys, uuid
from pathlib import Path
from clew.store.keys import KeyRing
from clew.store.uploads import Uploads
root = Path(sys.argv[1])
uploads = Uploads(root / "data" / "uploads", KeyRing.open(root / "keys", data=root / "data"))
at, step = int(sys.argv[2]), int(sys.argv[3])
whole = (root / "whole").read_bytes()
print("ready", flush=True)
while at < len(whole):
    pieces = (whole[low:min(low + 50_000, at + step)] for low in range(at, min(at + step, len(whole)), 50_000))
    at = uploads.append(uuid.UUID(int=7), at, pieces)
    print(at, flush=True)
"""


def content(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    make_keys(tmp_path / "keys", data=tmp_path / "data")
    return KeyRing.open(tmp_path / "keys", data=tmp_path / "data")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "uploads"


@pytest.fixture
def uploads(folder: Path, ring: KeyRing) -> Uploads:
    return Uploads(folder, ring)


@pytest.fixture
def blobs(tmp_path: Path, ring: KeyRing) -> Blobs:
    return Blobs(LocalFolder(tmp_path / "data" / "blobs"), ring.object_key)


def whole(uploads: Uploads, blobs: Blobs, upload_id: uuid.UUID = ID) -> bytes:
    with blobs.writer() as writer:
        uploads.assemble(upload_id, writer)
        stored = writer.finish()
    return blobs.read_all(stored.object_name, stored.data_key)


def sealed(folder: Path) -> Path:
    return folder / ID.hex


@given(st.lists(st.lists(st.sampled_from([0, 1, 17, 5_000, SEGMENT - 1, SEGMENT, SEGMENT + 1]), max_size=3),
                max_size=4))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_requests_of_any_pieces_make_the_whole(folder: Path, ring: KeyRing, blobs: Blobs,
                                                   requests: list[list[int]]) -> None:
    data = content(sum(map(sum, requests)))
    upload_id = uuid.uuid4()
    Uploads(folder, ring).create(upload_id, len(data))
    at = 0
    for pieces in requests:
        uploads = Uploads(folder, ring)  # each request may meet another process
        assert uploads.offset(upload_id) == at
        start = at
        edges = [start := start + size for size in [0, *pieces]]
        chunks = [data[low:high] for low, high in pairwise(edges)]
        at = uploads.append(upload_id, at, chunks)
        assert at == edges[-1]
    assert Uploads(folder, ring).length(upload_id) == len(data) == at
    assert whole(Uploads(folder, ring), blobs, upload_id) == data


def test_nothing_clear_on_disk(uploads: Uploads, folder: Path) -> None:
    uploads.create(ID, len(CANARY) * 2000)
    uploads.append(ID, 0, [CANARY] * 1500)
    for path in [folder, *folder.iterdir()]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
    assert CANARY not in sealed(folder).read_bytes()
    uploads.drop(ID)
    assert list(folder.iterdir()) == []


def test_equal_bytes_look_different_each_time(uploads: Uploads, folder: Path) -> None:
    uploads.create(ID, 3000)
    for at in (0, 1000, 2000):
        uploads.append(ID, at, [bytes(1000)])
    body = sealed(folder).read_bytes()[BODY_AT:]
    parts = [body[at:at + 1032] for at in (0, 1032, 2064)]
    assert len({part[4:16] for part in parts}) == len({part[16:] for part in parts}) == 3


@pytest.mark.parametrize("kept", range(0, 1000 + 32 + 1, 61))
def test_a_torn_tail_is_discarded_and_sent_again(folder: Path, ring: KeyRing, blobs: Blobs, kept: int) -> None:
    data = content(3_000)
    Uploads(folder, ring).create(ID, len(data))
    Uploads(folder, ring).append(ID, 0, [data[:2_000]])
    sure = sealed(folder).stat().st_size
    mark = sealed(folder).read_bytes()[MARK_AT:BODY_AT]
    Uploads(folder, ring).append(ID, 2_000, [data[2_000:]])
    with sealed(folder).open("r+b") as file:  # as if the crash came before the request was answered
        file.truncate(sure + kept)
        file.seek(MARK_AT)
        file.write(mark)
    uploads = Uploads(folder, ring)
    assert uploads.offset(ID) == (3_000 if kept == 1_032 else 2_000)
    assert uploads.append(ID, uploads.offset(ID), [data[uploads.offset(ID):]]) == 3_000
    assert whole(uploads, blobs) == data


@pytest.mark.parametrize("at", [0, 3, 4, 15, 16, 500, 1_031])
def test_a_tail_of_garbage_is_discarded(folder: Path, ring: KeyRing, blobs: Blobs, at: int) -> None:
    """After a power cut the length may be right and the blocks wrong: zeros, or an older block."""
    data = content(2_000)
    uploads = Uploads(folder, ring)
    uploads.create(ID, len(data))
    uploads.append(ID, 0, [data[:1_000]])
    body = bytearray(sealed(folder).read_bytes())
    uploads.append(ID, 1_000, [data[1_000:]])
    tail = bytearray(sealed(folder).read_bytes()[len(body):])
    tail[at] ^= 0xFF
    sealed(folder).write_bytes(body + tail)
    assert uploads.offset(ID) == 1_000
    sealed(folder).write_bytes(body + bytes(5_000))
    assert uploads.offset(ID) == 1_000
    assert uploads.append(ID, 1_000, [data[1_000:]]) == 2_000
    assert whole(uploads, blobs) == data


def test_what_lay_behind_a_torn_segment_never_comes_back(uploads: Uploads, folder: Path, blobs: Blobs) -> None:
    """A power cut may keep the third segment and lose the second: the third must be sent again too."""
    uploads.create(ID, 3_000)
    uploads.append(ID, 0, [bytes(1_000)])
    mark = sealed(folder).read_bytes()[MARK_AT:BODY_AT]
    for at in (1_000, 2_000):
        uploads.append(ID, at, [b"old" + bytes(997)])
    body = bytearray(sealed(folder).read_bytes())
    body[MARK_AT:BODY_AT] = mark
    body[BODY_AT + 1_032 + 40] ^= 1
    sealed(folder).write_bytes(body)
    assert uploads.offset(ID) == 1_000
    assert uploads.append(ID, 1_000, [b"new" + bytes(997)]) == 2_000
    assert uploads.offset(ID) == 2_000
    uploads.append(ID, 2_000, [b"new" + bytes(997)])
    assert whole(uploads, blobs) == bytes(1_000) + 2 * (b"new" + bytes(997))


def test_without_its_mark_the_whole_file_is_read(uploads: Uploads, folder: Path, blobs: Blobs) -> None:
    data = content(2 * SEGMENT + 5)
    uploads.create(ID, len(data))
    uploads.append(ID, 0, [data])
    with sealed(folder).open("r+b") as file:
        file.seek(MARK_AT + 20)
        file.write(b"torn")
    assert uploads.offset(ID) == len(data)
    assert whole(uploads, blobs) == data


def test_what_was_acknowledged_and_then_damaged_is_not_assembled(uploads: Uploads, folder: Path,
                                                                 blobs: Blobs) -> None:
    uploads.create(ID, 2_000)
    uploads.append(ID, 0, [bytes(1_000)])
    uploads.append(ID, 1_000, [bytes(1_000)])
    body = bytearray(sealed(folder).read_bytes())
    body[BODY_AT + 30] ^= 1
    sealed(folder).write_bytes(body)
    with pytest.raises(Damaged):
        whole(uploads, blobs)
    assert list(blobs.found()) == []


def test_segments_do_not_pass_between_uploads_or_places(uploads: Uploads, folder: Path, blobs: Blobs) -> None:
    other = uuid.UUID(int=8)
    for upload_id in (ID, other):
        uploads.create(upload_id, 2_000)
        for at in (0, 1_000):
            uploads.append(upload_id, at, [bytes(1_000)])
    mine, theirs = sealed(folder).read_bytes(), (folder / other.hex).read_bytes()
    swapped = mine[:BODY_AT] + mine[BODY_AT + 1_032:] + mine[BODY_AT:BODY_AT + 1_032]
    for wrong in (mine[:BODY_AT] + theirs[BODY_AT:], swapped):
        sealed(folder).write_bytes(wrong)
        with pytest.raises(Damaged):
            whole(uploads, blobs)
    sealed(folder).write_bytes(theirs)
    with pytest.raises(Unavailable):
        uploads.offset(ID)
    longer = bytearray(mine)
    longer[15] ^= 1  # the announced length
    sealed(folder).write_bytes(longer)
    with pytest.raises(Unavailable):
        uploads.offset(ID)


def test_when_the_sender_breaks_off_what_came_is_kept(uploads: Uploads, blobs: Blobs) -> None:
    data = content(SEGMENT + 900)

    def broken() -> Iterator[bytes]:
        yield data[:SEGMENT + 500]
        raise ConnectionResetError

    uploads.create(ID, len(data))
    with pytest.raises(ConnectionResetError):
        uploads.append(ID, 0, broken())
    assert uploads.offset(ID) == SEGMENT + 500
    uploads.append(ID, SEGMENT + 500, [data[SEGMENT + 500:]])
    assert whole(uploads, blobs) == data


@pytest.mark.parametrize("step", [120_000, 3_000_000])
def test_kill_9_keeps_every_acknowledged_byte(tmp_path: Path, uploads: Uploads, blobs: Blobs, step: int) -> None:
    data = content(16_000_000)
    (tmp_path / "whole").write_bytes(data)
    uploads.create(ID, len(data))
    at = 0
    for after in (0.01, 0.02, 0.03):
        child = subprocess.Popen([sys.executable, "-c", FEEDER, str(tmp_path), str(at), str(step)], text=True,
                                 stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
        assert child.stdout is not None
        with child.stdout as said:
            assert said.readline() == "ready\n"
            threading.Event().wait(after)
            child.send_signal(signal.SIGKILL)
            child.wait()
            answers = [int(line) for line in said.read().splitlines()]
        offset = uploads.offset(ID)
        assert offset >= (answers[-1] if answers else at)
        at = offset
    uploads.append(ID, at, [data[at:]])
    assert whole(uploads, blobs) == data


def test_a_full_disk_keeps_what_was_sure(uploads: Uploads, blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    data = content(3 * SEGMENT)
    uploads.create(ID, len(data))
    pwrite, left = os.pwrite, [SEGMENT + 4_000]

    def filling(fd: int, piece: bytes, at: int) -> int:
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = pwrite(fd, piece[:left[0]], at)
        left[0] -= taken
        return taken

    monkeypatch.setattr("os.pwrite", filling)
    with pytest.raises(Unavailable, match="full"):
        uploads.append(ID, 0, [data])
    monkeypatch.undo()
    assert uploads.offset(ID) == SEGMENT
    uploads.append(ID, SEGMENT, [data[SEGMENT:]])
    assert whole(uploads, blobs) == data


def test_bytes_are_flushed_before_the_answer_and_before_the_mark(uploads: Uploads, folder: Path,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    uploads.create(ID, 10)
    calls: list[str] = []
    fsync, pwrite = os.fsync, os.pwrite
    monkeypatch.setattr("os.fsync", lambda fd: calls.append("flush") or fsync(fd))  # type: ignore[func-returns-value]
    monkeypatch.setattr("os.pwrite", lambda fd, data, at: calls.append(
        "mark" if at == MARK_AT else "bytes") or pwrite(fd, data, at))  # type: ignore[func-returns-value]
    uploads.append(ID, 0, [bytes(10)])
    assert calls == ["bytes", "flush", "mark"]
    calls.clear()
    uploads.create(uuid.uuid4(), 10)
    assert calls == ["flush", "flush"]


def test_one_sender_at_a_time(uploads: Uploads, folder: Path, ring: KeyRing) -> None:
    uploads.create(ID, 10)

    def second() -> Iterator[bytes]:
        with pytest.raises(Conflict, match="still sending"):
            Uploads(folder, ring).append(ID, 0, [b"x"])
        yield b"y"

    assert uploads.append(ID, 0, second()) == 1


def test_refusals(uploads: Uploads, blobs: Blobs) -> None:
    with pytest.raises(NotFound):
        uploads.offset(ID)
    with pytest.raises(BadInput):
        uploads.create(ID, -1)
    uploads.create(ID, 10)
    with pytest.raises(Conflict, match="begun before"):
        uploads.create(ID, 10)
    with pytest.raises(Conflict, match="another byte"):
        uploads.append(ID, 1, [b"x"])
    with pytest.raises(BadInput, match="announced"):
        uploads.append(ID, 0, [b"12345", b"1234567"])
    assert uploads.offset(ID) == 5
    with pytest.raises(Conflict, match="not complete"):
        whole(uploads, blobs)
    assert list(blobs.found()) == []


def test_an_upload_without_bytes(uploads: Uploads, blobs: Blobs) -> None:
    uploads.create(ID, 0)
    assert whole(uploads, blobs) == b""


def test_a_crash_while_creating_looks_as_if_never_begun(uploads: Uploads, folder: Path) -> None:
    sealed(folder).write_bytes(b"CLEW")
    with pytest.raises(NotFound):
        uploads.offset(ID)


def test_sweep_takes_only_the_abandoned(uploads: Uploads, folder: Path) -> None:
    other = uuid.UUID(int=8)
    uploads.create(ID, 10)
    uploads.create(other, 10)
    os.utime(sealed(folder), (1, 1))
    assert uploads.sweep(timedelta(days=5)) == 1
    assert uploads.offset(other) == 0
    with pytest.raises(NotFound):
        uploads.offset(ID)
