import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.domain.matching.trial.figures import Judged, average_precision, figures_of, upper_bound
from clew.domain.matching.trial.negatives import Tried
from clew.domain.matching.trial.truth import Truth

TRUTH = Truth({("q1", "r1"): "copy:crop", ("q2", "r2"): "copy:blur", ("q3", "r3"): "clip", ("n1", "r1"): "different"})


def test_every_figure_of_a_small_trial_by_hand():
    pairs = [Judged("q1", "r1", 0.9, "match"), Judged("q2", "r2", 0.5, "possible"), Judged("n1", "r1", 0.6, "match"),
             Judged("n1", "r2", 0.3, "none"), Judged("q1", "r3", 0.99, "match")]
    found = figures_of(pairs, TRUTH, Tried(10, 1))
    assert found.true_pairs == 3
    assert found.recall_of_match == pytest.approx(1 / 3)
    assert found.recall_at_zero_false == pytest.approx(1 / 3)
    assert found.recall_at_one_percent_queries == pytest.approx(1 / 3)
    assert found.micro_average_precision == pytest.approx((1 + 2 / 3) / 3)
    assert [(one.relation, one.found, one.tried) for one in found.by_relation] == [
        ("clip", 0, 1), ("copy", 1, 2), ("copy:blur", 0, 1), ("copy:crop", 1, 1)]
    assert (found.false_tried, found.false_matches, found.different_tried, found.different_matches) == (10, 1, 1, 1)
    assert [(one.query, one.reference) for one in found.false_pairs] == [("n1", "r1")]
    assert found.missed_pairs == [("q2", "r2"), ("q3", "r3")]
    assert not found.claim_shown


def test_where_possible_is_what_a_matcher_can_say_it_counts():
    pairs = [Judged("q1", "r1", 0.9, "possible"), Judged("q2", "r2", 0.5, "none"), Judged("n1", "r1", 0.6, "possible")]
    found = figures_of(pairs, TRUTH, Tried(9_000_000, 1), "possible")
    assert found.recall_of_match == pytest.approx(1 / 3)
    assert (found.counted, found.false_matches, found.missed_pairs) == ("possible", 1, [("q2", "r2"), ("q3", "r3")])
    assert not figures_of([], TRUTH, Tried(9_000_000, 1), "possible").claim_shown
    assert figures_of(pairs, TRUTH, Tried(10, 1)).recall_of_match == 0


def test_of_a_hundred_queries_one_may_be_wrong():
    pairs = [Judged("q1", "r1", 0.4, "match"), Judged("n1", "r2", 0.9, "match"), Judged("n2", "r2", 0.3, "none")]
    assert figures_of(pairs, TRUTH, Tried(300, 99)).recall_at_one_percent_queries == 0
    assert figures_of(pairs, TRUTH, Tried(300, 100)).recall_at_one_percent_queries == pytest.approx(1 / 3)
    assert figures_of(pairs, TRUTH, Tried(300, 100)).recall_at_zero_false == 0


def test_in_one_folder_a_false_pair_found_from_both_sides_counts_once():
    truth = Truth({("a", "b"): "different"}, one_folder=True)
    found = figures_of([Judged("a", "b", 0.5, "possible"), Judged("b", "a", 0.6, "match")], truth, Tried(1, 2))
    assert found.false_matches == 1


def test_nothing_to_count_is_none_and_not_zero():
    found = figures_of([], Truth({}), Tried(0, 0))
    assert found.recall_at_zero_false is found.micro_average_precision is found.false_share_below is None


def test_the_claim_is_shown_by_three_million_pairs_without_a_false_one():
    assert figures_of([], Truth({}), Tried(3_000_000, 1)).claim_shown
    assert not figures_of([], Truth({}), Tried(2_990_000, 1)).claim_shown


def test_the_bound_is_the_rule_of_three():
    assert upper_bound(0, 1000) == pytest.approx(-math.log(0.05) / 1000)
    assert upper_bound(1, 1000) == pytest.approx(4.744 / 1000, rel=1e-3)
    assert upper_bound(40, 1000) == pytest.approx(52.07 / 1000, rel=1e-3)
    assert upper_bound(5, 5) == 1.0


scores = st.lists(st.floats(0.01, 1), max_size=12)


@given(scores, scores)
def test_average_precision_is_a_share_and_false_pairs_only_lower_it(true: list[float], wrong: list[float]):
    total = len(true) + 1
    got = average_precision(true, wrong, total)
    assert got is not None
    assert 0 <= got <= average_precision(true, [], total) <= 1  # type: ignore[operator]
