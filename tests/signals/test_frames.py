import csv
import itertools

import numpy as np
import pytest

from clew.media.opened import Frame, Glance, Opened
from clew.signals import frames, pdq
from clew.signals.alignment import Stretch
from clew.signals.examples import blobs, film, photo
from clew.signals.pdq_hash import hash_pixels
from tests.samples import SAMPLES, needs_samples
from tests.signals.sample_media import COPIES, film_signals, sampled_frames

VIDEO = COPIES / "threatexchange-video"
UNREACHABLE = 4
"""Copies under a large logo none of whose frames comes within 31 bits: no index of whole frames can find them."""


def compare(a, b):
    return frames.compare(frames.describe(a), frames.describe(b))


@needs_samples
def test_published_film_copies_match_and_no_other_films_do():
    verdicts = {"copy": [], "different": []}
    with (COPIES / "threatexchange-groundtruth.csv").open() as table:
        for row in csv.DictReader(table):
            a, b = COPIES / row["query"], COPIES / row["reference"]
            if a.suffix == ".mp4" and a.is_file() and b.is_file():
                score = frames.compare(film_signals(a), film_signals(b))
                verdicts[row["relation"].split(":")[0]].append(score.verdict)
    assert set(verdicts["different"]) <= {"none", "possible"}
    assert len(verdicts["different"]) == 60
    assert verdicts["copy"].count("match") >= len(verdicts["copy"]) - UNREACHABLE


@needs_samples
def test_one_person_in_one_room_at_another_time_is_never_a_match():
    films = sorted((SAMPLES / "videos/intel/asl_gestures").glob("*.mkv"))
    assert len(films) == 20
    for a, b in itertools.combinations(films, 2):
        assert frames.compare(film_signals(a), film_signals(b)).verdict != "match", (a.name, b.name)


@needs_samples
def test_a_film_with_a_part_cut_out_is_aligned_on_both_sides_of_the_cut():
    folder = COPIES / "thorn-perception/perception/testing/videos"
    score = frames.compare(film_signals(folder / "v2s.mov"), film_signals(folder / "v2.m4v"))
    assert score.verdict == "match"
    first, second = score.where["segments"]
    assert first[2] - first[0] == pytest.approx(0, abs=0.3)
    assert second[2] - second[0] == pytest.approx(3, abs=0.3)
    assert frames.compare(film_signals(folder / "v1.m4v"), film_signals(folder / "v2.m4v")).verdict == "none"


@needs_samples
@pytest.mark.parametrize("name", ["doorknob-hd-no-bar", "pattern-hd-no-bar", "chair-20-sd-bar"])
def test_published_frame_hashes_are_reproduced(name):
    stills = sampled_frames(VIDEO / f"{name}.mp4", step=0, side=4096)
    lines = (COPIES / "threatexchange-vpdq-hashes/sample-hashes" / f"{name}.txt").read_text().split()
    checked = 0
    for still, line in list(zip(stills, lines, strict=False))[::10]:
        _, quality, value, *_ = line.split(",")
        if int(quality) >= 50:
            apart = (int(value, 16) ^ int.from_bytes(hash_pixels(still.rgb).value)).bit_count()
            assert apart < 31, line
            checked += 1
    assert checked >= 5


def test_five_seconds_embedded_are_found_to_the_second():
    score = compare(film((3, 20), (1, 5), (4, 20)), film((5, 7), (1, 5), (6, 30)))
    assert score.verdict == "match"
    ((a_start, a_end, b_start, b_end),) = score.where["segments"]
    assert (a_start, b_start) == pytest.approx((20, 7), abs=1)
    assert (a_end, b_end) == pytest.approx((25, 12), abs=1)


@pytest.mark.parametrize("step", [0.3, 0.4, 0.7, 1.0])
def test_another_frame_rate_still_aligns(step):
    score = compare(film((1, 6), (2, 6), (7, 6)), film((1, 6), (2, 6), (7, 6), step=step))
    assert score.verdict == "match"
    assert score.where["segments"][0][0] == pytest.approx(0, abs=1)
    assert score.where["segments"][-1][1] == pytest.approx(18, abs=1.5)


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 2.0])
def test_a_film_played_faster_or_slower_matches_and_says_how(speed):
    original = film((1, 6), (2, 6), (7, 6))
    played = [Frame(f.time / speed, f.rgb) for f in film((1, 6), (2, 6), (7, 6), step=0.5 * speed, start=3.1).frames]
    a, b = frames.describe(Opened("film", "video/mp4", frames=played)), frames.describe(original)
    for score, said in ((frames.compare(a, b), speed), (frames.compare(b, a), 1 / speed)):
        assert score.verdict == "match"
        assert score.where["speed"] == pytest.approx(said, abs=0.03)
    segments = frames.compare(a, b).where["segments"]
    assert segments[0][0] == pytest.approx(0, abs=0.6)
    assert segments[0][2] == pytest.approx(3.1, abs=0.6)
    assert segments[-1][3] == pytest.approx(18, abs=1.1)


