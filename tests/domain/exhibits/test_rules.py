"""Paths as found and places in a list."""

import datetime
import unicodedata
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.domain.exhibits.rules import LONGEST_PATH, check_path, cursor, read_cursor
from clew.kernel import cursor as place
from clew.kernel.errors import BadInput


@pytest.mark.parametrize(("given_path", "spelled"), [
    ("a/b.jpg", "a/b.jpg"), ("\\\\disk\\a b.jpg", "disk/a b.jpg"), ("/etc/x", "etc/x"), ("e\u0301.jpg", "é.jpg"),
    ("صورة.jpg", "صورة.jpg"), ("a..b/..c", "a..b/..c")])
def test_a_path_stays_as_found(given_path: str, spelled: str) -> None:
    assert check_path(given_path) == spelled


@pytest.mark.parametrize("path", ["", "/", "..", "a/../b", "a\\..\\b", "a\nb", "a\x00", "a\x7fb", "\ud800", "x" * 1001])
def test_what_hides_itself_is_refused(path: str) -> None:
    with pytest.raises(BadInput):
        check_path(path)


@given(st.text(max_size=1200))
def test_a_path_that_passes_is_safe_and_stays_so(path: str) -> None:
    try:
        spelled = check_path(path)
    except BadInput:
        return
    assert check_path(spelled) == spelled
    assert 1 <= len(spelled) <= LONGEST_PATH
    assert ".." not in spelled.split("/")
    assert not spelled.startswith("/")
    assert not {unicodedata.category(one) for one in spelled} & {"Cc", "Cs"}


@given(st.datetimes(timezones=st.just(datetime.UTC)), st.uuids())
def test_a_place_is_found_again(made_at: datetime.datetime, key: uuid.UUID) -> None:
    assert read_cursor(cursor(made_at, str(key))) == (made_at, str(key))


@pytest.mark.parametrize("after", ["x", "!!!", "bm90IGpzb24", "WzEsMl0", "WyIyMDI2LTAxLTAxIl0", "é", "bnVsbA", "A" * 201])
def test_a_damaged_place_is_refused(after: str) -> None:
    with pytest.raises(BadInput, match="first page"):
        read_cursor(after)


def test_a_cursor_without_a_time_is_refused() -> None:
    with pytest.raises(BadInput):
        read_cursor(place.cursor("yesterday", str(uuid.uuid4())))
