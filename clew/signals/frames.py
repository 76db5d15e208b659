"""The same film, or a part of it: which seconds of one are which seconds of the other; or a picture taken from a film.

Frames are described like pictures (PDQ), without the plain ones and without repeats, and laid over each other in time.
A film only matches when its frames agree at the right moments and disagree at others: two films of one person in one
room look alike all the time and stay `possible`. Films played at half to twice their speed are found.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import numpy as np

from clew.media.opened import Frame, Glance, Kind, Opened, Pixels
from clew.signals import borders, pdq
from clew.signals.alignment import Stretch, stretches
from clew.signals.contract import Score, Signal, Verdict
from clew.signals.curves import calibrated
from clew.signals.distances import between
from clew.signals.examples import Drawn, film
from clew.signals.films.lines import Table, Times
from clew.signals.fuse import RANK
from clew.signals.orientations import NAMES, UNDOES
from clew.signals.pdq_hash import BITS, DISTANCE

NAME = "frames"
VERSION = 2
MEDIA: frozenset[Kind] = frozenset({"film"})
INDEX: Literal["exact", "hamming", "words", "prints", "vectors", "none"] = "hamming"
EXAMPLES: Sequence[tuple[Opened, Opened, Verdict]] = Drawn(lambda: (
    (film((1, 4), (2, 4)), film((1, 4), (2, 4)), "match"),
    (film((3, 6), (1, 5), (4, 6)), film((5, 3), (1, 5), (6, 8)), "match"),
    (film((1, 5), (2, 5)), film((3, 5), (4, 5)), "none"),
    (film((0, 5)), film((0, 5)), "none"),
))
REPEATED: Final = 4
"""Bits: a frame this near the last one kept is a repeat."""
MOVED: Final = 12
"""Bits: between two stills a glance is kept once so much has changed, so that fast movement is seen several times a second."""
MOST: Final = 600
"""Moments of one film; beyond it glances are left out, evenly."""
_PLAIN: Final = 6.0
_HELD: Final = 1.0
"""Seconds: of a picture that stands this long the last frame is kept too, so that its end is known."""
Moment = tuple[float, Pixels, bool]
"""Second, pixels, and whether it is a whole still."""


def describe(opened: Opened) -> list[Signal]:
    """Return signals of the telling moments, in time order, each with its second."""
    if opened.kind != "film" or not opened.frames:
        return []
    kept: list[list[Signal]] = []
    still: list[bool] = []
    held: list[Signal] | None = None
    for signals, whole in _hashed(opened):
        apart = int(between(kept[-1][:1], signals[:1])[0, 0]) if kept else BITS
        if apart <= REPEATED:
            held = signals
        elif whole or apart > MOVED:
            ended = _run_end(kept, held)
            kept += [*ended, signals]
            still += [True] * len(ended) + [whole]
            held = None
    return [signal for signals in _thinned(kept, still) + _run_end(kept, held) for signal in signals]


def _hashed(opened: Opened) -> Iterator[tuple[list[Signal], bool]]:
    """Yield the signals of every moment that is not plain, and whether it is a whole still."""
    size, sides = (opened.height, opened.width), opened.frames[0].rgb.shape
    stills = [frame for frame in opened.frames if not _plain(frame.rgb)]
    cuts = borders.lasting([borders.plain_edges(frame.rgb) for frame in stills], sides)
    times = np.array([frame.time for frame in stills])
    for time, pixels, whole in moments(opened.frames, opened.glances):
        if stills and not _plain(pixels):
            cut = cuts[int(np.abs(times - time).argmin())]
            down, across = pixels.shape[0] / sides[0], pixels.shape[1] / sides[1]
            inner = round(down * cut[0]), round(down * cut[1]), round(across * cut[2]), round(across * cut[3])
            signals = pdq.signals_of(pixels, inner, size, matcher=NAME, version=VERSION, time=time)
            if pdq.telling(signals):
                yield signals, whole


def moments(frames: Sequence[Frame], glances: Sequence[Glance]) -> list[Moment]:
    """Return stills and glances in time order."""
    every = [(frame.time, frame.rgb, True) for frame in frames] + [(glance.time, glance.grey, False) for glance in glances]
    return sorted(every, key=lambda one: one[0])


def _thinned(kept: list[list[Signal]], still: list[bool]) -> list[list[Signal]]:
    """Leave out glances evenly where there are more than MOST moments."""
    glances = [place for place, whole in enumerate(still) if not whole]
    room = max(0, MOST - (len(kept) - len(glances)))
    if len(glances) <= room:
        return kept
    chosen = {glances[int(place)] for place in np.linspace(0, len(glances) - 1, room)} if room else set()
    return [signals for place, signals in enumerate(kept) if still[place] or place in chosen]


def _run_end(kept: list[list[Signal]], held: list[Signal] | None) -> list[list[Signal]]:
    if held is None or (held[0].time or 0.0) - (kept[-1][0].time or 0.0) < _HELD:
        return []
    return [held]


def _plain(pixels: Pixels) -> bool:
    step = 8 if pixels.ndim == 3 else 4
    return float(pixels[::step, ::step].std()) < _PLAIN


def compare(a: Sequence[Signal], b: Sequence[Signal]) -> Score:
    """Compare film with film, or a picture (signals without a time) with a film."""
    first, second = pdq.telling(a), pdq.telling(b)
    if not first or not second:
        return Score(0.0, "none", "frames.too_plain")
    if first[0].time is None or second[0].time is None:
        return _picture_in_film(first, second)
    # one order only, so that the answer cannot depend on which film is asked about
    if _order(second) < _order(first):
        return _mirrored(_film_in_film(second, first))
    return _film_in_film(first, second)


def _order(signals: Sequence[Signal]) -> tuple[int, list[bytes], list[float]]:
    return len(signals), [s.value for s in signals], [s.time or 0.0 for s in signals]


def _film_in_film(a: Sequence[Signal], b: Sequence[Signal]) -> Score:
    best = Score(0.0, "none", "frames.none")
    for orientation, name in enumerate(NAMES):
        table, a_times, b_times = _table(a, b, orientation)
        score = _score(stretches(table, a_times, b_times), max(table.shape), name)
        if RANK[score.verdict] > RANK[best.verdict] or (score.verdict == best.verdict and score.value > best.value):
            best = score
        if best.verdict == "match":
            break
    return best


def _table(a: Sequence[Signal], b: Sequence[Signal], orientation: int) -> tuple[Table, Times, Times]:
    """Return (frames of a, frames of b) distances, of the whole frame or inside its bars, whichever is nearer."""
    a_times, a_place = np.unique([s.time or 0.0 for s in a], return_inverse=True)
    b_times, b_place = np.unique([s.time or 0.0 for s in b], return_inverse=True)
    table = np.full((len(a_times), len(b_times)), BITS, np.int16)
    np.minimum.at(table, (a_place[:, None], b_place[None, :]), between(a, b, orientation))
    return table, a_times, b_times


def _score(shared: list[Stretch], frames: int, orientation: str) -> Score:
    if not shared:
        return Score(0.0, "none", "frames.none")
    sure = [stretch for stretch in shared if is_copy(stretch, len(stretch.a) >= 0.9 * frames)]
    shown = sure or shared[:1]
    best = max(shown, key=lambda stretch: stretch.weight)
    verdict: Verdict = "match" if sure else "possible"
    seconds = round(sum(stretch.seconds for stretch in shown), 1)
    where: dict[str, Any] = {
        "segments": sorted(list(stretch.segment) for stretch in shown),
        "distance": round(best.mean),
        "contrast": round(best.contrast),
        "frames": sum(len(stretch.a) for stretch in shown),
        "weight": round(sum(stretch.weight for stretch in shown), 3),
        "orientation": orientation,
    }
    if best.speed != 1:
        where["speed"] = best.speed
    parameters = {"seconds": seconds, "segments": len(shown), "distance": round(best.mean)}
    return Score(calibrated(NAME, where["weight"]), verdict, f"frames.{verdict}", parameters, where)


def is_copy(stretch: Stretch, whole: bool) -> bool:
    """Say whether a stretch is the same footage and not merely the same place; `whole`: it covers both films.

    Three ways: near frames, nearer than at other moments; two seconds under a logo, far nearer than at other moments;
    or two films that stand still and look the same from end to end. The limits come from films of one camera at two
    moments (docs/decisions/021): those reach 1.26 times their mean, and none reaches 40.
    """
    count, mean, contrast = len(stretch.a), stretch.mean, stretch.contrast
    lasting = (count >= 3 and (whole or stretch.seconds >= 1.0)) or (count == 2 and mean <= 12 and contrast >= 40)
    near = lasting and mean <= DISTANCE and contrast >= max(8.0, 1.5 * mean)
    covered = count >= 5 and stretch.seconds >= 2.0 and mean <= 64 and contrast >= 40
    return near or covered or (whole and mean <= 4)


def _picture_in_film(a: Sequence[Signal], b: Sequence[Signal]) -> Score:
    distance, orientation, i, j = pdq.nearest(a, b)
    verdict = pdq.verdict_of(distance)
    where: dict[str, Any] = {"distance": distance, "orientation": orientation}
    where |= {
        f"{side}_{name}": value
        for side, signal in (("a", a[i]), ("b", b[j]))
        for name, value in (("time", signal.time), ("box", signal.box))
        if value is not None
    }
    seconds = where.get("a_time", where.get("b_time"))
    parameters = {"distance": distance, "seconds": seconds}
    return Score(calibrated(pdq.NAME, distance), verdict, f"frames.picture_{verdict}", parameters, where)


def _mirrored(score: Score) -> Score:
    """Return the score as told from the other side."""
    where = dict(score.where)
    if "segments" in where:
        where["segments"] = sorted([c, d, a, b] for a, b, c, d in where["segments"])
    if "speed" in where:
        where["speed"] = round(1 / where["speed"], 3)
    if "orientation" in where:
        where["orientation"] = NAMES[UNDOES[NAMES.index(where["orientation"])]]
    return Score(score.value, score.verdict, score.why, score.parameters, where)
