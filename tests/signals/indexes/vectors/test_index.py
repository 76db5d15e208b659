"""The vector index against brute force, and everything the contract of indexes promises."""

import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.kernel.errors import BadInput, Conflict, Unavailable
from clew.signals.contract import Signal
from clew.signals.embedding import packed
from clew.signals.indexes import snapshot as snapshots
from clew.signals.indexes.contract import Entry, IndexKind
from clew.signals.indexes.vectors import index as vectors
from clew.signals.indexes.vectors import scan

KIND: IndexKind = vectors
A, B = b"\x01aaa", b"\x02bbb"
MARK = {"since": "7"}


def drawn(count: int, seed: int, size: int = 24, *, clusters: int = 0) -> np.ndarray:
    """Return unit vectors; in `clusters` they differ in the last digits only."""
    draw = np.random.default_rng(seed)
    found = draw.normal(size=(count, size))
    if clusters:
        found = found[draw.integers(0, clusters, count)] + 1e-3 * draw.normal(size=(count, size))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def entries(rows: np.ndarray, *, start: int = 0, tag: bytes = A) -> list[Entry]:
    return [Entry(start + number, asked(row, tag)) for number, row in enumerate(rows)]


def asked(row: np.ndarray, tag: bytes = A) -> Signal:
    return Signal("likeness", 1, packed(tag, row))


def due(held: Iterable[Entry], queries: list[Signal], most: int) -> list[float]:
    """Return the strengths that brute force gives."""
    def vector(signal: Signal) -> np.ndarray:
        return np.frombuffer(signal.value[4:], np.float16).astype(np.float64)

    scores = [max((float(vector(e.signal) @ vector(q)) for q in queries if q.value[:4] == e.signal.value[:4]), default=-9.0)
              for e in held]
    return sorted((score for score in scores if score > -9), reverse=True)[:most]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 400), st.integers(0, 60), st.integers(1, 40), st.integers(1, 20), st.integers(0, 3), st.integers(0, 9999))
def test_it_proposes_what_brute_force_finds(
        count: int, newer: int, most: int, queries: int, clusters: int, seed: int) -> None:
    import tempfile  # noqa: PLC0415 - hypothesis runs one fixture for many examples

    rows = drawn(count + newer + queries, seed, clusters=clusters)
    held = entries(rows[:count + newer])
    with tempfile.TemporaryDirectory() as folder:
        index = KIND.build(Path(folder) / "i", held[:count], MARK)
        index.add(held[count:])
        ask = [asked(row) for row in rows[count + newer:]]
        found = index.propose(ask, most)
        assert np.allclose([one.strength for one in found], due(held, ask, most), atol=1e-5)
        assert len({one.id for one in found}) == len(found) == min(most, count + newer)
        assert [one.strength for one in found] == sorted((one.strength for one in found), reverse=True)


def test_the_coarse_scan_alone_would_be_wrong_and_the_bound_puts_it_right(tmp_path: Path) -> None:
    rows = drawn(3000, 5, size=64, clusters=1)
    index = KIND.build(tmp_path / "i", entries(rows), MARK)
    part = index.snapshot.parts[A]
    about, error = scan._coarsely(part, rows[:1].astype(np.float16).astype(np.float32))
    exact = scan.products(part.vectors, rows[:1].astype(np.float16).astype(np.float32))
    assert set(np.argsort(-about)[:10]) != set(np.argsort(-exact)[:10])
    assert 1e-4 < np.abs(about - exact).max() <= error < 0.05
    found = index.propose([asked(rows[0])], 10)
    assert np.allclose([one.strength for one in found], np.sort(exact)[::-1][:10], atol=1e-6)


def test_models_lie_apart(tmp_path: Path) -> None:
    rows, others = drawn(50, 1), drawn(50, 2, size=32)
    index = KIND.build(tmp_path / "i", [*entries(rows), *entries(others, start=1000, tag=B)], MARK)
    index.add(entries(drawn(5, 3, size=32), start=2000, tag=B))
    assert len(index) == 105 and index.newer == 5
    assert {one.id >= 1000 for one in index.propose([asked(rows[3])], 99)} == {False}
    both = index.propose([asked(rows[3]), asked(others[4], B)], 2)
    assert {one.id for one in both} == {3, 1004}
    assert index.propose([asked(rows[0], b"\x03ccc")], 9) == index.propose([], 9) == index.propose([asked(rows[0])], 0) == []
    assert index.propose([asked(others[0], A)], 5) == [], "a vector of another length"


def test_an_entry_given_twice_counts_once(tmp_path: Path) -> None:
    held = entries(drawn(40, 1))
    index = KIND.build(tmp_path / "i", [*held[:20], *held[:5]], MARK)
    assert len(index) == 20
    for _ in range(2):
        index.add(held[10:])
    assert (len(index), index.newer) == (40, 20)
    assert len(index.propose([held[0].signal], 100)) == 40


