import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps
from typer.testing import CliRunner

from clew.cli import reasons
from clew.cli.app import build
from clew.media.drawing import COLOURS
from clew.signals import registry
from clew.signals.contract import Score
from clew.signals.fuse import fused
from clew.signals.orientations import NAMES
from tests.cli.labelled import film, jpeg, photo, write


def clew(*args: object) -> Any:
    return CliRunner().invoke(build(str(args[0])), [str(arg) for arg in args])


def told(*args: object, ends: int = 0) -> list[dict[str, Any]]:
    ended = clew(*args, "--json")
    assert ended.exit_code == ends, ended.output
    return [json.loads(line) for line in io.StringIO(ended.stdout)]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return write(tmp_path, {
        "a.jpg": jpeg(photo(1)), "b.jpg": jpeg(ImageOps.mirror(photo(1)), 50), "c.jpg": jpeg(photo(2)),
        "film.mp4": film((1, 2), (3, 2)), "cut.mp4": film((4, 2), (3, 2)), "text.jpg": b"not a picture"})


def test_hashes_of_a_picture(files: Path):
    [one] = told("hash", files / "a.jpg")
    data = (files / "a.jpg").read_bytes()
    assert [one[name] for name in ("sha256", "sha1", "md5")] == [
        hashlib.new(name, data, usedforsecurity=False).hexdigest() for name in ("sha256", "sha1", "md5")]
    assert (one["kind"], one["media_type"], one["width"], one["height"]) == ("picture", "image/jpeg", 640, 480)
    assert re.fullmatch("[0-9a-f]{64}", one["pdq"][0]["hash"])
    assert one["pdq"][0]["quality"] > 50


def test_what_two_films_share_is_drawn(files: Path):
    told("compare", files / "film.mp4", files / "cut.mp4", "--picture", files / "out.png")
    with Image.open(files / "out.png") as image:
        assert image.format == "PNG"
        colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 24)}
    assert COLOURS[0] in colours  # the stretch on the two time lines
    told("compare", files / "a.jpg", files / "text.jpg", "--picture", files / "none.png", ends=1)
    assert not (files / "none.png").exists()
    assert "folder" in clew("compare", files / "a.jpg", files / "b.jpg", "--picture", files / "no" / "out.png").output


def test_hashes_of_a_film_have_times_and_are_printed_as_others_publish_them(files: Path):
    [one] = told("hash", files / "film.mp4")
    times = [frame["time"] for frame in one["frames"]]
    assert len(times) > 4
    assert times == sorted(times)
    lines = re.findall(r"^\d+,\d+,[0-9a-f]{64},\d+\.\d{3}$", clew("hash", files / "film.mp4").output, re.MULTILINE)
    assert len(lines) == len({frame["time"] for frame in one["frames"]})


def test_a_refused_file_stops_no_other_and_ends_with_1(files: Path):
    first, second = told("hash", files / "text.jpg", files / "a.jpg", ends=1)
    assert "not opened" in first["refused"]
    assert first["sha256"] == hashlib.sha256(b"not a picture").hexdigest()
    assert "pdq" in second
    assert "refused" in clew("hash", files / "text.jpg").output


def test_two_pictures_compared(files: Path):
    [both] = told("compare", files / "a.jpg", files / "b.jpg")
    assert both["fused"]["verdict"] == both["matchers"]["pdq"]["verdict"] == "match"
    assert both["matchers"]["pdq"]["where"]["orientation"] == "mirrored"
    text = clew("compare", files / "a.jpg", files / "b.jpg").output
    assert text.startswith("MATCH")
    assert "The first is mirrored." in text
    assert "Of labelled pairs" in text
    assert clew("compare", files / "a.jpg", files / "c.jpg").output.startswith("NONE")


def test_the_same_bytes_say_so(files: Path):
    assert "byte for byte (sha256)" in clew("compare", files / "a.jpg", files / "a.jpg").output


def test_films_say_which_seconds(files: Path):
    [both] = told("compare", files / "film.mp4", files / "cut.mp4")
    assert both["fused"]["verdict"] == "match"
    [segment] = both["fused"]["where"]["segments"]
    assert segment == pytest.approx([2, 4, 2, 4], abs=0.6)
    assert re.search(r"0:0\d\.\d - 0:0\d\.\d of the first is", clew("compare", files / "film.mp4", files / "cut.mp4").output)


def test_a_picture_in_a_film_says_when(files: Path):
    assert "in the film at" in clew("compare", files / "a.jpg", files / "film.mp4").output


def test_a_refused_side_ends_with_1(files: Path):
    [both] = told("compare", files / "a.jpg", files / "text.jpg", ends=1)
    assert both["b"]["refused"]
    assert both["fused"]["verdict"] == "none"


def test_every_reason_of_every_matcher_has_words():
    for matcher in registry.MATCHERS:
        for a, b, _ in matcher.EXAMPLES:
            score = matcher.compare(matcher.describe(a), matcher.describe(b))
            assert score.why in reasons.WHY
            assert "{" not in reasons.why(score)
            assert reasons.why(fused({matcher.NAME: score})) != "fused"
    assert set(NAMES) == set(reasons.ORIENTATION)
    assert reasons.why(Score(0.0, "none", "of a later matcher")) == "of a later matcher"


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00.0"), (75.25, "1:15.2"), (3600.04, "1:00:00.0")])
def test_places_in_a_film(seconds: float, words: str):
    assert reasons.clock(seconds) == words
