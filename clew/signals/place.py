"""The same room or place, perhaps: seen from another side, in another light or season, by learned points and pairs of points.

It needs a model (clew models list); without one it is off and says so. Up to 1,024 points of a picture are found by a
network; a second one says which points of two pictures are one, and they count where one rigid scene explains them,
they lie apart, and their colours go together. It tells of a place and never of a copy: it says `possible`, joins no
stacks, and what is furnished alike (one poster, one shelf, a chain's hotel rooms) can look like one place. An officer
compares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from clew.kernel.errors import Unavailable
from clew.media.opened import Frame, Kind, Opened, Pixels
from clew.signals.contract import Score, Signal, Verdict
from clew.signals.curves import calibrated
from clew.signals.examples import Drawn, film, photo
from clew.signals.models import session
from clew.signals.models.networks import Networks
from clew.signals.places import codec, compact
from clew.signals.places.colours import agreeing
from clew.signals.places.geometry import Agreement, agreement
from clew.signals.places.network import maps_of, paired, worth_asking
from clew.signals.places.points import Points, find
from clew.signals.sides import turned_round

NAME = "place"
VERSION: int
"""That of the model that is on: another model's points are another version, and media are described again."""
MEDIA: frozenset[Kind] = frozenset({"picture", "film"})
INDEX: Literal["exact", "hamming", "words", "prints", "vectors", "none"] = "vectors"
PURPOSE: Final = "place"
POSSIBLE: Final = 10.0
"""Strength from which a pair is worth an officer's look (curves/place.json says what it costs)."""
STILLS: Final = 8
"""Stills of one film at most: each costs as much as a picture."""
COMPARED: Final = 20
"""Candidates of the index that are compared, the strongest first: each takes half a second of one core."""
_APART: Final = 10.0
_LOOKED_AT: Final = 3
"""Pairs of stills that are compared where one side is a film, the likeliest first."""
_DRAWN: Final = 24
EXAMPLES: Sequence[tuple[Opened, Opened, Verdict]] = Drawn(lambda: (
    (photo(1), photo(2), "none"),
    (photo(0), photo(0), "none"),
    (photo(1), film((0, 4)), "none"),
))


def __getattr__(name: str) -> int:
    """Give VERSION its value when it is asked for: a model may be installed while a worker runs."""
    if name != "VERSION":
        raise AttributeError(name)
    try:
        return session.networks(PURPOSE).version
    except Unavailable:
        return 1


def available() -> bool:
    """Tell whether a model is on. While it is not, nothing must be taken down as described by this matcher."""
    return not session.trouble(PURPOSE)


def describe(opened: Opened) -> list[Signal]:
    """Return points and a compact code of a picture, and of some stills of a film; none without a model."""
    try:
        networks = session.networks(PURPOSE)
    except Unavailable:
        return []
    if opened.kind == "picture" and opened.picture is not None:
        return signals_of(networks, opened.picture)
    if opened.kind == "film":
        return [signal for still in _stills(opened.frames) for signal in signals_of(networks, still.rgb, still.time)]
    return []


