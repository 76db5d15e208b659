"""People drawn as soft spots who walk about in front of a camera: the same moments, seen through an edit, and others."""

import numpy as np
import pytest

from clew.media.opened import Frame, Opened
from clew.signals import details
from clew.signals.alignment import Stretch
from clew.signals.films.footage import distinct, is_same, same_footage, spans
from clew.signals.films.overlaid import Shown, shared
from clew.signals.films.reel import SIDE, Reel, reel_of

UPRIGHT, MIRRORED = np.eye(3), np.array([[-1.0, 0, 1], [0, 1, 0], [0, 0, 1]])
DRAW = np.random.default_rng(3)
ROOM = DRAW.uniform(40, 200, (12, 12)).repeat(12, 0).repeat(12, 1)


def moment(at, people):
    """Return (144, 144) of one room at a second; `people` is a seed of who walks how."""
    draw = np.random.default_rng(people)
    down, across = np.mgrid[0:144, 0:144]
    light = ROOM.copy()
    for _ in range(4):
        speed, start = draw.uniform(-0.9, 0.9, 2), draw.uniform(0, 6.3, 2)
        y, x = 72 + 60 * np.sin(speed * at + start)
        light += draw.choice([-90, 90]) * np.exp(-((down - y) ** 2 + (across - x) ** 2) / 150)
    return light.clip(0, 255).astype(np.uint8)


def strip(people, start=0.0, seconds=14.0, speed=1.0, edit=lambda p: p, phase=0.0):
    times = np.arange(phase, seconds / speed, 0.13)
    frames = [Frame(float(t), np.repeat(edit(moment(start + speed * t, people))[:, :, None], 3, 2)) for t in times]
    return reel_of(frames, [])


def crop(pixels):
    return pixels[20:120, 30:130]


CROP = np.array([[100 / 144, 0, 30 / 144], [0, 100 / 144, 20 / 144], [0, 0, 1]])


