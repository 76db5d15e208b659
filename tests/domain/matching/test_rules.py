"""Which matcher speaks for two media, and what is worth telling."""

import uuid

from clew.domain.matching.rules import compare, in_depth, worth_telling
from clew.signals import frames, pdq
from clew.signals.contract import Signal

MEDIA = [uuid.UUID(int=number) for number in range(1, 9)]
HASH = bytes(range(32))
OTHER = bytes(255 - one for one in HASH)


def picture(value: bytes = HASH) -> dict[str, list[Signal]]:
    return {pdq.NAME: [Signal(pdq.NAME, pdq.VERSION, value, 100, None, None)]}


def film(*values: bytes) -> dict[str, list[Signal]]:
    return {frames.NAME: [Signal(frames.NAME, frames.VERSION, value, 100, float(second), None)
                          for second, value in enumerate(values)]}


def test_two_pictures_are_compared_as_pictures_and_anything_else_as_films() -> None:
    assert compare(picture(), picture())[0] == pdq.NAME  # type: ignore[index]
    for ours, theirs in ((picture(), film(HASH)), (film(HASH), picture()), (film(HASH), film(HASH))):
        assert compare(ours, theirs)[0] == frames.NAME  # type: ignore[index]


def test_where_no_matcher_knows_both_there_is_nothing_to_say() -> None:
    assert compare({}, picture()) is None
    assert compare(picture(), {}) is None
    assert compare({"exact": []}, {"exact": []}) is None
    assert worth_telling(MEDIA[0], {}, picture()) is None


def test_only_match_and_possible_are_worth_telling() -> None:
    found = worth_telling(MEDIA[0], picture(), picture())
    assert found is not None
    assert (found.other, found.matcher, found.score.verdict) == (MEDIA[0], pdq.NAME, "match")
    assert worth_telling(MEDIA[0], picture(), picture(OTHER)) is None


def test_what_one_side_has_nothing_of_is_not_compared_in_depth():
    assert in_depth("details", uuid.uuid4(), {"details": [Signal("details", 1, b"")]}, {}, None) is None
