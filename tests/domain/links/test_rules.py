"""How hits add up to an overlap: one line for each other case and level, the most telling first."""

import datetime
from collections import namedtuple
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from clew.domain.links.rules import BANDS, add_up

FIELDS = {"exhibit_id": 1, "level": "contact", "may_disclose": False, "handle": "h1", "other_exhibit_id": None,
          "other_case_id": None, "agency_code": "XB", "agency_name": "Unit B", "country": "XB", "reference": "R1",
          "contact": "desk", "since": datetime.date(2026, 1, 1), "matcher": "pdq", "band": "strong"}
Row = namedtuple("Row", FIELDS)  # type: ignore[misc]


def row(**given_fields: Any) -> Any:
    return Row(**(FIELDS | given_fields))


def test_rows_of_one_case_are_one_line() -> None:
    earlier = datetime.date(2025, 5, 5)
    lines = add_up([row(), row(exhibit_id=2, matcher="exact", band="certain", since=earlier), row(exhibit_id=2)])
    assert len(lines) == 1
    assert (lines[0].exhibits, lines[0].matchers, lines[0].band, lines[0].since) == (
        2, ("exact", "pdq"), "certain", datetime.date(2025, 5, 5))


def test_levels_of_one_case_are_told_apart_and_the_most_telling_comes_first() -> None:
    asked = row(level="asked", handle="h3", exhibit_id=None, agency_code=None, reference=None, since=None, matcher=None,
                band=None, may_disclose=True)
    lines = add_up([row(), row(handle="h2", reference="R2", band="possible"), row(level="audience", other_case_id=7), asked])
    assert [(one.level, one.reference) for one in lines] == [
        ("asked", ""), ("audience", "R1"), ("contact", "R1"), ("contact", "R2")]
    assert (lines[0].may_disclose, lines[0].exhibits, lines[0].matchers, lines[0].band) == (True, 0, (), "")
    assert lines[1].other_case_id == 7


def test_what_a_level_does_not_release_is_not_in_its_line() -> None:
    line = add_up([row(other_case_id=9)])[0]
    assert line.other_case_id is None


def test_nothing_adds_up_to_nothing() -> None:
    assert add_up([]) == []


@given(st.lists(st.builds(lambda handle, exhibit, band: row(handle=handle, exhibit_id=exhibit, band=band),
                          st.sampled_from("abc"), st.integers(1, 5), st.sampled_from(BANDS))))
def test_no_hit_is_lost_and_none_counted_twice(rows: list[Any]) -> None:
    lines = {one.handle: one for one in add_up(rows)}
    for handle in {one.handle for one in rows}:
        mine = [one for one in rows if one.handle == handle]
        assert lines[handle].exhibits == len({one.exhibit_id for one in mine})
        assert BANDS.index(lines[handle].band) == max(BANDS.index(one.band) for one in mine)
    assert len(lines) == len({one.handle for one in rows})
