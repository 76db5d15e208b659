"""Canonical values: one spelling, exact through jsonb, and nothing that JSON cannot say."""

import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.store.audit.canonical import canonical, microseconds, moment, plain, row_hash, text


def test_the_spelling() -> None:
    assert canonical({"b": [1, None, True], "a": "é"}) == '{"a":"é","b":[1,null,true]}'.encode()


def test_other_types_have_one_spelling() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=2)))
    one = uuid.UUID(int=1)
    assert plain({"at": at, "day": date(2026, 1, 2), "id": one, "raw": b"\x01\xff", "sum": Decimal("1.50"),
                  "few": {3, 1, 2}, "pair": ("a", 1)}) == {
        "at": "2026-01-02T01:04:05.000006+00:00", "day": "2026-01-02", "id": str(one), "raw": "01ff",
        "sum": "1.50", "few": [1, 2, 3], "pair": ["a", 1]}


def test_numbers_read_back_from_jsonb_as_they_went_in() -> None:
    assert plain([1.0, -0.0, 1e20, 0.5]) == [1, 0, 100000000000000000000, 0.5]
    assert type(plain(1.0)) is int
    for impossible in (float("nan"), float("inf"), object()):
        with pytest.raises(ValueError, match="event"):
            plain(impossible)


@given(st.text())
def test_any_text_becomes_storable_and_stays_so(value: str) -> None:
    stored = text(value)
    assert "\x00" not in stored
    assert stored.encode().decode() == stored == text(stored)


def test_what_no_database_can_hold_is_spelled_out() -> None:
    assert text("a\x00b\udcff") == "a\\x00b\\udcff"


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_are_exact(at: datetime) -> None:
    assert moment(microseconds(at)) == at


def test_row_hash_sees_every_column_and_no_order() -> None:
    row = {"id": uuid.UUID(int=1), "roles": ["analyst"], "note": None}
    assert row_hash(row) == row_hash(dict(reversed(row.items())))
    assert len({row_hash(row | change) for change in ({}, {"note": ""}, {"roles": []}, {"more": 1})}) == 4
