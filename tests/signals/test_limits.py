import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.kernel import settings as held
from clew.kernel.errors import Unavailable
from clew.kernel.settings import Settings, use_settings
from clew.signals import details, limits
from clew.signals.local import evidence
from clew.signals.sounds.limits import limits as sound_limits

strengths = st.lists(st.tuples(st.floats(-20, 20), st.booleans()), max_size=30)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Settle this process's home for one test."""
    before = list(held._chosen)
    use_settings(Settings(home=tmp_path))
    (tmp_path / "curves").mkdir()
    yield tmp_path
    held._chosen[:] = before


def write(home: Path, matcher: str = "details", **given: Any) -> None:
    told = {"version": 1 if matcher == "sound" else details.VERSION, "data": "holiday pictures", "curve": [[0, 0.2], [1, 0.9]],
            "limits": {"match": 2.0, "false": 0, "tried": 500, "below": 0.006, **given.pop("limits", {})}, **given}
    (home / "curves" / f"{matcher}.json").write_text(json.dumps(told))


def test_without_an_own_file_the_fitted_limits_count(home: Path):
    assert not limits.in_force("details").own
    assert evidence.limits().match == limits.match_from("details") == limits.in_force("details").fitted
    assert sound_limits().possible < sound_limits().match == limits.match_from("sound")


def test_an_own_limit_raises_what_matches_and_says_where_it_is_from(home: Path):
    match = details.EXAMPLES[0]
    signals = [details.describe(side) for side in match[:2]]
    strength = details.compare(*signals).where["strength"]
    assert details.compare(*signals).verdict == "match"
    limits._limit.cache_clear()
    write(home, limits={"match": strength + 1})
    assert details.compare(*signals).verdict == "possible"
    told = limits.in_force("details").in_words()
    assert "this node's own curve" in told and "500" in told and "one in 167" in told and "holiday pictures" in told
    write(home, "sound", limits={"match": 0.9})
    assert sound_limits().match == 0.9


def test_one_of_another_version_is_passed_over(home: Path):
    write(home, version=details.VERSION + 1)
    assert not limits.in_force("details").own


def test_a_limit_below_the_fitted_one_needs_three_million_pairs(home: Path):
    write(home, limits={"match": -3.0})
    with pytest.raises(Unavailable, match="clew evaluate --calibrate"):
        limits.match_from("details")
    write(home, "sound", limits={"match": 0.2, "tried": limits.ENOUGH, "below": 1e-6})
    assert sound_limits().match == sound_limits().possible == 0.2
    assert "not measured" not in limits.in_force("sound").in_words()


@pytest.mark.parametrize("lost", [{"match": "high"}, {"tried": None}, {"below": "x"}])
def test_a_broken_one_is_never_passed_over_silently(home: Path, lost: dict[str, Any]):
    write(home, limits=lost)
    with pytest.raises(Unavailable, match="clew evaluate --calibrate"):
        limits.match_from("details")


@given(strengths, st.integers(0, limits.ENOUGH - 1), st.floats(-5, 5))
def test_on_few_pairs_a_limit_only_rises_and_lies_above_every_false_match(false, tried: int, now: float):
    limit = limits.drawn_from("details", now, false, tried)
    assert limit >= round(now, 4)
    assert all(measure < limit for measure, matched in false if matched)
    assert any(matched for _, matched in false) or limit == round(now, 4)


@given(strengths.filter(bool), st.floats(-5, 5))
def test_on_three_million_it_lies_above_every_false_pair(false, now: float):
    assert all(measure < limits.drawn_from("details", now, false, limits.ENOUGH) for measure, _ in false)
