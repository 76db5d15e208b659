"""The same picture or a part of it, by its details: cropped, turned, mirrored, written over, in a screenshot, collage or film.

Up to 1,500 points of a picture are described so that they are found again elsewhere. When enough of them agree on how one
picture lies in the other, the two are laid over each other and their pixels compared: the answer is a copy, the same
scene photographed again, or merely the same frame or caption. Plain pictures, strong blur and parts of a few dozen
pixels escape it. A marked part of a picture is looked for by the same means. Two films are the same where, laid over each
other as their stills lie, the same moves at the same moments.
"""

import itertools
from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from clew.media.opened import Frame, Kind, Opened, Pixels
from clew.signals.contract import Score, Signal, Verdict
from clew.signals.curves import calibrated
from clew.signals.examples import Drawn, blobs, photo
from clew.signals.films import reel
from clew.signals.films.footage import same_footage, spans
from clew.signals.films.overlaid import Shown
from clew.signals.local import codec, outlines, pixels, words
from clew.signals.local.evidence import Finding, View, findings, limits
from clew.signals.local.features import extract
from clew.signals.local.likely import likely_pairs

NAME = "details"
VERSION = 2
MEDIA: frozenset[Kind] = frozenset({"picture", "film"})
INDEX: Literal["exact", "hamming", "words", "prints", "vectors", "none"] = "words"
POINTS: Final = 1500
FILM_POINTS: Final = 600
FILM_STILLS: Final = 60
_APART: Final = 3.0
"""Seconds between the stills of a film that are described."""
_SCENE: Final = 0.8
_CUT: Final = 22.0
"""Seconds after which the first still of another scene is described too, and the mean change that tells one."""
_LOOKED_AT: Final = 4
_SURE: Final = 1.0
"""By how much two films in which the same moves are stronger than two pictures that just match."""
Box = tuple[float, float, float, float]
Way = tuple[Finding, View, View]


def _part(seed: int) -> Opened:
    return Opened("picture", "image/png", width=120, height=90, picture=np.ascontiguousarray(blobs(seed)[20:110, 30:150]))


EXAMPLES: Sequence[tuple[Opened, Opened, Verdict]] = Drawn(lambda: (
    (photo(2), photo(2, bright=1.1), "match"),
    (photo(2), photo(2, mirrored=True), "match"),
    (photo(3), _part(3), "match"),
    (photo(2), photo(3), "none"),
    (photo(0), photo(0), "none"),
))


def describe(opened: Opened) -> list[Signal]:
    """Return two signals of a picture, points and small grey pixels; of a film those of a still of each scene
    and every few seconds, and one of what moves in it.
    """
    if opened.kind == "picture" and opened.picture is not None:
        return signals_of(opened.picture)
    if opened.kind != "film":
        return []
    strip = reel.reel_of(opened.frames, opened.glances)
    signals = [Signal(NAME, VERSION, reel.pack(strip), 0)] if strip is not None else []
    return signals + [
        signal for frame in _stills(opened.frames) for signal in signals_of(frame.rgb, time=frame.time, most=FILM_POINTS)
    ]


def describe_region(opened: Opened, box: Box) -> list[Signal]:
    """Return the signals of a marked part (x, y, w, h in 0..1) of a picture alone, for looking it up in others."""
    if opened.picture is None:
        return []
    height, width = opened.picture.shape[:2]
    left, top = int(box[0] * width), int(box[1] * height)
    right, bottom = round((box[0] + box[2]) * width), round((box[1] + box[3]) * height)
    part = opened.picture[top : max(bottom, top + 1), left : max(right, left + 1)]
    return signals_of(part, box=box) if part.size else []


