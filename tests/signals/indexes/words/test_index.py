"""The index of words as a whole: own pictures, mirrored, turned and in part; newer and erased entries; rebuilt."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clew.signals.contract import Signal
from clew.signals.indexes import words as kind
from clew.signals.indexes.contract import Entry
from clew.signals.indexes.words import index, snapshot, tail
from clew.signals.local import codec
from clew.signals.local.features import mirrored
from tests.signals.indexes.words.made import entries, features, signal

MARK = {"xid": 9}


def first(opened: kind.WordsIndex, asked: Signal) -> int | None:
    found = opened.propose([asked], 5)
    return found[0].id if found else None


def test_own_mirrored_and_turned_pictures_are_proposed_first(tmp_path: Path):
    opened = kind.build(tmp_path, entries(0, 30), MARK)
    assert opened.mark == MARK
    assert len(opened) == 30
    assert opened.newer == 0
    whole = features(12)
    quarter = replace(whole, xy=np.stack([600 - whole.xy[:, 1], whole.xy[:, 0]], axis=1), size=(800, 600),
                      angle=np.mod(whole.angle + np.pi / 2, 2 * np.pi).astype(np.float32))
    small = replace(whole, xy=whole.xy / 2, scale=whole.scale / 2)
    for asked in (whole, mirrored(whole), quarter, small):
        assert first(opened, signal(asked)) == 12
    assert first(opened, signal(features(77))) is None


def test_a_region_is_found_in_its_picture(tmp_path: Path):
    opened = kind.build(tmp_path, entries(0, 10, 200), MARK)
    stored = codec.unpack(signal(features(4, 200)).value)
    found = opened.propose_stored([codec.region(stored, (0.5, 0.4, 0.4, 0.5))], 5)
    assert [proposal.id for proposal in found] == [4]
    assert found[0].strength > 0


def test_signals_without_points_are_left_out(tmp_path: Path):
    pixels = Signal("details", 1, b"P" + bytes(40))
    opened = kind.build(tmp_path, [*entries(0, 3), Entry(8, pixels), Entry(9, signal(features(9, 0)))], MARK)
    assert len(opened) == 4
    assert opened.propose([pixels], 5) == []
    assert opened.propose([signal(features(9, 0))], 5) == []
    assert first(opened, signal(features(2))) == 2


def test_newer_entries_count_once_and_erased_ones_never(tmp_path: Path):
    opened = kind.build(tmp_path, entries(0, 5), MARK)
    opened.add(entries(3, 8))
    opened.add(entries(6, 9))
    assert (len(opened), opened.newer) == (9, 4)
    assert first(opened, signal(features(7))) == 7
    opened.erase([7, 2])
    opened.add(entries(7, 8))
    for gone in (7, 2):
        assert first(opened, signal(features(gone))) is None
    assert len(opened) == 9


def test_each_entry_added_alone_is_found_and_few_segments_remain(tmp_path: Path):
    opened = kind.build(tmp_path, [], MARK)
    assert opened.propose([signal(features(1))], 5) == []
    for entry in entries(0, 40, 20):
        opened.add([entry])
    assert opened.newer == 40
    assert len(opened.tail.state.newer) < 7
    for number in (0, 17, 39):
        assert first(opened, signal(features(number, 20))) == number


def test_rebuilt_without_the_erased_and_with_the_newer(tmp_path: Path, monkeypatch):
    for module in (index, snapshot, tail):
        monkeypatch.setattr(module, "SEGMENT", 4)
    opened = kind.build(tmp_path, entries(0, 14), MARK)
    opened.add(entries(14, 20))
    opened.erase([5, 13, 15])
    fresh = opened.rebuild({"xid": 10})
    assert fresh.is_current()
    assert not opened.is_current()
    assert (len(fresh), fresh.newer, fresh.mark) == (17, 0, {"xid": 10})
    again = kind.open(tmp_path)
    for number in range(20):
        assert first(again, signal(features(number))) == (None if number in (5, 13, 15) else number)
    linked = [path.stat().st_nlink for path in (tmp_path / fresh.snapshot.name).glob("*-signatures.npy")]
    assert sorted(linked) == [1, 1, 1, 2, 2]  # of four segments two full ones lost nothing


def test_what_comes_while_it_is_rebuilt_is_carried_over(tmp_path: Path, monkeypatch):
    opened = kind.build(tmp_path, entries(0, 5), MARK)
    opened.add(entries(5, 7))
    published = index._published

    def meanwhile(*given, **named):
        made = published(*given, **named)
        opened.add(entries(7, 9))
        opened.erase([1, 6])
        return made

    monkeypatch.setattr(index, "_published", meanwhile)
    fresh = opened.rebuild({"xid": 11})
    assert (len(fresh), fresh.newer) == (9, 2)
    for number in range(9):
        assert first(fresh, signal(features(number))) == (None if number in (1, 6) else number)


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_than_asked_for_are_proposed(most: int, tmp_path: Path):
    same = signal(features(1))
    opened = kind.build(tmp_path, [Entry(number, same) for number in range(6)], MARK)
    assert [proposal.id for proposal in opened.propose([same], most)] == list(range(most))
