import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.kernel.errors import BadInput, Conflict, Unavailable
from clew.signals import sound
from clew.signals.contract import Signal
from clew.signals.indexes import snapshot as snapshots
from clew.signals.indexes.contract import Entry, Index, IndexKind
from clew.signals.indexes.prints.index import KIND
from clew.signals.sounds.drawn import sound as drawn

KIND_IS: IndexKind = KIND
SIGNALS = {number: sound.describe(drawn((number, 4), (number + 100, 3)))[0] for number in range(1, 13)}
ENTRIES = [Entry(number * 1_000_000_007, signal) for number, signal in SIGNALS.items()]
PLAIN = sound.describe(drawn((0, 5)))[0]


def found(index: Index, signal: Signal, most: int = 20) -> list[int]:
    return [one.id // 1_000_000_007 for one in index.propose([signal], most)]


def test_a_part_of_each_sound_brings_it_first(tmp_path):
    index = KIND.build(tmp_path, ENTRIES, {"xid": 7})
    assert (len(index), index.newer, index.mark) == (12, 0, {"xid": 7})
    for number in SIGNALS:
        part, under = (sound.describe(drawn((200, 2), (number, 4), (201, 2), under=other))[0] for other in (0, 202))
        proposed = index.propose([part], 3)
        assert proposed[0].id == number * 1_000_000_007
        assert number in found(index, under, 3)
        assert proposed == sorted(proposed, key=lambda one: -one.strength)
        assert len(index.propose([part], 1)) == 1


def test_snapshot_tail_and_rebuild_answer_alike(tmp_path):
    whole = KIND.build(tmp_path / "whole", ENTRIES, {})
    split = KIND.build(tmp_path / "split", ENTRIES[:5], {})
    for entry in ENTRIES[5:]:
        split.add([entry])
    split.add(ENTRIES)
    assert (len(split), split.newer) == (12, 7)
    again = split.rebuild({"xid": 9})
    assert (len(again), again.newer, again.mark) == (12, 0, {"xid": 9})
    assert (split.is_current(), again.is_current()) == (False, True)
    for signal in SIGNALS.values():
        assert split.propose([signal], 20) == whole.propose([signal], 20) == again.propose([signal], 20)
        assert KIND.open(tmp_path / "split").propose([signal], 20) == whole.propose([signal], 20)


def test_the_erased_are_gone_at_once_and_from_the_next_build(tmp_path):
    index = KIND.build(tmp_path, ENTRIES[:6], {})
    index.add(ENTRIES[6:])
    index.erase([ENTRIES[1].id, ENTRIES[8].id])
    index.add(ENTRIES[:3])
    fresh = index.rebuild({})
    for one in (index, fresh):
        assert 2 not in found(one, SIGNALS[2])
        assert 9 not in found(one, SIGNALS[9])
        assert found(one, SIGNALS[3])[0] == 3
    assert len(fresh) == 10


def test_a_sound_that_says_too_little_is_held_and_never_proposed(tmp_path):
    index = KIND.build(tmp_path, [Entry(5, PLAIN), *ENTRIES[:2]], {})
    index.add([Entry(6, PLAIN)])
    assert len(index) == 4
    assert index.propose([PLAIN], 9) == []
    assert index.propose([], 9) == []


def test_an_empty_index_proposes_nothing_and_grows(tmp_path):
    index = KIND.build(tmp_path, [], {"xid": 1})
    assert index.propose([SIGNALS[1]], 5) == []
    index.add(ENTRIES[:1])
    assert found(index, SIGNALS[1]) == [1]
    assert found(index.rebuild({}), SIGNALS[1]) == [1]


def test_without_a_snapshot_or_with_a_damaged_one_nothing_is_served(tmp_path):
    with pytest.raises(Unavailable, match="no index yet"):
        KIND.open(tmp_path)
    KIND.build(tmp_path, ENTRIES, {})
    place = tmp_path / snapshots.current_name(tmp_path) / "moments.npy"
    data = bytearray(place.read_bytes())
    data[-1] ^= 1
    place.chmod(0o600)
    place.write_bytes(data)
    with pytest.raises(Unavailable, match="damaged"):
        KIND.open(tmp_path)


def test_a_damaged_print_is_refused_and_changes_nothing(tmp_path):
    index = KIND.build(tmp_path, ENTRIES[:3], {})
    with pytest.raises(BadInput):
        index.add([ENTRIES[4], Entry(99, Signal("sound", 1, b"nothing"))])
    assert index.newer == 0


def test_only_one_builds_at_a_time(tmp_path):
    index = KIND.build(tmp_path, ENTRIES[:3], {})
    with snapshots.building(tmp_path), pytest.raises(Conflict):
        index.rebuild({})
    assert index.is_current()


def test_what_is_added_and_erased_during_a_rebuild_is_carried_over(tmp_path, monkeypatch):
    index = KIND.build(tmp_path, ENTRIES[:4], {})
    index.add(ENTRIES[4:6])
    publish = snapshots.publish

    def meanwhile(folder, name):
        index.add(ENTRIES[6:8])
        index.erase([ENTRIES[0].id])
        publish(folder, name)

    monkeypatch.setattr(snapshots, "publish", meanwhile)
    fresh = index.rebuild({})
    assert (len(fresh), fresh.newer) == (8, 2)
    assert [found(fresh, SIGNALS[n])[0] for n in (2, 6, 7, 8)] == [2, 6, 7, 8]
    assert 1 not in found(fresh, SIGNALS[1])


def test_many_threads_add_and_ask(tmp_path):
    index = KIND.build(tmp_path, ENTRIES[:4], {})
    wrong = []

    def work(some):
        for entry in some:
            index.add([entry])
            if index.propose([entry.signal], 3)[0].id != entry.id:
                wrong.append(entry.id)

    crew = [threading.Thread(target=work, args=(ENTRIES[4 + n::4],)) for n in range(4)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert wrong == []
    assert len(index) == 12


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(st.sampled_from(["add", "erase", "rebuild"]), st.integers(0, 11)), max_size=8))
def test_whatever_happens_it_proposes_what_a_fresh_index_of_the_rest_does(tmp_path_factory, steps):
    index = KIND.build(tmp_path_factory.mktemp("some"), ENTRIES[:3], {})
    there, gone = {0, 1, 2}, set()
    for step, which in steps:
        if step == "add":
            index.add([ENTRIES[which]])
            there.add(which)
        elif step == "erase":
            index.erase([ENTRIES[which].id])
            gone.add(which)
        else:
            index = index.rebuild({})
            there, gone = there - gone, set()
    fresh = KIND.build(tmp_path_factory.mktemp("fresh"), [ENTRIES[n] for n in sorted(there - gone)], {})
    for number in (1, 4, 9):
        assert index.propose([SIGNALS[number]], 20) == fresh.propose([SIGNALS[number]], 20)
    assert np.isfinite([one.strength for one in index.propose([SIGNALS[1]], 20)]).all()
