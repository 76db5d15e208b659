import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.domain.matching.trial import calibration
from clew.domain.matching.trial.files import Described
from clew.domain.matching.trial.lookups import Answer
from clew.domain.matching.trial.truth import Truth
from clew.signals import limits, pdq
from clew.signals.contract import Score, Signal, Verdict

numbers = st.floats(-100, 100, allow_nan=False).map(lambda number: round(number, 3))


def test_shares_are_those_of_pairs_that_weigh_the_same_in_all():
    """Half of the true pairs and a tenth of the false ones (most are no candidates) lie low, the other true ones high."""
    measured = [(1.0, True, 1.0)] * 10 + [(1.0, False, 2.0)] * 5 + [(9.0, True, 1.0)] * 10
    low, high = calibration.curve(measured, 20, 100)
    assert low == pytest.approx([1.0, 0.5 / (0.5 + 0.1)], abs=0.01)
    assert high[0] == 9.0
    assert high[1] > 0.98


def test_a_few_true_pairs_are_not_lost_among_many_false_ones():
    measured = [(float(n), True, 1.0) for n in range(10)] + [(100.0 + n, False, 1.0) for n in range(5000)]
    curve = calibration.curve(measured, 10, 5000)
    sure = [measure for measure, share in curve if share > 0.9]
    assert min(sure) < 2
    assert 8 <= max(sure) < 10
    assert all(share < 0.1 for measure, share in curve if measure > 10)


def test_a_distance_falls():
    curve = calibration.curve([(float(n), n < 20, 1.0) for n in range(40)], 20, 20)
    assert curve[0][1] > 0.85
    assert curve[-1][1] < 0.15


@given(st.lists(st.tuples(numbers, st.booleans()), min_size=2, max_size=80).filter(lambda rows: len({t for _, t in rows}) == 2),
       st.integers(0, 1000))
def test_a_curve_never_turns(measured: list[tuple[float, bool]], unseen: int):
    true = sum(kind for _, kind in measured)
    curve = calibration.curve([(*row, 1.0) for row in measured], true, len(measured) - true + unseen)
    shares = [share for _, share in curve]
    assert all(0 <= share <= 1 for share in shares)
    assert shares in (sorted(shares), sorted(shares, reverse=True))
    assert [measure for measure, _ in curve] == sorted(measure for measure, _ in curve)


def trial(pairs: int) -> calibration.Sides:
    """Return as many true as false pairs, each with its distance; the last query is no candidate of anything."""
    def file(path: str, bits: int) -> Described:
        value = bytes(8) + ((1 << bits) - 1).to_bytes(24, "little")
        signals = {"pdq": [Signal("pdq", pdq.VERSION, value)]}
        return Described(path, Path("/", path), (path.encode(), b"", b""), "picture", signals=signals)

    def answer(query: str, distance: int, verdict: Verdict) -> Answer:
        return Answer(query, "known", {"pdq": Score(0.5, verdict, "", where={"distance": distance})})

    ours = [file(f"{kind}{number}", 0) for kind in ("copy", "other") for number in range(pairs)] + [file("far", 90)]
    answers = [answer(f"copy{number}", number, "match") for number in range(pairs)]
    answers += [answer(f"other{number}", 40 + number, "none") for number in range(pairs)]
    truth = Truth({(f"copy{number}", "known"): "copy" for number in range(pairs)})
    return calibration.Sides(ours, [file("known", 0)], answers, truth, lambda a, b: True)


def test_a_curve_says_what_it_was_made_from(tmp_path: Path):
    (made,) = calibration.calibrate(trial(12), tmp_path / "new", "holiday pictures")
    told = json.loads((tmp_path / "new" / "pdq.json").read_text())
    assert (made.matcher, made.same_tried, made.different_tried, made.false_matches, made.written) == ("pdq", 12, 13, 0, True)
    assert (told["data"], told["same_tried"], told["different_tried"]) == ("holiday pictures", 12, 13)
    assert told["verdicts"] == {"same": {"match": 12, "possible": 0, "none": 0},
                                "different": {"match": 0, "possible": 0, "none": 13}}  # one was no candidate
    assert told["false_match_rate_upper_bound_95"] == pytest.approx(3 / 13, abs=0.001)
    assert told["curve"][0][1] > 0.8
    assert told["curve"][-1][1] < 0.2


def test_too_few_pairs_make_none_and_it_says_so(tmp_path: Path):
    (made,) = calibration.calibrate(trial(calibration.LEAST - 2), tmp_path, "")
    assert not made.written
    assert "Too few" in made.why_not
    assert list(tmp_path.iterdir()) == []


def test_films_that_share_nothing_weigh_nothing_and_a_still_in_a_film_is_not_told_by_weight():
    pairs = [(Score(0.0, "none", ""), False), (Score(0.9, "match", "", where={"weight": 3.0}), True),
             (Score(0.9, "match", "", where={"distance": 4}), True)]
    assert list(calibration._measured(pairs, "frames", 7.0)) == [(0.0, False, 7.0), (3.0, True, 1.0)]
    assert list(calibration._measured(pairs[:1], "details", 7.0)) == []


def strong(name: str, strength: float, verdict: Verdict, kind: str = "other") -> Answer:
    return Answer(f"{kind}{name}", "known", {"details": Score(0.5, verdict, "", where={"strength": strength})})


def with_details(false: float) -> calibration.Sides:
    """Return true pairs of strength 4 and up, and false ones below -4 but for one of strength `false` that matched."""
    names = [*(f"copy{n}" for n in range(12)), *(f"other{n}" for n in range(12))]
    kept = {"details": [Signal("details", 1, b"")]}
    ours = [Described(name, Path("/", name), (name.encode(), b"", b""), "picture", signals=kept) for name in names]
    known = Described("known", Path("/known"), (b"", b"", b""), "picture", signals=kept)
    answers = [strong(str(n), 4.0 + n, "match", "copy") for n in range(12)]
    answers += [strong(str(n), -4.0 - n, "none") for n in range(11)] + [strong("11", false, "match")]
    truth = Truth({(f"copy{number}", "known"): "copy" for number in range(12)})
    return calibration.Sides(ours, [known], answers, truth, lambda a, b: True)


def test_the_limit_rises_above_a_false_match_and_the_file_says_so(tmp_path: Path):
    (made,) = calibration.calibrate(with_details(false=2.0), tmp_path, "")
    told = json.loads((tmp_path / "details.json").read_text())["limits"]
    assert made.match_was == pytest.approx(limits.match_from("details"))
    assert made.match_from == told["match"] == pytest.approx(2.5)
    assert (told["false"], told["tried"], told["false_at_the_former"], told["highest_false"]) == (0, 12, 1, 2.0)
