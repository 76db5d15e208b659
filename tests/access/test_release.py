"""What a disclosure level releases, by name: nothing more, also of a column added tomorrow."""

from clew.access.release import RELEASED, released

ROW = {"level": "audience", "handle": "h", "may_disclose": True, "exhibit_id": 1, "path": "mine.jpg", "agency_code": "XB",
       "reference": "R", "contact": "desk", "since": "D", "matcher": "pdq", "band": "strong", "value": 0.9, "why": "near",
       "other_exhibit_id": 2, "other_path": "theirs.jpg", "other_case_id": 3, "parameters": {"d": 1}, "where_at": {"a": 1},
       "flipped": True, "link_id": 4}
EMPTY = {"parameters": {}, "where_at": {}, "flipped": False, "may_disclose": False}


def test_the_audience_gets_the_link_itself() -> None:
    assert released(ROW) == ROW


def test_contact_gets_no_picture_no_path_no_names() -> None:
    told = released(ROW | {"level": "contact"})
    kept = {name for name, value in told.items() if value == (ROW | {"level": "contact"})[name]}
    assert kept == {"level", "handle", "may_disclose", "exhibit_id", "path", "agency_code", "reference", "contact", "since",
                    "matcher", "band"}
    assert all(told[name] == EMPTY.get(name) for name in told.keys() - kept)


def test_asked_gets_a_handle_and_nothing_else() -> None:
    told = released(ROW | {"level": "asked"})
    assert {name for name, value in told.items() if value not in (None, {}, False)} == {"level", "handle", "may_disclose"}


def test_a_level_nobody_knows_and_a_new_column_release_nothing() -> None:
    told = released({"level": "everything", "path": "p", "may_disclose": True, "flipped": True})
    assert told == {"level": "everything", "path": None, "may_disclose": False, "flipped": False}
    assert all(released({"level": level, "victim_name": "x"})["victim_name"] is None for level in RELEASED)
