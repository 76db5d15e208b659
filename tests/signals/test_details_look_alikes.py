"""What looks alike and is no copy never matches: one place photographed twice, twins of one maker."""

import itertools
from pathlib import Path

import pytest

from clew.signals import details
from clew.signals.contract import Signal
from tests.samples import SAMPLES, needs_samples
from tests.signals.sample_media import opened_picture

PLACES, TWINS = SAMPLES / "places", SAMPLES / "copies/blockhash/test/data"
CHURCH = sorted((PLACES / "hloc/datasets/sacre_coeur/mapping").glob("*.jpg"))
PORTAL = sorted((PLACES / "opensfm/data/berlin/images").glob("*.jpg"))
VIEWS = PLACES / "opencv"
NAMED = [(VIEWS / "left01.jpg", VIEWS / "right01.jpg"), (VIEWS / "aero1.jpg", VIEWS / "aero3.jpg"),
         (VIEWS / "aloeL.jpg", VIEWS / "aloeR.jpg"), (TWINS / "00631701.jpg", TWINS / "00631801.jpg")]


def described(path: Path) -> list[Signal]:
    return details.describe(opened_picture(path))


@needs_samples
@pytest.mark.parametrize("views", [CHURCH, PORTAL], ids=["church", "portal"])
def test_one_place_from_two_spots_is_no_copy(views: list[Path]) -> None:
    signals = {path: described(path) for path in views}
    assert len(signals) >= 3
    found = {(a.name, b.name): details.compare(signals[a], signals[b]).verdict for a, b in itertools.combinations(views, 2)}
    assert [pair for pair, verdict in found.items() if verdict == "match"] == []


@needs_samples
@pytest.mark.parametrize(("a", "b"), NAMED, ids=lambda path: path.stem)
def test_two_cameras_and_twins_are_no_copy(a: Path, b: Path) -> None:
    assert details.compare(described(a), described(b)).verdict != "match"
