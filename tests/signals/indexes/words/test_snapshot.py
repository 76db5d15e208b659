"""Snapshots of the index of words: refused when damaged or of another codebook, proved, shared, kept private."""

import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from clew.kernel.errors import Conflict, Unavailable
from clew.signals.indexes import snapshot as snapshots
from clew.signals.indexes import words as kind
from clew.signals.indexes.files import MANIFEST
from clew.signals.indexes.words import proof, snapshot
from clew.signals.indexes.words.segments import NAMES
from tests.signals.indexes.words.made import entries, features, signal

MARK = {"xid": 1}


@pytest.mark.parametrize("name", [*(f"00000-{name}" for name in NAMES), "weights"])
@pytest.mark.parametrize("damage", ["one bit", "cut short", "gone"])
def test_a_damaged_array_is_refused(name: str, damage: str, tmp_path: Path):
    opened = kind.build(tmp_path, entries(0, 3), MARK)
    path = tmp_path / opened.snapshot.name / f"{name}.npy"
    content = bytearray(path.read_bytes())
    del opened
    content[len(content) // 2] ^= 4
    path.unlink()
    if damage != "gone":
        path.write_bytes(content if damage == "one bit" else content[:-8])
    with pytest.raises(Unavailable, match="damaged"):
        kind.open(tmp_path)


def test_a_damaged_manifest_and_no_index_are_refused(tmp_path: Path):
    with pytest.raises(Unavailable, match="no index yet"):
        kind.open(tmp_path)
    opened = kind.build(tmp_path, entries(0, 1), MARK)
    (tmp_path / opened.snapshot.name / MANIFEST).write_text('{"facts": {"format": 1}, "seal": "0"}')
    with pytest.raises(Unavailable, match="damaged"):
        kind.open(tmp_path)


def test_words_of_another_codebook_are_refused(tmp_path: Path, monkeypatch):
    kind.build(tmp_path, entries(0, 1), MARK)
    monkeypatch.setattr(snapshot, "mark", lambda: "another")
    with pytest.raises(Unavailable, match="another version"):
        kind.open(tmp_path)


@pytest.mark.parametrize("fault", ["silent", "weak"])
def test_an_index_that_fails_its_own_test_is_not_served(fault: str, tmp_path: Path, monkeypatch):
    former = kind.build(tmp_path, entries(0, 4), MARK)
    found = kind.WordsIndex.found
    faults = {
        "silent": lambda self, asked, most: found(self, asked, most)[1:],
        "weak": lambda self, asked, most: [(id_, strength - 1) for id_, strength in found(self, asked, most)],
    }
    monkeypatch.setattr(kind.WordsIndex, "found", faults[fault])
    with pytest.raises(Unavailable, match="failed its own test"):
        kind.build(tmp_path, entries(0, 9), MARK)
    assert former.is_current()
    assert len(list(tmp_path.glob("snapshot-*"))) == 1


def test_many_copies_of_one_picture_pass_the_test(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(proof, "MOST", 3)
    same = entries(0, 1)[0].signal
    assert len(kind.build(tmp_path, [type(entries(0, 1)[0])(number, same) for number in range(9)], MARK)) == 9


def test_only_one_builds_and_only_the_owner_reads(tmp_path: Path):
    before = os.umask(0)
    try:
        opened = kind.build(tmp_path / "index", entries(0, 2), MARK)
    finally:
        os.umask(before)
    for path in (tmp_path / "index").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    with snapshots.building(opened.folder), pytest.raises(Conflict, match="being built"):
        opened.rebuild(MARK)


def _read_while_swapped(folder: str, ready, stop, wrong) -> None:
    bad = rounds = 0
    while not stop.is_set() or rounds == 0:
        opened = kind.open(Path(folder))
        for number in (0, 4):
            bad += [proposal.id for proposal in opened.propose([signal(features(number))], 1)] != [number]
        rounds += 1
        ready.set()
    wrong.put(bad)


def test_another_process_reads_while_new_snapshots_are_published(tmp_path: Path):
    opened = kind.build(tmp_path, entries(0, 5), MARK)
    context = multiprocessing.get_context("spawn")
    stop, ready, wrong = context.Event(), context.Event(), context.Queue()
    reader = context.Process(target=_read_while_swapped, args=(str(tmp_path), ready, stop, wrong))
    reader.start()
    assert ready.wait(120)
    for number in range(5, 8):
        opened.add(entries(number, number + 1))
        opened = opened.rebuild({"xid": number})
    stop.set()
    assert wrong.get(timeout=120) == 0
    reader.join(60)
    assert reader.exitcode == 0
    assert len(list(tmp_path.glob("snapshot-*"))) <= 2
