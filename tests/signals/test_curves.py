import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.kernel import settings as held
from clew.kernel.errors import Unavailable
from clew.kernel.settings import Settings, use_settings
from clew.signals import curves, details, pdq, registry
from clew.signals.curves import calibrated


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Settle this process's home for one test."""
    before = list(held._chosen)
    use_settings(Settings(home=tmp_path))
    (tmp_path / "curves").mkdir()
    yield tmp_path
    held._chosen[:] = before
    curves._points.cache_clear()


def write(home: Path, text: str) -> None:
    (home / "curves" / "details.json").write_text(text)


def test_an_operators_curve_goes_before_the_packaged_one(home: Path):
    write(home, json.dumps({"version": details.VERSION, "curve": [[0, 0.2], [10, 0.4]]}))
    assert calibrated("details", 5) == 0.3
    assert calibrated("sound", 1.4) > 0.99


def test_near_pictures_have_one_curve_on_the_page_and_in_the_database(home: Path):
    (home / "curves" / "pdq.json").write_text(json.dumps({"version": pdq.VERSION, "curve": [[0, 0.2], [31, 0.1]]}))
    assert calibrated("pdq", 0) == 1


def test_one_made_for_another_version_is_passed_over(home: Path):
    packaged = calibrated("details", 3)
    curves._points.cache_clear()
    write(home, json.dumps({"version": details.VERSION + 1, "curve": [[0, 0.2], [10, 0.4]]}))
    assert calibrated("details", 3) == packaged


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"version": VERSION, "curve": []}',
                                  '{"version": VERSION, "curve": [[0, 2]]}'])
def test_a_broken_one_is_never_passed_over_silently(home: Path, text: str):
    write(home, text.replace("VERSION", str(details.VERSION)))
    with pytest.raises(Unavailable, match="clew evaluate --calibrate"):
        calibrated("details", 3)


@pytest.mark.parametrize("matcher", [one for one in registry.MATCHERS if one.NAME in curves.MEASURES], ids=lambda one: one.NAME)
def test_the_number_a_curve_is_about_is_told_with_the_score(matcher):
    told = [matcher.compare(matcher.describe(a), matcher.describe(b)) for a, b, verdict in matcher.EXAMPLES if verdict == "match"]
    assert not registry.is_on(matcher) or all(curves.MEASURES[matcher.NAME] in score.where for score in told if score.where)
