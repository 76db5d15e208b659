"""Identifiers: ordered ones follow time and RFC 9562, random ones tell nothing."""

import time
import uuid

import pytest

from clew.kernel import ids


def test_an_ordered_id_is_a_uuid_7_of_now() -> None:
    before = time.time_ns() // 1_000_000
    made = ids.ordered()
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= after


def test_ordered_ids_sort_by_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for second in range(1, 50):
        monkeypatch.setattr(ids.time, "time_ns", lambda at=second: at * 10**9)
        made.append(ids.ordered())
    assert made == sorted(made)


def test_ids_never_come_twice() -> None:
    assert len({ids.ordered() for _ in range(2000)} | {ids.random() for _ in range(2000)}) == 4000


def test_a_random_id_is_a_uuid_4() -> None:
    assert (ids.random().version, ids.random().variant) == (4, uuid.RFC_4122)