def signals_of(rgb: Pixels, *, time: float | None = None, box: Box | None = None, most: int = POINTS) -> list[Signal]:
    """Return the points and the small grey picture of (height, width, 3) pixels; nothing where there are no points.

    The second signal is a picture (its first byte is `pixels.MARK`): a store seals it like a thumbnail.
    """
    features = extract(rgb, most)
    if not len(features):
        return []
    quality = min(100, 100 * len(features) // 200)
    value = codec.pack(features, *words.assign(features.descriptors))
    grey = pixels.pack(pixels.small(rgb))
    return [Signal(NAME, VERSION, held, quality, time, box) for held in (value, grey)]


def compare(a: Sequence[Signal], b: Sequence[Signal]) -> Score:
    """Compare two pictures, a marked part (signals with a box) with a picture, or stills of films."""
    # one order only, so that the answer cannot depend on which picture is asked about
    if _order(b) < _order(a):
        return _swapped(_compared(b, a))
    return _compared(a, b)


def views(signals: Sequence[Signal]) -> list[View]:
    """Return what can be compared: points and grey pictures of the same time and box, in the order given."""
    points = {(s.time, s.box): s.value for s in signals if codec.is_features(s.value)}
    greys = {(s.time, s.box): s.value for s in signals if pixels.is_pixels(s.value)}
    return [
        View(codec.unpack(value), greys[place], *place) for place, value in points.items() if place in greys
    ]


def _stills(frames: Sequence[Frame]) -> list[Frame]:
    """Return the first still of each scene and one every few seconds, in long films fewer."""
    if not frames:
        return []
    longest = frames[-1].time - frames[0].time
    apart = max(_APART, longest / FILM_STILLS)
    kept, light = [frames[0]], _glimpse(frames[0])
    for frame in frames[1:]:
        since, now = frame.time - kept[-1].time, _glimpse(frame)
        if since >= apart or (since >= _SCENE and float(np.abs(now - light).mean()) > _CUT):
            kept.append(frame)
        light = now
    chosen = np.unique(np.linspace(0, len(kept) - 1, min(FILM_STILLS, len(kept))).round().astype(int))
    return [kept[place] for place in chosen]


def _glimpse(frame: Frame) -> NDArray[np.int16]:
    height, width = frame.rgb.shape[:2]
    return frame.rgb[:: max(1, height // 18), :: max(1, width // 32), 1].astype(np.int16)


def _compared(a: Sequence[Signal], b: Sequence[Signal]) -> Score:
    first, second = views(a), views(b)
    found = [
        (finding, first[i], second[j]) for i, j in likely_pairs(first, second) for finding in findings(first[i], second[j])[:1]
    ]
    footage = _footage(a, b, found)
    if footage:
        return _of_films(footage, found)
    if not first or not second:
        return Score(0.0, "none", "details.too_plain")
    if not found:
        return Score(0.0, "none", "details.none", where={"answer": "none"})
    best, one, other = max(found, key=lambda f: (f[0].strength, f[0].placement.cells))
    verdict = _verdict(best)
    if verdict == "match" and one.time is not None and other.time is not None and not _in_two_scenes(found):
        verdict = "possible"
    seen = best.overlay
    where: dict[str, Any] = {
        "answer": best.answer,
        "points": best.placement.cells,
        "strength": best.strength,
        "orientation": "mirrored" if best.placement.mirrored else "upright",
        **outlines.drawn(best, one.box, other.box),
    }
    where |= {f"{side}_time": view.time for side, view in (("a", one), ("b", other)) if view.time is not None}
    where |= {f"{side}_box": list(view.box) for side, view in (("a", one), ("b", other)) if view.box is not None}
    if verdict == "match" and one.time is not None and other.time is not None:
        sure = [(i.time, j.time) for way, i, j in found if _verdict(way) == "match"]
        where["segments"] = spans([(i, j) for i, j in sure if i is not None and j is not None])
    parameters = {"points": best.placement.cells, "percent": round(100 * seen.agreeing / max(1, seen.squares))}
    why = f"details.{verdict}" if verdict != "possible" else f"details.{best.answer}"
    return Score(calibrated(NAME, best.strength), verdict, why, parameters, where)


def _footage(a: Sequence[Signal], b: Sequence[Signal], found: Sequence[Way]) -> list[Shown]:
    """Return the stretches of two films in which the same moves, laid over each other as their stills lie; else none."""
    strips = [[reel.unpack(s.value) for s in side if reel.is_reel(s.value)][:1] for side in (a, b)]
    if not all(strips):
        return []
    ways = sorted(found, key=lambda way: -way[0].strength)
    return same_footage(strips[0][0], strips[1][0], [way[0].matrix for way in ways if _verdict(way[0]) != "none"])


def _of_films(footage: Sequence[Shown], found: Sequence[Way]) -> Score:
    strength = max([limits().match + _SURE, *(way[0].strength for way in found)])
    seconds = round(sum(one.stretch.seconds for one in footage), 1)
    where: dict[str, Any] = {
        "answer": "copy",
        "segments": sorted(list(one.stretch.segment) for one in footage),
        "frames": sum(len(one.stretch.a) for one in footage),
        "sureness": max(one.sureness for one in footage),
        "strength": strength,
    }
    return Score(calibrated(NAME, strength), "match", "details.film", {"seconds": seconds, "segments": len(footage)}, where)


def _verdict(found: Finding) -> Verdict:
    held = limits()
    if found.strength >= held.match and found.placement.cells >= held.cells:
        return "match"
    if found.answer == "frame":
        return "none"
    seen = found.strength >= held.possible or found.placement.cells >= held.scene_cells
    return "possible" if seen else "none"


def _in_two_scenes(found: Sequence[Way]) -> bool:
    """Two films are one when two different scenes of them are: a title card is one, and so is all that a fixed camera sees."""
    sure = sorted((way for way in found if _verdict(way[0]) == "match"), key=lambda way: -way[0].strength)[:_LOOKED_AT]
    return any(
        not _same_scene(a, c) and not _same_scene(b, d) for (_, a, b), (_, c, d) in itertools.combinations(sure, 2)
    )


def _same_scene(one: View, other: View) -> bool:
    return one.time == other.time or any(_verdict(found) != "none" for found in findings(one, other)[:1])


def _order(signals: Sequence[Signal]) -> tuple[int, list[bytes]]:
    return len(signals), [signal.value for signal in signals]


def _swapped(score: Score) -> Score:
    """Return the score as told from the other side."""
    other = {"a_": "b_", "b_": "a_"}
    where = {other.get(key[:2], key[:2]) + key[2:]: value for key, value in score.where.items()}
    if "segments" in where:
        where["segments"] = sorted([c, d, a, b] for a, b, c, d in where["segments"])
    return Score(score.value, score.verdict, score.why, score.parameters, where)