@pytest.mark.parametrize(("query", "placement"), [
    ({"start": 3.0, "seconds": 8.0, "phase": 0.05}, UPRIGHT),
    ({"start": 3.0, "seconds": 8.0, "speed": 1.3}, UPRIGHT),
    ({"start": 3.0, "seconds": 8.0, "edit": lambda p: p[:, ::-1]}, MIRRORED),
    ({"start": 3.0, "seconds": 8.0, "edit": crop}, CROP),
    ({"start": 3.0, "seconds": 8.0, "speed": 0.8, "edit": lambda p: p // 2 + 40}, UPRIGHT),
])
def test_the_same_moments_are_found_where_they_are(query, placement):
    (found,) = same_footage(strip(1, **query), strip(1), [placement])
    start, end, b_start, b_end = found.stretch.segment
    assert (start, b_start) == pytest.approx((0, 3), abs=0.5)
    assert (end, b_end) == pytest.approx((8 / query.get("speed", 1.0), 11), abs=0.5)
    assert found.stretch.speed == pytest.approx(query.get("speed", 1.0), abs=0.02)


def test_other_people_in_the_same_room_are_not_the_same_footage():
    assert all(same_footage(strip(1), strip(other), []) == [] for other in range(2, 8))


def test_an_empty_room_says_nothing():
    still = reel_of([Frame(n * 0.2, np.repeat(ROOM[:, :, None].astype(np.uint8), 3, 2)) for n in range(40)], [])
    assert same_footage(still, still, []) == []
    faint = np.linspace(0, 3, 144)[None, :]  # a lamp that flickers a little, the same in every film
    lamp = [np.repeat((ROOM + faint * (n * n % 7 == 1))[:, :, None].astype(np.uint8), 3, 2) for n in range(90)]
    flickers = reel_of([Frame(n * 0.2, rgb) for n, rgb in enumerate(lamp)], [])
    assert same_footage(flickers, flickers, []) == []


@pytest.mark.parametrize(("alike", "moments", "cells", "elsewhere", "seconds", "same"), [
    (0.97, 20, 0.1, 120, 4, True), (0.97, 6, 0.1, 120, 4, False), (0.91, 40, 0.1, 120, 4, False), (0.85, 40, 0.7, 120, 4, True),
    (0.7, 90, 0.9, 120, 4, False), (0.97, 20, 0.1, 70, 4, False), (0.97, 20, 0.1, 120, 0.8, False)])
def test_a_match_is_exact_long_and_nearer_than_at_other_moments(alike, moments, cells, elsewhere, seconds, same):
    places = np.arange(12)
    stretch = Stretch(places, places, np.full(12, 20.0), np.full(12, float(elsewhere)), (0.0, seconds, 0.0, seconds))
    assert is_same(Shown(stretch, alike, moments, cells)) == same


def corridor(begin, person):
    """One person of their own looks passes the same way as everybody."""
    draw = np.random.default_rng(person)
    down, across = np.mgrid[0:144, 0:144]
    waves, phases, light = draw.uniform(0.1, 0.3, (6, 2)), draw.uniform(0, 6.3, 6), []
    for at in np.arange(0, 10, 0.15):
        ahead = across + 20 - 45 * (at - begin)
        looks = sum(np.sin(w[0] * down + w[1] * ahead + p) for w, p in zip(waves, phases, strict=True))
        body = np.exp(-((down - 70) ** 2 / 900 + ahead**2 / 120)) * (60 + 45 * looks)
        light.append((ROOM + body).clip(0, 255).astype(np.uint8))
    return reel_of([Frame(n * 0.15, np.repeat(p[:, :, None], 3, 2)) for n, p in enumerate(light)], [])


def test_people_who_pass_the_same_way_one_by_one_are_not_the_same_footage():
    found = [one for person in range(2, 7) for one in shared(corridor(2.0, 1), corridor(4.0, person), UPRIGHT)]
    assert max(one.stretch.contrast for one in found) > 60
    assert [one for one in found if is_same(one)] == []
    assert same_footage(corridor(2.0, 1), corridor(4.0, 1), []) != []


def test_while_nothing_moves_a_stretch_goes_on():
    """Someone passes after five seconds of an empty room; the copy begins three seconds before."""
    def passing(start):
        light = []
        for at in np.arange(start, 12, 0.15):
            place = 72 + 40 * (at - 6) if 5 <= at <= 7.4 else -200
            down, across = np.mgrid[0:144, 0:144]
            light.append((ROOM + 80 * np.exp(-((down - 70) ** 2 + (across - place) ** 2) / 300)).clip(0, 255).astype(np.uint8))
        return reel_of([Frame(n * 0.15, np.repeat(p[:, :, None], 3, 2)) for n, p in enumerate(light)], [])
    (found,) = shared(passing(2.0), passing(0.0), UPRIGHT)
    assert found.stretch.segment[0] == pytest.approx(0, abs=0.3)
    assert found.stretch.segment[2] == pytest.approx(2, abs=0.3)


def test_a_placement_outside_or_without_inverse_says_nothing():
    one = strip(1, seconds=4.0)
    for matrix in (np.zeros((3, 3)), np.diag([0.01, 0.01, 1.0]), np.array([[1.0, 0, 5], [0, 1, 5], [0, 0, 1]])):
        assert shared(one, one, matrix) == []


def test_placements_that_are_nearly_one_are_tried_once():
    near = UPRIGHT + np.array([[0.01, 0, 0], [0, 0, 0.01], [0, 0, 0]])
    assert len(list(distinct([UPRIGHT, near, MIRRORED, CROP, CROP]))) == 3
    many = [np.array([[1.0, 0, n / 10], [0, 1, 0], [0, 0, 1]]) for n in range(12)]
    assert len(list(distinct(many))) == 6


def test_two_films_match_by_what_moves_and_tell_the_seconds_from_either_side():
    def film(**how):
        one = strip(1, **how)
        large = [g[:, :, None].repeat(4, 0).repeat(4, 1).repeat(3, 2) for g in one.grey]
        stills = [Frame(float(t), rgb) for t, rgb in zip(one.times, large, strict=True)]
        return details.describe(Opened("film", "video/mp4", 128, 128, frames=stills))
    a, b = film(start=4.0, seconds=7.0), film()
    there, back = details.compare(a, b), details.compare(b, a)
    assert (there.verdict, back.verdict) == ("match", "match")
    assert there.why == "details.film"
    ((a_start, a_end, b_start, b_end),) = there.where["segments"]
    assert (a_start, a_end, b_start, b_end) == pytest.approx((0, 7, 4, 11), abs=0.5)
    assert back.where["segments"] == [[b_start, b_end, a_start, a_end]]


def test_a_strip_is_as_large_as_it_says():
    assert strip(1, seconds=2.0).grey.shape[1:] == (SIDE, SIDE)
    assert isinstance(strip(1, seconds=2.0), Reel)


def test_still_pairs_equally_far_apart_are_one_span():
    assert spans([(0, 6), (6, 12.5), (3, 30), (12, 17)]) == [[0, 12, 6, 17], [3, 3, 30, 30]]
    assert spans([]) == []
