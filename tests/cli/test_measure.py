import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from clew.cli import measure
from clew.cli.app import build
from clew.domain.matching.trial.boxes import read_boxes
from clew.kernel import settings as held
from clew.kernel.errors import BadInput
from clew.kernel.settings import Settings
from clew.signals.models import install as installing
from tests.cli.labelled import films, jpeg, marked, photo, pictures, sounds, write
from tests.samples import SAMPLES, needs_samples
from tests.signals.models.tiny_networks import tiny_networks, zipped


def clew(*args: object) -> Any:
    return CliRunner().invoke(build(str(args[0])), [str(arg) for arg in args])


def evaluated(references: Path, queries: Path, truth: Path, kind: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    scores = truth.with_name(f"scores-{kind}.csv")
    ended = clew("evaluate", "--references", references, "--queries", queries, "--kind", kind, "--groundtruth", truth,
                 "--scores", scores, "--json")
    assert ended.exit_code == 0, ended.output
    with scores.open(newline="") as file:
        return json.loads(ended.stdout), list(csv.DictReader(file))


def test_pictures_are_looked_up_as_a_search_does(tmp_path: Path):
    told, rows = evaluated(*pictures(tmp_path), "copy")
    sure = [row for row in rows if row["verdict"] != "none"]
    assert {(row["query"], row["reference"], row["matcher"]) for row in sure if row["matcher"] != "likeness"} == {
        (*pair, matcher) for pair in (("small.jpg", "a/1.jpg"), ("turned.jpg", "a/2.jpg"), ("same bytes.jpg", "3.jpg"))
        for matcher in ("pdq", "details", "fused")} | {("same bytes.jpg", "3.jpg", "exact")}
    assert list(rows[0]) == ["query", "reference", "matcher", "score", "verdict"]
    assert all(row["verdict"] == "match" and 0.9 < float(row["score"]) <= 1 for row in sure)
    found = told["figures"]
    assert found["true_pairs"] == 4
    assert [found[name] for name in ("recall_at_zero_false", "recall_of_match", "recall_at_one_percent_queries")] == [
        0.0, 0.5, 0.0]
    assert {(one["relation"], one["found"], one["tried"]) for one in found["by_relation"]} >= {
        ("copy", 2, 4), ("copy:mirrored", 1, 1), ("copy:hidden", 0, 1), ("copy:broken", 0, 1)}
    assert found["missed_pairs"] == [["broken.jpg", "a/1.jpg"], ["hidden.jpg", "3.jpg"]]
    assert [one["query"] for one in found["false_pairs"]] == ["same bytes.jpg"]  # the truth names no copy of it
    assert [path for path, _ in told["refused"]] == ["notes.txt", "broken.jpg"]


def test_a_file_and_itself_are_no_pair(tmp_path: Path):
    references, queries, truth = pictures(tmp_path)
    told, rows = evaluated(references, queries, truth, "copy")
    assert not [row for row in rows if row["query"] == "sub/both.jpg"]
    assert "copy:itself" not in str(told["figures"]["by_relation"])
    inside, rows = evaluated(references, references / "a", truth, "copy")
    assert (inside["queries"], rows) == (2, [])


def test_false_pairs_tried_are_counted(tmp_path: Path):
    references = write(tmp_path / "r", {f"{seed}.jpg": jpeg(photo(seed)) for seed in range(1, 5)})
    queries = write(tmp_path / "q", {"copy.jpg": jpeg(photo(1), 50), "other.jpg": jpeg(photo(9))})
    truth = tmp_path / "t.csv"
    truth.write_text("query,reference,relation\ncopy.jpg,1.jpg,copy\ncopy.jpg,2.jpg,different\n")
    found = evaluated(references, queries, truth, "copy")[0]["figures"]
    assert (found["false_tried"], found["false_matches"], found["different_tried"]) == (5, 0, 1)
    assert found["false_share_below"] == pytest.approx(2.9957 / 5, rel=1e-3)
    assert found["micro_average_precision"] == found["recall_at_zero_false"] == 1.0
    assert not found["claim_shown"]


def test_films_tell_where_on_both_sides(tmp_path: Path):
    told, rows = evaluated(*films(tmp_path), "video")
    assert told["figures"]["recall_at_zero_false"] == 1.0
    by_pair = {(row["query"], row["matcher"]): row for row in rows if row["verdict"] != "none"}
    assert set(by_pair) == {(query, matcher) for query in ("clip.mp4", "still.png") for matcher in ("frames", "details", "fused")}
    clip, still = by_pair["clip.mp4", "fused"], by_pair["still.png", "fused"]
    times = [float(clip[name]) for name in ("query_start", "query_end", "reference_start", "reference_end")]
    assert times == pytest.approx([2, 6, 3, 7], abs=1)
    assert (still["query_start"], still["query_end"]) == ("", "")
    assert still["reference_start"] == still["reference_end"] == "0.0"


def test_one_folder_may_be_both_sides(tmp_path: Path):
    both = write(tmp_path / "both", {"a.jpg": jpeg(photo(1)), "b.jpg": jpeg(photo(1), 40), "c.jpg": jpeg(photo(2))})
    truth = tmp_path / "t.csv"
    truth.write_text("query,reference,relation\nb.jpg,a.jpg,copy\nc.jpg,a.jpg,different\n")
    told, rows = evaluated(both, both, truth, "copy")
    assert {(row["query"], row["reference"]) for row in rows} == {("a.jpg", "b.jpg"), ("b.jpg", "a.jpg")}
    assert (told["figures"]["true_pairs"], told["figures"]["false_tried"], told["figures"]["false_matches"]) == (1, 2, 0)


def test_sounds_and_the_sound_of_films_tell_where(tmp_path: Path):
    told, rows = evaluated(*sounds(tmp_path), "audio")
    assert (told["references"], told["queries"], told["other_media"]) == (3, 4, 1)
    assert {row["matcher"] for row in rows} == {"sound", "fused"}
    assert told["figures"]["recall_of_match"] == 1.0
    assert (told["figures"]["false_tried"], told["figures"]["false_matches"]) == (6, 0)
    part = next(row for row in rows if (row["query"], row["matcher"]) == ("part.wav", "fused"))
    times = [float(part[name]) for name in ("query_start", "query_end", "reference_start", "reference_end")]
    assert times == pytest.approx([3, 8, 4, 9], abs=0.5)


def test_the_marked_part_is_looked_for_and_nothing_else_of_its_picture(tmp_path: Path):
    told, rows = evaluated(*marked(tmp_path), "region")
    assert {row["matcher"] for row in rows} == {"details", "fused"}
    found = {(row["query"], row["reference"]) for row in rows if row["verdict"] == "match"}
    assert found == {("wall.jpg", "3.jpg"), ("whole.jpg", "1.jpg"), ("shares.jpg", "2.jpg"), ("shares.jpg", "film.mp4")}
    assert (told["queries"], told["references"], told["boxes_left_out"], told["refused"]) == (4, 4, 1, [])
    assert (told["figures"]["recall_of_match"], told["figures"]["different_matches"]) == (1.0, 0)
    assert "reference_start" in rows[0]  # one of the references is a film


@pytest.mark.parametrize(("row", "words"), [
    ("a.jpg,1,2,3", "four numbers"), ("a.jpg,0,0,0,5", "no part"), ("a.jpg,-1,0,1,1", "no part")])
def test_a_box_that_is_none_is_refused(tmp_path: Path, row: str, words: str):
    (tmp_path / "boxes.csv").write_text(f"query,x,y,w,h\n{row}\n")
    with pytest.raises(BadInput, match=words):
        read_boxes(tmp_path)


def test_curves_are_written_beside_the_figures(tmp_path: Path):
    references = write(tmp_path / "r", {f"{seed}.jpg": jpeg(photo(seed)) for seed in (1, 2)})
    queries = write(tmp_path / "q", {"copy.jpg": jpeg(photo(1), 50)})
    truth, curves = tmp_path / "t.csv", tmp_path / "curves"
    truth.write_text("query,reference,relation\ncopy.jpg,1.jpg,copy\n")
    asked = ("evaluate", "--references", references, "--queries", queries, "--scores", tmp_path / "s", "--calibrate", curves)
    without = clew(*asked)
    assert (without.exit_code, "Give the ground truth" in without.output) == (1, True)
    ended = clew(*asked, "--groundtruth", truth)
    assert ended.exit_code == 0, ended.output
    assert "Curve of pdq: 1 true pairs, 0 false matches of 0 tried. Too few pairs" in ended.output
    assert not curves.exists()


@pytest.mark.parametrize("kind", ["face", "voice", "camera", "colour"])
def test_a_kind_not_built_ends_with_2_and_writes_nothing(tmp_path: Path, kind: str):
    ended = clew("evaluate", "--references", tmp_path, "--queries", tmp_path, "--kind", kind, "--scores", tmp_path / "s")
    assert ended.exit_code == 2
    assert kind == "colour" or "not built yet" in ended.output
    assert not (tmp_path / "s").exists()


def test_kind_place_needs_its_model_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(held, "_chosen", [Settings(home=tmp_path / "home", keys=tmp_path / "keys")])
    folder = write(tmp_path / "f", {"1.jpg": jpeg(photo(1))})
    ended = clew("evaluate", "--references", folder, "--queries", folder, "--kind", "place", "--scores", tmp_path / "s")
    assert ended.exit_code == 1
    assert "No model for place is installed" in " ".join(ended.output.split())
    assert not (tmp_path / "s").exists()


def test_one_place_from_a_step_aside_is_found_and_is_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(held, "_chosen", [Settings(home=tmp_path / "home", keys=tmp_path / "keys")])
    tiny = tiny_networks(tmp_path / "tiny")
    monkeypatch.setattr(installing, "make", lambda card, wanted, into, python: zipped(tiny, into))
    installing.install("xfeat")
    walls = {seed: wall(seed) for seed in (1, 2, 3, 4)}
    references = write(tmp_path / "r", {f"{seed}.png": png(one.crop((0, 0, 480, 320))) for seed, one in walls.items()})
    queries = write(tmp_path / "q", {f"{seed}.png": png(walls[seed].crop((64, 0, 544, 320))) for seed in (1, 2)})
    truth = tmp_path / "t.csv"
    truth.write_text("query,reference,relation\n1.png,1.png,same_place:wall\n2.png,2.png,same_place:wall\n"
                     "1.png,3.png,different\n2.png,3.png,different\n")
    told, rows = evaluated(references, queries, truth, "place")
    seen = {(row["query"], row["reference"]) for row in rows if row["verdict"] != "none"}
    assert seen == {("1.png", "1.png"), ("2.png", "2.png")}
    assert {row["matcher"] for row in rows} == {"place", "fused"}
    assert (told["figures"]["true_pairs"], told["figures"]["recall_at_zero_false"]) == (2, 1.0)
    assert (told["figures"]["recall_of_match"], told["figures"]["counted"]) == (1.0, "possible")
    assert told["verdicts"].get("match", 0) == 0
    ended = clew("evaluate", "--references", references, "--queries", queries, "--kind", "place", "--groundtruth", truth,
                 "--scores", tmp_path / "again.csv")
    assert "Recall of verdict possible         100.0%" in ended.output
    assert "Falsely possible                   0 of" in ended.output
    assert "claim of verdict match" not in ended.output


def wall(seed: int) -> Image.Image:
    """Return a wall of bright spots, wider than one picture of it."""
    chance = np.random.default_rng(seed)
    pixels = np.zeros((320, 560, 3), np.uint8)
    for y, x in zip(chance.integers(4, 310, 320), chance.integers(4, 550, 320), strict=True):
        pixels[y:y + 3, x:x + 3] = chance.integers(90, 255, 3)
    return Image.fromarray(pixels)


def png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def test_what_cannot_be_evaluated_says_what_to_do(tmp_path: Path):
    full = write(tmp_path / "full", {"1.jpg": jpeg(photo(1))})
    (tmp_path / "empty").mkdir()
    for references, scores, words in ((tmp_path / "empty", tmp_path / "s", "no files"), (full, tmp_path / "x" / "s", "folder")):
        ended = clew("evaluate", "--references", references, "--queries", full, "--scores", scores)
        assert (ended.exit_code, words in ended.output) == (1, True)


def test_people_read_it_as_text(tmp_path: Path):
    references, queries, truth = pictures(tmp_path)
    ended = clew("evaluate", "--references", references, "--queries", queries, "--groundtruth", truth,
                 "--scores", tmp_path / "s.csv")
    assert ended.exit_code == 0
    for words in ("Recall of verdict match", "copy:mirrored", "1 of 1", "Missed: hidden.jpg  3.jpg", "not measured",
                  "1 files of other media left out, 2 refused"):
        assert words in ended.output


@needs_samples
def test_published_copies_are_found_and_no_different_picture_is(tmp_path: Path):
    copies = SAMPLES / "copies" / "threatexchange-pdq"
    rows = (SAMPLES / "copies" / "threatexchange-groundtruth.csv").read_text()
    truth = tmp_path / "truth.csv"
    truth.write_text(rows.replace("threatexchange-pdq/", ""))
    found = evaluated(copies, copies, truth, "copy")[0]["figures"]
    assert [one for one in found["by_relation"] if one["relation"] == "copy"] == [
        {"relation": "copy", "tried": 34, "found": 34}]
    assert (found["false_matches"], found["recall_at_zero_false"]) == (0, 1.0)


def test_bench_prints_what_the_script_measured(monkeypatch: pytest.MonkeyPatch):
    figure = {"name": "one", "value": 2.0, "unit": "img/s", "better": "higher", "peer": "they", "peer_value": 1.0,
              "ratio": 2.0, "runs": 1, "spread": 0}
    script = type("Script", (), {"measure": staticmethod(lambda size=1: {"machine": "m", "figures": [
        figure | {"value": size}, figure | {"peer": None, "peer_value": None}]})})
    monkeypatch.setattr(measure, "import_module", lambda name: {"benchmarks.hashing": script}[name])
    assert json.loads(clew("bench", "hash", "--size", 7, "--json").stdout)["figures"][0]["value"] == 7
    assert "they: 1.0 (2.0 times)" in clew("bench", "hash").output


@pytest.mark.parametrize(("what", "script"), [("words", "words_index"), ("vectors", "vectors"), ("sounds", "sounds"),
                                             ("details", "details"), ("describe", "details_rate"), ("search", "search_pictures")])
def test_every_bench_has_its_script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str, script: str):
    asked = []
    monkeypatch.setattr(measure, "import_module", lambda name: asked.append(name) or type("Script", (), {
        "measure": staticmethod(lambda size=1: {"machine": "m", "figures": []})}))
    monkeypatch.setattr(measure, "__file__", str(tmp_path / "checkout" / "clew" / "cli" / "measure.py"))
    without = clew("bench", what)
    assert without.exit_code == (0 if what == "vectors" else 1)
    assert what == "vectors" or "sample files" in without.output
    (tmp_path / "shared" / "samples").mkdir(parents=True)
    assert json.loads(clew("bench", what, "--json").stdout) == {"machine": "m", "figures": []}
    assert asked[-1] == f"benchmarks.{script}"
    assert "def measure(" in (Path(__file__).parents[2] / "benchmarks" / f"{script}.py").read_text()


def test_bench_without_a_checkout_says_what_it_needs(monkeypatch: pytest.MonkeyPatch):
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(measure, "import_module", missing)
    ended = clew("bench", "api")
    assert (ended.exit_code, "checkout" in ended.output) == (1, True)
