"""What goes in comes out, in any pieces; what was changed, cut, moved or swapped does not."""

import hashlib
import os
import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clew.kernel.errors import BadInput, Damaged
from clew.store.blobs import Blobs, Stored
from clew.store.blobs.frames import FRAME, HEADER, TAG
from clew.store.blobs.places import object_path

SIZES = st.one_of(st.integers(0, 300), st.builds(lambda frames, off: max(0, frames * FRAME + off),
                                                  st.integers(1, 3), st.integers(-2, 2)))
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def content(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def cut(data: bytes, at: list[int]) -> Iterator[bytes]:
    edges = [0, *sorted(point % (len(data) + 1) for point in at), len(data)]
    return (data[low:high] for low, high in pairwise(edges))


def sealed_path(root: Path, stored: Stored) -> Path:
    return root / object_path(stored.object_name)


@QUICK
@given(SIZES, st.lists(st.integers(0, 4 * FRAME), max_size=5))
def test_round_trip_over_any_pieces(blobs: Blobs, size: int, at: list[int]) -> None:
    data = content(size)
    stored = blobs.put(cut(data, at))
    assert blobs.read_all(stored.object_name, stored.data_key) == data
    assert (stored.sha256, stored.sha1, stored.md5, stored.size) == (
        hashlib.sha256(data).digest(), hashlib.sha1(data).digest(), hashlib.md5(data).digest(), size)


@QUICK
@given(SIZES, st.integers(0, 4 * FRAME), st.one_of(st.none(), st.integers(0, 4 * FRAME)))
def test_ranges_equal_slices(blobs: Blobs, size: int, start: int, length: int | None) -> None:
    data = content(size)
    stored = blobs.put([data])
    pieces = list(blobs.read_range(stored.object_name, stored.data_key, start, length))
    assert b"".join(pieces) == data[start:None if length is None else start + length]
    assert all(len(piece) <= FRAME for piece in pieces)


@pytest.mark.parametrize(("start", "length"), [(-1, 1), (0, -1)])
def test_ranges_that_are_none_are_refused(blobs: Blobs, start: int, length: int) -> None:
    with pytest.raises(BadInput):
        list(blobs.read_range("0" * 64, bytes(32), start, length))


def test_views_and_bytearrays_are_taken(blobs: Blobs) -> None:
    data = content(2 * FRAME + 9)
    stored = blobs.put([memoryview(data)[:FRAME + 3], bytearray(data[FRAME + 3:])])
    assert blobs.read_all(stored.object_name, stored.data_key) == data


def test_every_changed_bit_is_found(blobs: Blobs, root: Path) -> None:
    stored = blobs.put([content(60)])
    path = sealed_path(root, stored)
    whole = path.read_bytes()
    for bit in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        with pytest.raises(Damaged):
            blobs.read_all(stored.object_name, stored.data_key)


@pytest.mark.parametrize("at", [0, 9, 20, HEADER, HEADER + 500_000, HEADER + FRAME + 3,
                                HEADER + FRAME + TAG, -TAG - 1, -1])
def test_a_changed_byte_in_any_region_is_found(blobs: Blobs, root: Path, at: int) -> None:
    stored = blobs.put([content(2 * FRAME + 100)])
    whole = bytearray(sealed_path(root, stored).read_bytes())
    whole[at] ^= 0x10
    sealed_path(root, stored).write_bytes(whole)
    with pytest.raises(Damaged, match="backup"):
        blobs.read_all(stored.object_name, stored.data_key)


@pytest.mark.parametrize("kept", [0, HEADER, HEADER + TAG, HEADER + FRAME + TAG, HEADER + 2 * (FRAME + TAG),
                                  HEADER + 2 * (FRAME + TAG) + TAG + 50, -1])
def test_a_cut_is_found_also_at_a_frame_edge(blobs: Blobs, root: Path, kept: int) -> None:
    stored = blobs.put([content(2 * FRAME + 100)])
    sealed_path(root, stored).write_bytes(sealed_path(root, stored).read_bytes()[:kept])
    with pytest.raises(Damaged):
        blobs.read_all(stored.object_name, stored.data_key)


def test_a_cut_while_reading_is_found(blobs: Blobs, root: Path) -> None:
    stored = blobs.put([content(3 * FRAME)])
    reading = blobs.read(stored.object_name, stored.data_key)
    assert len(next(reading)) == FRAME
    os.truncate(sealed_path(root, stored), HEADER + FRAME + TAG)
    with pytest.raises(Damaged):
        list(reading)


def _frames(whole: bytes) -> list[bytes]:
    return [whole[at:at + FRAME + TAG] for at in range(HEADER, len(whole), FRAME + TAG)]


@pytest.mark.parametrize("order", [[1, 0, 2, 3], [0, 0, 2, 3], [0, 2, 3], [0, 1, 2, 3, 3], [0, 1, 2, 2]])
def test_frames_moved_doubled_or_left_out_are_found(blobs: Blobs, root: Path, order: list[int]) -> None:
    stored = blobs.put([content(4 * FRAME)])
    whole = sealed_path(root, stored).read_bytes()
    frames = _frames(whole)
    sealed_path(root, stored).write_bytes(whole[:HEADER] + b"".join(frames[index] for index in order))
    with pytest.raises(Damaged):
        blobs.read_all(stored.object_name, stored.data_key)


def test_frames_and_whole_objects_of_equal_content_cannot_be_swapped(blobs: Blobs, root: Path) -> None:
    one, two = blobs.put([content(2 * FRAME)]), blobs.put([content(2 * FRAME)])
    first, second = sealed_path(root, one).read_bytes(), sealed_path(root, two).read_bytes()
    sealed_path(root, one).write_bytes(first[:HEADER] + _frames(second)[0] + _frames(first)[1])
    with pytest.raises(Damaged):
        blobs.read_all(one.object_name, one.data_key)
    sealed_path(root, one).write_bytes(second)
    with pytest.raises(Damaged):
        blobs.read_all(one.object_name, one.data_key)


def test_another_key_opens_nothing(blobs: Blobs) -> None:
    stored = blobs.put([b"x"])
    with pytest.raises(Damaged):
        blobs.read_all(stored.object_name, os.urandom(32))


def test_missing_and_odd_names(blobs: Blobs) -> None:
    with pytest.raises(Damaged, match="missing"):
        blobs.read_all("0" * 64, bytes(32))
    for name in ("", "../" * 21 + "x", "A" * 64, "0" * 63, "0" * 64 + "\n"):
        with pytest.raises(BadInput):
            blobs.drop(name)


def test_drop_is_for_one_object_only(blobs: Blobs) -> None:
    one, two = blobs.put([b"same"]), blobs.put([b"same"])
    blobs.drop(one.object_name)
    blobs.drop(one.object_name)
    assert [found.name for found in blobs.found()] == [two.object_name]
    assert blobs.read_all(two.object_name, two.data_key) == b"same"


def test_found_lists_in_order_of_name(blobs: Blobs) -> None:
    names = {blobs.put([bytes([i])]).object_name for i in range(20)}
    listed = [found.name for found in blobs.found()]
    assert listed == sorted(names)


def test_sweep_removes_old_objects_without_a_row_only(blobs: Blobs, root: Path) -> None:
    kept, orphan, young = (blobs.put([word]) for word in (b"kept", b"orphan", b"young"))
    for stored in (kept, orphan):
        os.utime(sealed_path(root, stored), (1, 1))
    asked: list[str] = []

    def known(names: object) -> set[str]:
        asked.extend(names)  # type: ignore[call-overload]
        return {kept.object_name}

    assert blobs.sweep(known, grace=timedelta(hours=1)) == 1
    assert sorted(asked) == sorted([kept.object_name, orphan.object_name])
    assert {found.name for found in blobs.found()} == {kept.object_name, young.object_name}