def test_erased_entries_are_proposed_no_more_also_when_they_come_late(tmp_path: Path) -> None:
    held = entries(drawn(30, 1))
    index = KIND.build(tmp_path / "i", held[:20], MARK)
    index.erase([3, 25, 999])
    index.add(held[20:])
    assert {one.id for one in index.propose([held[3].signal], 100)} == set(range(30)) - {3, 25}
    fresh = index.rebuild({"since": "9"})
    assert (len(fresh), fresh.newer, fresh.mark) == (28, 0, {"since": "9"})
    assert not index.is_current() and fresh.is_current()
    fresh.add([held[3]])
    assert 3 not in {one.id for one in fresh.propose([held[3].signal], 100)}


def test_what_comes_during_a_rebuild_is_carried_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = entries(drawn(40, 1))
    index = KIND.build(tmp_path / "i", held[:20], MARK)
    index.add(held[20:30])
    real = vectors._published

    def slow(*given: object) -> object:
        index.add(held[30:])
        index.erase([5])
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(vectors, "_published", slow)
    fresh = index.rebuild(MARK)
    assert fresh.newer == 10
    assert {one.id for one in fresh.propose([held[0].signal], 100)} == set(range(40)) - {5}


def test_a_snapshot_is_opened_by_others_and_holds_its_mark(tmp_path: Path) -> None:
    held = entries(drawn(300, 1))
    KIND.build(tmp_path / "i", reversed(held), {"since": "12"})
    index = KIND.open(tmp_path / "i")
    assert (len(index), index.mark, index.newer, index.is_current()) == (300, {"since": "12"}, 0, True)
    assert index.propose([held[77].signal], 1)[0].id == 77
    with pytest.raises(Unavailable, match="no index yet"):
        KIND.open(tmp_path / "other")


def test_an_empty_index_serves(tmp_path: Path) -> None:
    index = KIND.build(tmp_path / "i", [], MARK)
    row = drawn(1, 1)
    assert len(KIND.open(tmp_path / "i")) == 0 and index.propose([asked(row[0])], 5) == []
    index.add(entries(row))
    assert index.propose([asked(row[0])], 5)[0].id == 0
    index.erase([0])
    assert len(index.rebuild(MARK)) == 0
    assert KIND.open(tmp_path / "i").propose([asked(row[0])], 5) == []


@pytest.mark.parametrize("name", ["ids", "vectors", "coarse", "scales"])
def test_a_damaged_array_is_refused(tmp_path: Path, name: str) -> None:
    KIND.build(tmp_path / "i", entries(drawn(50, 1)), MARK)
    file = next((tmp_path / "i").glob(f"snapshot-*/{name}-*.npy"))
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    with pytest.raises(Unavailable, match="damaged"):
        KIND.open(tmp_path / "i")


def test_an_index_of_another_kind_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors.stored, "KIND", "hashes")
    KIND.build(tmp_path / "i", entries(drawn(5, 1)), MARK)
    monkeypatch.undo()
    with pytest.raises(Unavailable, match="another version"):
        KIND.open(tmp_path / "i")


def test_only_one_process_builds(tmp_path: Path) -> None:
    index = KIND.build(tmp_path / "i", entries(drawn(5, 1)), MARK)
    with snapshots.building(tmp_path / "i"), pytest.raises(Conflict):
        index.rebuild(MARK)


def test_an_index_that_misses_an_entry_is_not_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scale that came out wrong: the bytes claim to be nearer to the vectors than they are."""
    held = entries(drawn(3000, 1))
    former = KIND.build(tmp_path / "i", held[:5], MARK)

    def wrong(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        coarse, scales, error = scan.quantised(rows)
        coarse[::2] = 0
        return coarse, scales, error

    monkeypatch.setattr(vectors.stored, "quantised", wrong)
    with pytest.raises(Unavailable, match="failed its own test"):
        KIND.build(tmp_path / "i", held, MARK)
    assert former.is_current()
    assert len(list((tmp_path / "i").glob("snapshot-*"))) == 1


def test_what_is_no_vector_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no vector"):
        KIND.build(tmp_path / "i", [Entry(1, Signal("pdq", 1, b"abcd"))], MARK)
    with pytest.raises(BadInput, match="one length"):
        KIND.build(tmp_path / "i", [*entries(drawn(2, 1)), *entries(drawn(2, 1, size=8), start=9)], MARK)
    index = KIND.build(tmp_path / "i", entries(drawn(2, 1)), MARK)
    with pytest.raises(BadInput, match="one length"):
        index.add([*entries(drawn(1, 1), start=5), *entries(drawn(1, 1, size=8), start=9)])


def test_readers_see_whole_entries_while_others_come(tmp_path: Path) -> None:
    rows = drawn(4000, 1)
    held = entries(rows)
    index = KIND.build(tmp_path / "i", held[:10], MARK)
    stop, wrong = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            best = index.propose([held[5].signal], 3)
            if best[0].id != 5 or abs(best[0].strength - 1) > 1e-2:
                wrong.append(best)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for start in range(10, 4000, 200):
        index.add(held[start:start + 200])
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong and len(index) == 4000


def test_snapshots_are_private_files(tmp_path: Path) -> None:
    KIND.build(tmp_path / "i", entries(drawn(50, 1)), MARK)
    place = next((tmp_path / "i").glob("snapshot-*"))
    assert {oct(one.stat().st_mode & 0o777) for one in place.iterdir()} == {"0o600"}
    assert oct(place.stat().st_mode & 0o777) == "0o700"
