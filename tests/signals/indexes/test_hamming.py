"""The index against brute force: on every kind of data, every radius, with a tail, erasures and rebuilds."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clew.kernel.errors import BadInput, Unavailable
from clew.signals.indexes import hamming, plan
from clew.signals.indexes.brute import brute_force
from clew.signals.indexes.hamming import HammingIndex, build
from tests.signals.indexes.populations import KINDS, flipped, hashes_of

MARK = {"xid": 7}


def same(index: HammingIndex, hashes, ids, query, radius=31, erased=()):
    """Compare one lookup with brute force over the entries that are not erased."""
    kept = ~np.isin(ids, list(erased))
    due_ids, due_distances = brute_force(hashes[kept], ids[kept], query, radius)
    found, distances = index.lookup(query, radius)
    assert (np.diff(distances) >= 0).all()
    assert sorted(zip(distances.tolist(), found.tolist(), strict=True)) == list(
        zip(due_distances.tolist(), due_ids.tolist(), strict=True))


@pytest.fixture(params=[0, 50], ids=["as planned", "banded from the start"])
def planned(request, monkeypatch):
    """Run with the sizes as they are, and with all but the smallest indexes cut into bands."""
    if request.param:
        monkeypatch.setattr(plan, "SCAN_ALONE", request.param)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_data_is_answered_as_by_brute_force(kind, planned, tmp_path: Path):
    chance = np.random.default_rng(KINDS.index(kind))
    for size in (40, 200, 900, 3000):
        hashes = hashes_of(kind, size, chance)
        ids = chance.permutation(size).astype(np.int64)
        index = build(tmp_path / str(size), hashes, ids, mark=MARK)
        for _ in range(12):
            query = flipped(hashes[chance.integers(size)], chance.integers(0, 40), chance)
            same(index, hashes, ids, query, int(chance.integers(0, 32)))
            same(index, hashes, ids, query)


@pytest.mark.parametrize("kind", KINDS)
def test_large_populations_are_answered_as_by_brute_force(kind, tmp_path: Path):
    """60,000 entries: banded by the real plan, with and without the fall back to a scan."""
    chance = np.random.default_rng(5)
    hashes = hashes_of(kind, 60_000, chance)
    ids = np.arange(60_000)
    index = build(tmp_path, hashes, ids, mark=MARK)
    for _ in range(8):
        same(index, hashes, ids, flipped(hashes[chance.integers(60_000)], chance.integers(0, 36), chance))


@pytest.mark.parametrize("size", [0, 1, 2])
def test_the_smallest_indexes_answer(size, planned, tmp_path: Path):
    hashes = np.arange(size * 32, dtype=np.uint8).reshape(size, 32)
    index = build(tmp_path, hashes, np.arange(size), mark=MARK)
    assert index.lookup(bytes(range(32)))[0].tolist() == [0][:size]
    assert len(index) == size
    assert index.mark == MARK


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_history_of_appends_erasures_and_rebuilds_is_answered_exactly(data, tmp_path_factory, monkeypatch):
    monkeypatch.setattr(plan, "SCAN_ALONE", 20)
    folder = tmp_path_factory.mktemp("index")
    chance = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    pool = hashes_of(data.draw(st.sampled_from(KINDS)), 80, chance)
    hashes, ids, erased = np.empty((0, 32), np.uint8), np.empty(0, np.int64), set()
    index = build(folder, hashes, ids, mark=MARK)
    for step in data.draw(st.lists(st.sampled_from(["append", "append", "erase", "restore", "rebuild"]), max_size=8)):
        if step == "append":
            some = chance.integers(0, 80, data.draw(st.integers(1, 40)))
            numbers = chance.integers(0, 30, len(some))
            index.tail.append(pool[some], numbers)
            hashes, ids = np.concatenate((hashes, pool[some])), np.concatenate((ids, numbers))
        elif step in ("erase", "restore"):
            numbers = chance.integers(0, 30, 5)
            getattr(index.tail, step)(numbers)
            erased = erased | set(numbers.tolist()) if step == "erase" else erased - set(numbers.tolist())
        else:
            index = index.rebuild(MARK)
            kept = ~np.isin(ids, list(erased))
            hashes, ids, erased = hashes[kept], ids[kept], set()
        same(index, hashes, ids, flipped(pool[chance.integers(80)], chance.integers(0, 34), chance), erased=erased)
        same(index, hashes, ids, pool[chance.integers(80)], 0, erased=erased)


def test_many_lookups_equal_one_after_another(tmp_path: Path):
    chance = np.random.default_rng(3)
    hashes = hashes_of("clustered", 30_000, chance)
    index = build(tmp_path, hashes, np.arange(30_000), mark=MARK)
    index.tail.append(hashes[:50], np.arange(40_000, 40_050))
    index.tail.erase([3])
    which, ids, distances = index.lookup_many(hashes[:60])
    for number in range(60):
        one_ids, one_distances = index.lookup(hashes[number])
        assert ids[which == number].tolist() == one_ids.tolist()
        assert distances[which == number].tolist() == one_distances.tolist()


def test_a_degenerate_hash_is_answered_in_pages_that_leave_nothing_out(tmp_path: Path):
    """100,000 flat pictures share one hash: stored once, and every one of them is answered."""
    flat = np.zeros((100_000, 32), np.uint8)
    index = build(tmp_path, flat, np.arange(100_000), mark=MARK)
    index.tail.append(flat[:3], np.arange(100_000, 100_003))
    index.tail.erase([5, 100_001])
    assert len(index.snapshot.rows) == 1
    pages = [ids for ids, _ in index.pages(flat[0], size=7_000)]
    assert max(len(page) for page in pages) <= 7_000
    assert np.concatenate(pages).tolist() == index.lookup(flat[0])[0].tolist()
    assert sorted(np.concatenate(pages).tolist()) == [i for i in range(100_003) if i not in (5, 100_001)]


def test_unsigned_ids_and_words_come_back_as_given(tmp_path: Path):
    words = np.arange(8, dtype=np.uint64).reshape(2, 4)
    index = build(tmp_path, words, np.array([2**64 - 1, 1], np.uint64), mark=MARK)
    ids, distances = index.lookup(words[0], 0)
    assert ids.tolist() == [2**64 - 1]
    assert ids.dtype == np.uint64
    assert distances.tolist() == [0]
    with pytest.raises(BadInput, match="uint64"):
        index.tail.append(words[:1], np.array([3]))


def test_what_cannot_be_looked_up_is_refused(tmp_path: Path):
    index = build(tmp_path, np.zeros((1, 32), np.uint8), [1], mark=MARK)
    for bad in (b"short", np.zeros(31, np.uint8), np.zeros((2, 32), np.uint8), np.zeros(4, np.float64)):
        with pytest.raises(BadInput):
            index.lookup(bad)
    for radius in (-1, 32):
        with pytest.raises(BadInput, match="radius"):
            index.lookup(bytes(32), radius)
    with pytest.raises(BadInput, match="id for each"):
        build(tmp_path, np.zeros((2, 32), np.uint8), [1], mark=MARK)


def test_what_the_tail_gains_during_a_rebuild_is_carried_over(tmp_path: Path, monkeypatch):
    hashes = hashes_of("uniform", 10, np.random.default_rng(1))
    index = build(tmp_path, hashes[:5], np.arange(5), mark=MARK)
    index.tail.append(hashes[5:7], [5, 6])
    def meanwhile(*arguments, **named):
        index.tail.append(hashes[7:], [7, 8, 9])
        index.tail.erase([2])
        return build(*arguments, **named)

    monkeypatch.setattr(hamming, "build", meanwhile)
    fresh = index.rebuild({"xid": 8})
    assert fresh.mark == {"xid": 8}
    assert len(fresh.snapshot.ids) == 7
    for number in range(10):
        assert fresh.lookup(hashes[number])[0].tolist() == [number] * (number != 2)


def test_without_a_snapshot_nothing_is_served(tmp_path: Path):
    with pytest.raises(Unavailable, match="no index yet"):
        HammingIndex.open(tmp_path)
