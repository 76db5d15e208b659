"""Which matcher speaks for two media, and how near-duplicates become stacks."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from clew.domain.matching.rules import compare, stack, worth_telling
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


Near = dict[uuid.UUID, set[uuid.UUID]]


def both_ways(pairs: set[tuple[uuid.UUID, uuid.UUID]]) -> Near:
    near: Near = {}
    for one, other in pairs:
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    return near


pairs_of_media = st.sets(st.tuples(st.sampled_from(MEDIA), st.sampled_from(MEDIA)).filter(lambda pair: pair[0] != pair[1]))


@given(pairs_of_media)
def test_everyone_in_a_stack_is_near_its_representative(pairs: set[tuple[uuid.UUID, uuid.UUID]]) -> None:
    near = both_ways(pairs)
    placed = stack(MEDIA, near)
    for member, first in placed.items():
        assert member == first or first in near[member]
        assert placed[first] == first
    assert all(sum(first == one for one in placed.values()) > 1 for first in placed.values())


@given(pairs_of_media, st.randoms(use_true_random=False))
def test_stacks_do_not_depend_on_the_order_things_come_in(pairs: set[tuple[uuid.UUID, uuid.UUID]], rng: object) -> None:
    shuffled = list(MEDIA)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert stack(shuffled, both_ways(pairs)) == stack(MEDIA, both_ways(pairs))


def test_no_chaining_and_strangers_do_not_count() -> None:
    a, b, c, d = MEDIA[:4]
    assert stack([a, b, c, d], both_ways({(a, b), (b, c), (c, d)})) == {b: b, a: b, c: b}
    assert stack([a], both_ways({(a, b)})) == {}
    assert stack([a, b], {a: [a]}) == {}