def test_glances_are_kept_where_much_changes_between_stills_only():
    frames_ = [Frame(0.5 * n, blobs(1, pan=0.5 * n)) for n in range(6)]
    quiet = [Glance(0.5 * n + 0.2, np.uint8(blobs(1, pan=0.5 * n + 0.02) @ [0.299, 0.587, 0.114])) for n in range(6)]
    busy = [Glance(0.5 * n + 0.2, blobs(9 + n)[::2, ::2, 0]) for n in range(6)]
    times = [s.time for s in frames.describe(Opened("film", "video/mp4", 160, 120, frames=frames_))]
    assert [s.time for s in frames.describe(Opened("film", "video/mp4", 160, 120, frames=frames_, glances=quiet))] == times
    with_busy = [s.time for s in frames.describe(Opened("film", "video/mp4", 160, 120, frames=frames_, glances=busy))]
    assert with_busy == sorted(times + [glance.time for glance in busy])


def test_beyond_so_many_moments_glances_are_left_out(monkeypatch):
    monkeypatch.setattr(frames, "MOST", 8)
    frames_ = [Frame(0.5 * n, blobs(1, pan=2.5 * n)) for n in range(6)]
    busy = [Glance(0.5 * n + 0.2, blobs(9 + n)[::2, ::2, 0]) for n in range(6)]
    times = [s.time for s in frames.describe(Opened("film", "video/mp4", 160, 120, frames=frames_, glances=busy))]
    assert len(times) == 8
    assert {0.5 * n for n in range(6)} < set(times)
    monkeypatch.setattr(frames, "MOST", 3)
    assert len(frames.describe(Opened("film", "video/mp4", 160, 120, frames=frames_, glances=busy))) == 6


def test_a_part_between_bars_of_its_own_is_found():
    host, part = film((3, 4), (5, 4)), film((1, 5))
    boxed = [Frame(4 + f.time, np.pad(f.rgb, ((0, 0), (30, 30), (0, 0)))) for f in part.frames]
    wide = [Frame(f.time + 5 * (f.time >= 4), np.pad(f.rgb, ((0, 0), (30, 30), (0, 0)), mode="reflect")) for f in host.frames]
    whole = Opened("film", "video/mp4", frames=sorted(wide + boxed, key=lambda f: f.time))
    score = compare(whole, part)
    assert score.verdict == "match"
    assert score.where["segments"][0] == pytest.approx([4, 8.5, 0, 4.5], abs=1)


def test_a_mirrored_film_matches_and_says_so():
    original = film((1, 4), (2, 4))
    mirrored = [Frame(f.time, np.ascontiguousarray(f.rgb[:, ::-1])) for f in original.frames]
    score = compare(original, Opened("film", "video/mp4", frames=mirrored))
    assert (score.verdict, score.where["orientation"]) == ("match", "mirrored")


def test_a_film_between_bars_matches_the_one_without():
    original = film((1, 4), (2, 4))
    boxed = [Frame(f.time, np.pad(f.rgb, ((25, 25), (0, 0), (0, 0)))) for f in original.frames]
    assert compare(original, Opened("film", "video/mp4", frames=boxed)).verdict == "match"


def test_films_that_share_one_moment_are_only_possible():
    shared = Frame(4.0, blobs(9))
    first, second = film((1, 4), (2, 4)), film((3, 4), (5, 4))
    a = Opened("film", "video/mp4", frames=[*first.frames[:8], shared, *first.frames[9:]])
    b = Opened("film", "video/mp4", frames=[*second.frames[:8], shared, *second.frames[9:]])
    assert compare(a, b).verdict == "possible"


def test_black_frames_and_repeats_are_dropped_and_a_held_picture_keeps_its_ends():
    black = np.zeros((120, 160, 3), np.uint8)
    stills = [Frame(0.0, black), *(Frame(0.5 * n, blobs(1)) for n in range(1, 9)), Frame(4.5, blobs(2))]
    signals = frames.describe(Opened("film", "video/mp4", frames=stills))
    assert [signal.time for signal in signals] == [0.5, 4.0, 4.5]


def test_a_picture_is_found_in_a_film_with_its_second():
    signals = frames.describe(film((3, 4), (1, 4)))
    for a, b in ((pdq.describe(photo(1, mirrored=True)), signals), (signals, pdq.describe(photo(1, mirrored=True)))):
        score = frames.compare(a, b)
        assert score.verdict == "match"
        assert score.parameters["seconds"] == 4.0
        assert score.where["orientation"] == "mirrored"
    assert frames.compare(pdq.describe(photo(2)), signals).verdict == "none"


@pytest.mark.parametrize(("count", "seconds", "mean", "elsewhere", "same"), [
    (6, 2.5, 41, 90, True), (6, 0.9, 41, 90, False), (4, 2.5, 41, 90, False), (6, 2.5, 41, 70, False), (3, 1.0, 10, 60, True),
    (3, 0.4, 10, 40, False)])
def test_many_frames_of_one_second_are_no_copy(count, seconds, mean, elsewhere, same):
    places = np.arange(count)
    here, other = np.full(count, float(mean)), np.full(count, float(elsewhere))
    assert frames.is_copy(Stretch(places, places, here, other, (0.0, seconds, 0.0, seconds)), whole=False) == same