def signals_of(networks: Networks, rgb: Pixels, time: float | None = None) -> list[Signal]:
    """Return the points, which a store seals as it does pictures, and the code an index holds; nothing of a plain picture."""
    points = find(rgb, maps_of(networks))
    if points is None:
        return []
    quality = min(100, 100 * len(points) // 500)
    values = (codec.pack(networks.tag, points), compact.code(networks.tag, points.descriptors))
    return [Signal(NAME, networks.version, value, quality, time) for value in values]


def is_points(signal: Signal) -> bool:
    """Tell whether a signal holds points, from which a picture could be drawn again roughly."""
    return signal.matcher == NAME and codec.is_points(signal.value)


def compare(a: Sequence[Signal], b: Sequence[Signal]) -> Score:
    """Compare two pictures, or the likeliest stills of films: `possible` or `none`, never `match`.

    Raise Unavailable when the model went after the signals were made.
    """
    first, second = ([one for one in side if is_points(one)] for side in (a, b))
    if not first or not second:
        return Score(0.0, "none", "place.too_plain")
    networks = session.networks(PURPOSE)
    if {codec.tag_of(one.value) for one in (*first, *second)} != {networks.tag}:
        return Score(0.0, "none", "place.other_model")
    # one order only, so that the answer cannot depend on which picture is asked about
    if [one.value for one in second] < [one.value for one in first]:
        score = _compared(networks, second, first)
        return Score(score.value, score.verdict, score.why, score.parameters, turned_round(score.where))
    return _compared(networks, first, second)


def _compared(networks: Networks, a: list[Signal], b: list[Signal]) -> Score:
    views = [[codec.unpack(one.value) for one in side] for side in (a, b)]
    found = [(one, i, j) for i, j in _likeliest(views[0], views[1]) if (one := seen(networks, views[0][i], views[1][j]))]
    if not found:
        return Score(0.0, "none", "place.none", {"points": 0}, {"strength": 0.0})
    best, i, j = max(found, key=lambda one: one[0].strength)
    times = (("a_time", a[i].time), ("b_time", b[j].time))
    where = _where(best) | {name: time for name, time in times if time is not None}
    verdict: Verdict = "possible" if best.strength >= POSSIBLE else "none"
    return Score(calibrated(NAME, best.strength), verdict, f"place.{verdict}", {"points": best.agreement.cells}, where)


@dataclass(frozen=True, slots=True)
class Seen:
    """How two pictures agree: the points of either that the networks paired, which of them fit one scene, and their colours."""

    a: Points
    b: Points
    agreement: Agreement
    colour: float

    @property
    def strength(self) -> float:
        """Return the distinct cells of agreeing points, counting less the less their colours go together."""
        return round(self.agreement.cells * self.colour**2, 2)


def seen(networks: Networks, a: Points, b: Points) -> Seen | None:
    """Return how two pictures agree; None where too few points do, or so few look alike that nobody need ask."""
    if not worth_asking(a, b):
        return None
    mine, theirs, _ = paired(networks, a, b)
    one, other = a.chosen(mine), b.chosen(theirs)
    found = agreement(one.xy, other.xy, (a.size, b.size))
    return None if found is None else Seen(one, other, found, agreeing(one.colours[found.inside], other.colours[found.inside]))


def _likeliest(a: list[Points], b: list[Points]) -> list[tuple[int, int]]:
    """Return the pairs of views to compare, those of the nearest codes first."""
    if len(a) == len(b) == 1:
        return [(0, 0)]
    codes = [np.stack([compact.vector(one.descriptors) for one in side]) for side in (a, b)]
    order = np.argsort(-(codes[0] @ codes[1].T), axis=None, kind="stable")[:_LOOKED_AT]
    return [(int(place) // len(b), int(place) % len(b)) for place in order]


def _where(found: Seen) -> dict[str, Any]:
    inside = np.flatnonzero(found.agreement.inside)
    order = inside[np.lexsort((found.a.xy[inside, 0], found.a.xy[inside, 1]))]
    few = order[np.unique(np.linspace(0, len(order) - 1, _DRAWN).astype(int))]
    return {"answer": "place", "strength": found.strength, "points": found.agreement.cells, "colour": round(found.colour, 3),
            "a_points": _shares(found.a, few), "b_points": _shares(found.b, few)}


def _shares(points: Points, which: np.ndarray[Any, np.dtype[np.int64]]) -> list[list[float]]:
    height, width = points.size
    return [[round(float(x) / width, 4), round(float(y) / height, 4)] for x, y in points.xy[which]]


def _stills(frames: Sequence[Frame]) -> list[Frame]:
    """Return a still every ten seconds, in long films fewer."""
    if not frames:
        return []
    apart = max(_APART, (frames[-1].time - frames[0].time) / STILLS)
    kept: list[Frame] = []
    for frame in frames:
        if not kept or frame.time - kept[-1].time >= apart:
            kept.append(frame)
    return kept[:STILLS]
