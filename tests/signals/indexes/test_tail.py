"""The tail: found at once, counted once, erased at once, and steady for readers in other threads."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from clew.kernel.errors import BadInput
from clew.signals.indexes.hamming import build
from tests.signals.indexes.populations import hashes_of

MARK = {"xid": 1}


@pytest.fixture
def index(tmp_path: Path):
    hashes = hashes_of("uniform", 100, np.random.default_rng(1))
    return build(tmp_path, hashes[:50], np.arange(50), mark=MARK), hashes


def test_an_entry_given_again_changes_nothing(index):
    index, hashes = index
    assert index.tail.append(hashes, np.arange(100)) == 50
    assert index.tail.append(hashes, np.arange(100)) == 0
    assert index.tail.append(np.repeat(hashes[:1], 3, axis=0), [200, 200, 0]) == 1
    assert index.lookup(hashes[0])[0].tolist() == [0, 200]
    assert len(index) == 101


def test_erased_ids_are_found_neither_before_nor_after_and_can_be_restored(index):
    index, hashes = index
    index.tail.erase([3, 70])
    index.tail.append(hashes[70], [70])
    assert index.lookup(hashes[3])[0].tolist() == []
    assert index.lookup(hashes[70])[0].tolist() == []
    index.tail.restore([3, 70, 99])
    assert index.lookup(hashes[3])[0].tolist() == [3]
    assert index.lookup(hashes[70])[0].tolist() == [70]


def test_nothing_given_is_nothing_added(index):
    index, hashes = index
    assert index.tail.append(hashes[:0], []) == 0
    index.tail.erase([])
    assert index.lookup(hashes[4])[0].tolist() == [4]


def test_ids_that_do_not_fit_are_refused(index):
    index, hashes = index
    for ids in ([1, 2], ["a"], [1.5]):
        with pytest.raises(BadInput):
            index.tail.append(hashes[:1], ids)


def test_readers_in_other_threads_always_see_what_was_added_before(index):
    index, _ = index
    more = hashes_of("uniform", 5_000, np.random.default_rng(2))

    def read(turn: int) -> int:
        held = len(index.tail)
        found = index.lookup_many(more[:held][-20:])[1] if held else np.empty(0)
        return len(found) - min(held, 20)

    with ThreadPoolExecutor(2) as threads:
        readings = [threads.submit(read, turn) for turn in range(300)]
        for start in range(0, 5_000, 50):
            index.tail.append(more[start:start + 50], np.arange(1_000 + start, 1_050 + start))
        assert {reading.result() for reading in readings} == {0}
    assert len(index.tail) == 5_000
