"""The check names exactly what is missing, damaged or without a row, in constant memory."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clew.kernel.errors import BadInput, Unavailable
from clew.store.blobs import Blobs, Expected, Report, Stored, check_objects
from clew.store.blobs.places import object_path


def row(stored: Stored) -> Expected:
    return Expected(stored.object_name, stored.sha256, stored.size, stored.data_key)


def in_order(rows: list[Expected]) -> list[Expected]:
    return sorted(rows, key=lambda one: one.object_name)


NOW = timedelta(seconds=-5)
FATES = ["kept", "missing", "flipped", "cut", "orphan", "otherhash", "nokey"]


def test_whole_store(blobs: Blobs) -> None:
    stored = [blobs.put([os.urandom(size)]) for size in (0, 10, 2_000_000)]
    seen: list[int] = []
    report = check_objects(blobs, in_order([row(one) for one in stored]), grace=NOW,
                           progress=lambda report: seen.append(report.objects))
    assert report.whole
    assert (report.objects, report.read_bytes, report.orphans) == (3, 2_000_010, [])
    assert seen == [1, 2, 3]


@given(st.lists(st.sampled_from(FATES), max_size=12))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_finds_exactly_what_was_done(blobs: Blobs, root: Path, fates: list[str]) -> None:
    for found in list(blobs.found()):
        blobs.drop(found.name)
    rows: list[Expected] = []
    names: dict[str, list[str]] = {fate: [] for fate in FATES}
    for fate in fates:
        stored = blobs.put([os.urandom(50)])
        names[fate].append(stored.object_name)
        path = root / object_path(stored.object_name)
        whole = bytearray(path.read_bytes())
        if fate == "missing":
            blobs.drop(stored.object_name)
        elif fate == "flipped":
            whole[70] ^= 1
            path.write_bytes(whole)
        elif fate == "cut":
            path.write_bytes(whole[:-3])
        wrong = Expected(stored.object_name, bytes(32), stored.size, stored.data_key)
        blind = Expected(stored.object_name, stored.sha256, stored.size)
        if fate != "orphan":
            rows.append({"otherhash": wrong, "nokey": blind}.get(fate, row(stored)))
    report = check_objects(blobs, in_order(rows), grace=NOW)
    assert sorted(report.missing) == sorted(names["missing"])
    assert sorted(report.damaged) == sorted(names["flipped"] + names["cut"] + names["otherhash"])
    assert sorted(report.orphans) == sorted(names["orphan"])
    assert sorted(report.unread) == sorted(names["nokey"])
    assert report.whole == (not report.missing and not report.damaged)
    shallow = check_objects(blobs, in_order(rows), deep=False, grace=NOW)
    assert (sorted(shallow.damaged), shallow.read_bytes) == (sorted(names["cut"]), 0)


def test_young_objects_are_no_orphans(blobs: Blobs) -> None:
    blobs.put([b"its row is about to be committed"])
    assert check_objects(blobs, []).orphans == []


def test_rows_out_of_order_or_twice_are_refused(blobs: Blobs) -> None:
    rows = in_order([row(blobs.put([word])) for word in (b"a", b"b")])
    for wrong in (rows[::-1], [rows[0], rows[0]]):
        with pytest.raises(BadInput):
            check_objects(blobs, wrong)


def test_a_place_that_fails_is_not_called_damage(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(blobs.put([b"x"]))]

    def broken(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.pread", broken)
    with pytest.raises(Unavailable):
        check_objects(blobs, rows)


def test_keys_are_not_shown() -> None:
    assert "secret" not in repr(Expected("0" * 64, bytes(32), 1, b"secret"))
    assert Report().whole
