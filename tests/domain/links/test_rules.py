"""How rows of an overlap become its lines: blanked by level, the most telling first."""

import datetime
import uuid
from collections import namedtuple
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.domain.links.rules import BANDS, add_up, read_place
from clew.kernel.cursor import cursor
from clew.kernel.errors import BadInput

FIELDS = {"level": "contact", "may_disclose": False, "handle": "h1", "other_case_id": None, "agency_code": "XB",
          "agency_name": "Unit B", "country": "XB", "reference": "R1", "contact": "desk",
          "since": datetime.date(2026, 1, 1), "matchers": ["pdq", "exact"], "band": "strong", "exhibits": 2}
Row = namedtuple("Row", FIELDS)  # type: ignore[misc]
ORDER = ["asked", "audience", "contact"]


def row(**given_fields: Any) -> Any:
    return Row(**(FIELDS | given_fields))


def test_a_row_is_a_line() -> None:
    line = add_up([row()])[0]
    assert (line.exhibits, line.matchers, line.band, line.since, line.agency_code, line.may_disclose) == (
        2, ("exact", "pdq"), "strong", datetime.date(2026, 1, 1), "XB", False)


def test_levels_of_one_case_are_told_apart_and_the_most_telling_comes_first() -> None:
    asked = row(level="asked", handle="h3", agency_code=None, reference=None, since=None, matchers=None, band=None,
                exhibits=None, may_disclose=True)
    lines = add_up([row(), row(handle="h2", reference="R2", band="possible"), row(level="audience", other_case_id=7), asked])
    assert [(one.level, one.reference) for one in lines] == [
        ("asked", ""), ("audience", "R1"), ("contact", "R1"), ("contact", "R2")]
    assert (lines[0].may_disclose, lines[0].exhibits, lines[0].matchers, lines[0].band) == (True, 0, (), "")
    assert lines[1].other_case_id == 7


def test_what_a_level_does_not_release_is_not_in_its_line() -> None:
    assert add_up([row(other_case_id=9)])[0].other_case_id is None
    asked = add_up([row(level="asked", may_disclose=True)])[0]
    assert (asked.handle, asked.may_disclose) == ("h1", True)
    assert (asked.agency_code, asked.agency_name, asked.country, asked.reference, asked.contact, asked.since,
            asked.matchers, asked.band, asked.exhibits) == ("", "", "", "", "", None, (), "", 0)


def test_nothing_adds_up_to_nothing() -> None:
    assert add_up([]) == []


@given(st.lists(st.builds(lambda level, band, exhibits, reference: row(
    level=level, band=band, exhibits=exhibits, reference=reference),
    st.sampled_from(ORDER), st.sampled_from(BANDS), st.integers(1, 5), st.sampled_from("abc"))))
def test_no_line_is_lost_and_the_order_is_told_by_level_band_and_number(rows: list[Any]) -> None:
    lines = add_up(rows)
    assert len(lines) == len(rows)
    assert [ORDER.index(one.level) for one in lines] == sorted(ORDER.index(one.level) for one in rows)
    for one, other in pairwise(lines):
        if one.level == other.level != "asked":
            assert (BANDS.index(one.band), one.exhibits) >= (BANDS.index(other.band), other.exhibits)


def test_a_place_that_names_no_exhibit_is_refused() -> None:
    handle = str(uuid.uuid4())
    with pytest.raises(BadInput):
        read_place(cursor(0.5, "pdq", "no id", handle, None))
