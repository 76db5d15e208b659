"""Snapshots on disk: swapped under readers, private, refused when damaged, removed when nobody serves."""

import multiprocessing
import os
import stat
from pathlib import Path

import numpy as np
import pytest

from clew.kernel.errors import Conflict, Unavailable
from clew.signals.indexes import snapshot
from clew.signals.indexes.files import MANIFEST
from clew.signals.indexes.hamming import HammingIndex, build
from tests.signals.indexes.populations import hashes_of

MARK = {"xid": 1}


def _read_while_swapped(folder: str, hashes: bytes, ready, stop, wrong) -> None:
    """Open the index again and again and look up what every snapshot holds; count wrong answers."""
    rows = np.frombuffer(hashes, np.uint8).reshape(-1, 32)
    bad = rounds = 0
    while not stop.is_set() or rounds == 0:
        index = HammingIndex.open(Path(folder))
        for number in (0, len(rows) - 1):
            bad += number not in index.lookup(rows[number])[0]
        rounds += 1
        ready.set()
    wrong.put((bad, rounds))


def test_several_processes_read_while_new_snapshots_are_published(tmp_path: Path):
    chance = np.random.default_rng(1)
    hashes = hashes_of("uniform", 25_000, chance)
    build(tmp_path, hashes[:21_000], np.arange(21_000), mark=MARK)
    context = multiprocessing.get_context("spawn")
    stop, wrong = context.Event(), context.Queue()
    started = [context.Event() for _ in range(2)]
    always = hashes[:21_000].tobytes()
    readers = [context.Process(target=_read_while_swapped, args=(str(tmp_path), always, ready, stop, wrong))
               for ready in started]
    for reader in readers:
        reader.start()
    for ready in started:
        assert ready.wait(60)
    for size in range(21_500, 25_000, 500):
        build(tmp_path, hashes[:size], np.arange(size), mark={"xid": size})
    stop.set()
    answers = [wrong.get(timeout=60) for _ in readers]
    for reader in readers:
        reader.join(60)
        assert reader.exitcode == 0
    assert [bad for bad, _ in answers] == [0, 0]


def test_a_snapshot_is_kept_as_long_as_someone_serves_it(tmp_path: Path):
    hashes = hashes_of("uniform", 30, np.random.default_rng(2))
    serving = build(tmp_path, hashes[:10], np.arange(10), mark=MARK)
    build(tmp_path, hashes[:20], np.arange(20), mark=MARK)
    assert not serving.is_current()
    assert len(list(tmp_path.glob("snapshot-*"))) == 2
    assert serving.lookup(hashes[3])[0].tolist() == [3]
    del serving
    last = build(tmp_path, hashes, np.arange(30), mark=MARK)
    assert [place.name for place in tmp_path.glob("snapshot-*")] == [last.snapshot.name]
    assert last.is_current()


def test_leftovers_of_a_build_that_was_cut_off_are_swept(tmp_path: Path):
    build(tmp_path, np.zeros((1, 32), np.uint8), [1], mark=MARK)
    (tmp_path / "snapshot-cut").mkdir()
    (tmp_path / "snapshot-cut" / "rows.npy").write_bytes(b"half")
    (tmp_path / "current.new").write_text("snapshot-cut")
    assert HammingIndex.open(tmp_path).lookup(bytes(32))[0].tolist() == [1]
    build(tmp_path, np.zeros((1, 32), np.uint8), [2], mark=MARK)
    assert not (tmp_path / "snapshot-cut").exists()
    assert HammingIndex.open(tmp_path).lookup(bytes(32))[0].tolist() == [2]


def test_only_one_process_builds_at_a_time(tmp_path: Path):
    with snapshot.building(tmp_path), pytest.raises(Conflict, match="being built"):
        build(tmp_path, np.zeros((1, 32), np.uint8), [1], mark=MARK)


def test_only_the_owner_can_read_a_snapshot(tmp_path: Path):
    before = os.umask(0)
    try:
        index = build(tmp_path / "index", np.zeros((1, 32), np.uint8), [1], mark=MARK)
    finally:
        os.umask(before)
    for path in (tmp_path / "index").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert stat.S_IMODE(index.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["rows", "starts", "ids", "offsets", "postings", "checks"])
@pytest.mark.parametrize("damage", ["one bit", "cut short", "gone"])
def test_a_damaged_array_is_refused(name, damage, tmp_path: Path):
    index = build(tmp_path, hashes_of("uniform", 21_000, np.random.default_rng(3)), np.arange(21_000), mark=MARK)
    path = tmp_path / index.snapshot.name / f"{name}.npy"
    content = bytearray(path.read_bytes())
    del index
    content[len(content) // 2] ^= 4
    path.unlink()
    if damage != "gone":
        path.write_bytes(content if damage == "one bit" else content[:-8])
    with pytest.raises(Unavailable, match="damaged"):
        HammingIndex.open(tmp_path)


@pytest.mark.parametrize("content", ["", "{}", '{"facts": {"format": 1}, "seal": "0"}', "[1]"])
def test_a_damaged_manifest_is_refused(content, tmp_path: Path):
    index = build(tmp_path, np.zeros((1, 32), np.uint8), [1], mark=MARK)
    (tmp_path / index.snapshot.name / MANIFEST).write_text(content)
    with pytest.raises(Unavailable, match="damaged"):
        HammingIndex.open(tmp_path)


def test_a_snapshot_of_another_version_is_refused(tmp_path: Path, monkeypatch):
    build(tmp_path, np.zeros((1, 32), np.uint8), [1], mark=MARK)
    monkeypatch.setattr(snapshot, "FORMAT", snapshot.FORMAT + 1)
    with pytest.raises(Unavailable, match="another version"):
        HammingIndex.open(tmp_path)


def test_arrays_that_do_not_fit_together_are_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(snapshot, "band_count", lambda distinct: 16)
    monkeypatch.setattr(snapshot, "buckets", lambda rows, bands: iter(()))
    with pytest.raises(Unavailable, match="damaged"):
        build(tmp_path, np.zeros((1, 32), np.uint8), [1], mark=MARK)
    assert list(tmp_path.glob("snapshot-*")) == []
