"""The local folder: what is acknowledged is on disk in the right order, and a crash shows nothing half-done."""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from clew.kernel.errors import Damaged, Unavailable
from clew.store.blobs import Blobs, LocalFolder
from clew.store.blobs.local import INCOMING
from clew.store.blobs.places import object_path

FEEDER = """
import sys
from pathlib import Path
from clew.store.blobs import Blobs, LocalFolder
blobs = Blobs(LocalFolder(Path(sys.argv[1])), bytes(32))
print("ready", flush=True)
while True:
    stored = blobs.put([bytes(400_000)] * int(sys.argv[2]))
    print(stored.object_name, stored.data_key.hex(), stored.size, flush=True)
"""


class Spy:
    """Notes flushes and renames in their order."""

    def __init__(self, patch: pytest.MonkeyPatch, root: Path) -> None:
        self.calls: list[tuple[str, str]] = []
        fsync, rename = os.fsync, os.rename

        def spied_fsync(fd: int) -> None:
            path = Path(f"/proc/self/fd/{fd}").readlink()
            self.calls.append(("fsync", str(path.relative_to(root))))
            fsync(fd)

        def spied_rename(old: Path, new: Path) -> None:
            self.calls.append(("rename", str(Path(new).relative_to(root))))
            rename(old, new)

        patch.setattr("os.fsync", spied_fsync)
        patch.setattr("os.rename", spied_rename)


def test_file_then_name_then_folder(blobs: Blobs, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spy = Spy(monkeypatch, root)
    name = blobs.put([b"x"]).object_name
    path = object_path(name)
    outer, inner = path[:2], path[:5]
    kinds = [kind if kind == "rename" or not place.startswith(INCOMING) else "fsync file"
             for kind, place in spy.calls]
    assert kinds == ["fsync file", "fsync", "fsync", "rename", "fsync"]
    assert [place for _, place in spy.calls[1:]] == [outer, ".", path, inner]


def test_folders_made_by_others_are_flushed_once_by_each_process(root: Path,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    first = LocalFolder(root)
    draft = first.draft()
    draft.keep("ab" * 32)
    second = LocalFolder(root)
    spy = Spy(monkeypatch, root)
    for name in ("ab" * 31 + "00", "ab" * 31 + "01"):
        second.draft().keep(name)
    assert spy.calls.count(("fsync", "ab")) == 1
    assert spy.calls.count(("fsync", "ab/ab")) == 2


@pytest.mark.parametrize(("number", "says"), [(errno.ENOSPC, "full"), (errno.EDQUOT, "full"),
                                              (errno.EIO, "doctor")])
@pytest.mark.parametrize("call", ["os.write", "os.fsync", "os.rename"])
def test_a_failing_disk_says_so_and_leaves_nothing(blobs: Blobs, root: Path, monkeypatch: pytest.MonkeyPatch,
                                                   number: int, says: str, call: str) -> None:
    blobs.put([b"before"])
    before = sorted(root.rglob("*"))

    def failing(*_: object) -> int:
        raise OSError(number, "as a disk says it")

    with pytest.raises(Unavailable, match=says) as caught, blobs.writer() as writer:
        monkeypatch.setattr(call, failing)
        writer.write(bytes(3 << 20))
        writer.finish()
    monkeypatch.undo()
    assert str(root) not in caught.value.message
    assert [path for path in sorted(root.rglob("*")) if path.is_file() or path in before] == before


def test_short_writes_are_continued(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr("os.write", lambda fd, data: write(fd, data[:70_001]))
    data = random.Random(1).randbytes(2_000_000)
    stored = blobs.put([data])
    monkeypatch.undo()
    assert blobs.read_all(stored.object_name, stored.data_key) == data


@pytest.mark.parametrize("pieces", [1, 3, 2_000_000])
def test_kill_9_loses_nothing_acknowledged_and_shows_nothing_else(root: Path, pieces: int) -> None:
    blobs = Blobs(LocalFolder(root), bytes(32))
    for after in (0.02, 0.11, 0.23):
        child = subprocess.Popen([sys.executable, "-c", FEEDER, str(root), str(pieces)], text=True,
                                 stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
        assert child.stdout is not None
        with child.stdout as said:
            assert said.readline() == "ready\n"
            time.sleep(after)
            child.send_signal(signal.SIGKILL)
            child.wait()
            done = [line.split() for line in said.read().splitlines() if line.count(" ") == 2]
        listed = {found.name for found in blobs.found()}
        assert {name for name, _, _ in done} <= listed
        for name, key, size in done:
            assert sum(len(piece) for piece in blobs.read(name, bytes.fromhex(key))) == int(size)
    assert len(list((root / INCOMING).iterdir())) <= 3
    assert blobs.sweep(lambda names: names, grace=timedelta(days=1)) == 0
    assert blobs.sweep(lambda names: [], grace=timedelta(seconds=-5)) >= len(listed)
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_an_open_folder_is_narrowed(tmp_path: Path) -> None:
    (tmp_path / "wide").mkdir(mode=0o755)
    LocalFolder(tmp_path / "wide")
    assert (tmp_path / "wide").stat().st_mode & 0o777 == 0o700


def test_what_is_dropped_while_listed_or_read(blobs: Blobs, root: Path) -> None:
    stored = [blobs.put([bytes([i]) * 10]) for i in range(3)]
    reading = blobs.read(stored[0].object_name, stored[0].data_key)
    (root / "ab").mkdir(exist_ok=True)
    for one in stored:
        blobs.drop(one.object_name)
    with pytest.raises(Unavailable):
        next(reading)
    assert list(blobs.found()) == []


def test_strangers_in_the_folder_are_left_alone(blobs: Blobs, root: Path) -> None:
    blobs.put([b"x"])
    (root / "lost+found").mkdir()
    (root / "README").write_text("x")
    (root / "aa" / "bb").mkdir(parents=True, exist_ok=True)
    (root / "aa" / "bb" / "notes.txt").write_text("x")
    assert blobs.sweep(lambda names: names, grace=timedelta(seconds=-5)) == 0
    assert len(list(blobs.found())) == 1
    assert (root / "aa" / "bb" / "notes.txt").exists()


def test_another_disk_in_its_place_is_waited_for_and_is_no_damage(tmp_path: Path) -> None:
    blobs = Blobs(LocalFolder(tmp_path / "blobs"), bytes(32))
    stored = blobs.put([b"content"])
    (tmp_path / "blobs").rename(tmp_path / "away")
    (tmp_path / "blobs").mkdir()
    with pytest.raises(Unavailable, match="mounted") as waits:
        blobs.read_all(stored.object_name, stored.data_key)
    assert not isinstance(waits.value, Damaged)
