import csv
import itertools

import numpy as np
import pytest

from clew.media.opened import Opened
from clew.signals import pdq
from clew.signals.contract import Signal
from clew.signals.examples import blobs, photo
from clew.signals.orientations import NAMES, STEPS
from tests.samples import needs_samples
from tests.signals.sample_media import COPIES, picture_signals

TRUTHS = (
    "threatexchange-groundtruth.csv",
    "thorn-perception/groundtruth.csv",
    "imagededup/groundtruth.csv",
    "jenssegers/groundtruth.csv",
)
FILMS = {".mp4", ".m4v", ".mov"}


def rows(name):
    with (COPIES / name).open() as table:
        for row in csv.DictReader(table):
            a, b = ((COPIES / name).parent / row[side] for side in ("query", "reference"))
            if a.is_file() and b.is_file() and a.suffix not in FILMS and "corrupt" not in a.name:
                yield a, b, row["relation"]


@needs_samples
def test_every_published_copy_matches_also_the_letterbox():
    found = [pdq.compare(picture_signals(a), picture_signals(b)) for a, b, r in rows(TRUTHS[0]) if r.startswith("copy")]
    assert [score.verdict for score in found] == ["match"] * 34


@needs_samples
@pytest.mark.parametrize("truth", TRUTHS)
def test_no_different_pictures_match(truth):
    pairs = [(a, b) for a, b, relation in rows(truth) if relation == "different"]
    assert len(pairs) >= 9
    for a, b in pairs:
        assert pdq.compare(picture_signals(a), picture_signals(b)).verdict == "none", (a.name, b.name)


@needs_samples
def test_no_two_pictures_of_different_sets_match():
    named = {path: path.relative_to(COPIES).parts[0] for name in TRUTHS for a, b, _ in rows(name) for path in (a, b)}
    tried = 0
    for a, b in itertools.combinations(named, 2):
        if named[a] != named[b]:
            tried += 1
            assert pdq.compare(picture_signals(a), picture_signals(b)).verdict == "none", (a.name, b.name)
    assert tried > 1000


def turned_photo(step):
    transposed, flipped, mirrored = step
    pixels = blobs(4).transpose(1, 0, 2) if transposed else blobs(4)
    pixels = pixels[::-1] if flipped else pixels
    pixels = pixels[:, ::-1] if mirrored else pixels
    return pdq.describe(Opened("picture", "image/png", picture=np.ascontiguousarray(pixels)))


@pytest.mark.parametrize("number", range(8))
def test_every_orientation_is_found_and_named(number):
    score = pdq.compare(pdq.describe(photo(4)), turned_photo(STEPS[number]))
    assert (score.verdict, score.where["orientation"]) == ("match", NAMES[number])
    assert score.where["distance"] <= 2


def test_a_picture_between_bars_is_found_and_the_box_told():
    inner = blobs(8)
    framed = np.zeros((180, 160, 3), np.uint8)
    framed[30:150] = inner
    whole, boxed = pdq.describe(Opened("picture", "image/png", picture=framed))
    assert whole.box is None
    score = pdq.compare([whole, boxed], pdq.describe(photo(8)))
    assert score.verdict == "match"
    assert score.where["a_box"] == (0.0, 30 / 180, 1.0, 120 / 180)
    assert pdq.compare([whole], pdq.describe(photo(8))).verdict == "none"


def test_a_plain_picture_is_kept_but_matches_not_even_itself():
    signals = pdq.describe(photo(0))
    assert signals[0].quality < 50
    assert pdq.compare(signals, signals).verdict == "none"


@pytest.mark.parametrize(("bits", "verdict"), [(0, "match"), (31, "match"), (32, "none"), (46, "none")])
def test_the_verdict_turns_at_its_bit(bits, verdict):
    value = np.random.default_rng(3).integers(0, 256, 32, np.uint8)
    other = np.unpackbits(value)
    other[:bits] ^= 1
    a, b = (Signal("pdq", 1, v.tobytes()) for v in (value, np.packbits(other)))
    score = pdq.compare([a], [b])
    assert (score.verdict, score.where["distance"]) == (verdict, bits)
