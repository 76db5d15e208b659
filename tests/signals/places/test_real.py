"""The real networks on real photographs, where the operator of this machine has turned them on: clew models install xfeat."""

import numpy as np
import pytest
from PIL import Image

from clew.media.opened import Opened
from clew.signals import place
from clew.signals.models import session
from tests.samples import SAMPLES, needs_samples

pytestmark = [needs_samples, pytest.mark.skipif(
    bool(session.trouble(place.PURPOSE)), reason="No model for places is installed: clew models install xfeat")]


def described(name: str) -> list[place.Signal]:
    image = Image.open(SAMPLES / "places" / "opencv" / name).convert("RGB")
    return place.describe(Opened("picture", "", width=image.width, height=image.height, picture=np.asarray(image)))


@pytest.mark.parametrize(("a", "b"), [("graf1.png", "graf3.png"), ("leuvenA.jpg", "leuvenB.jpg")])
def test_one_place_from_another_side_or_in_another_light_is_possible(a: str, b: str) -> None:
    score = place.compare(described(a), described(b))
    assert score.verdict == "possible"
    assert score.where["strength"] > 3 * place.POSSIBLE
    assert score.value > 0.9


def test_two_places_are_not() -> None:
    score = place.compare(described("graf1.png"), described("home.jpg"))
    assert score.verdict == "none"
    assert score.where["strength"] < place.POSSIBLE / 2
