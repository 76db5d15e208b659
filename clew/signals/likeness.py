"""Pictures that a learned model places near each other: copies through heavy edits, and stills of films.

It needs a model (clew models list); without one it is off and says so. It finds copies that were cropped, turned,
mirrored, framed by a phone's screen or written over, where hashes see nothing, but a look-alike (the same products, one
room seconds later) comes as near as a heavy edit does. So it never says `match`: it proposes, and an officer or a
matcher that lays the pixels over each other decides. Plain pictures and plain stills are left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clew.kernel.errors import Unavailable
from clew.media.opened import Frame, Kind, Opened, Pixels
from clew.signals import borders
from clew.signals.contract import Score, Signal, Verdict
from clew.signals.curves import calibrated
from clew.signals.embedding import cosines, packed
from clew.signals.examples import film, photo
from clew.signals.models import session
from clew.signals.models.session import Model
from clew.signals.screens import Box, picture_inside

NAME = "likeness"
VERSION: int
"""That of the model that is on: another model's vectors are another version, and media are described again."""
MEDIA: frozenset[Kind] = frozenset({"picture", "film"})
INDEX: Literal["exact", "hamming", "words", "prints", "vectors", "none"] = "vectors"
PURPOSE: Final = "likeness"
POSSIBLE: Final = 0.59
"""Cosine from which a pair is worth an officer's look by this matcher alone (curves/likeness.json says what it costs)."""
EXAMPLES: Sequence[tuple[Opened, Opened, Verdict]] = (
    (photo(1), photo(2), "none"),
    (photo(0), photo(0), "none"),
    (photo(1), film((0, 4)), "none"),
)
STILLS: Final = 60
"""Stills of one film at most: they cost a model's run each."""
_LASTING: Final = 10.0
_CHANGE: Final = 12.0
_SPREAD: Final = 3.5
_STEP: Final = 3.0
_ENTROPY: Final = 1.5
_EDGES: Final = 0.02


def __getattr__(name: str) -> int:
    """Give VERSION its value when it is asked for: a model may be installed while a worker runs."""
    if name != "VERSION":
        raise AttributeError(name)
    try:
        return session.opened(PURPOSE).version
    except Unavailable:
        return 1


def available() -> bool:
    """Tell whether a model is on. While it is not, nothing must be taken down as described by this matcher."""
    return not session.trouble(PURPOSE)


def describe(opened: Opened) -> list[Signal]:
    """Return the vector of a picture, of the picture inside a screen or bars, and of a film's stills; none without a model."""
    try:
        model = session.opened(PURPOSE)
    except Unavailable:
        return []
    if opened.kind == "film":
        stills = _stills(opened.frames)
        bars = borders.common([borders.plain_edges(still.rgb) for still in stills]) if stills else (0, 0, 0, 0)
        return [signal for still in stills for signal in _signals(model, still.rgb, _between(bars, still.rgb), still.time)]
    if opened.kind != "picture" or opened.picture is None:
        return []
    return list(_signals(model, opened.picture, _inside(opened.picture), None))


def _between(bars: borders.Cut, pixels: Pixels) -> list[Box]:
    box = borders.box_inside(bars, *pixels.shape[:2])
    return [] if box is None else [box]


def _inside(pixels: Pixels) -> list[Box]:
    """Return where the picture lies inside plain bars, and on a screen or page inside those; nothing where neither is."""
    bars = borders.box_inside(borders.plain_edges(pixels), *pixels.shape[:2])
    screen = picture_inside(pixels if bars is None else _cut(pixels, bars))
    if screen is not None and bars is not None:
        left, top, width, height = bars
        screen = (left + screen[0] * width, top + screen[1] * height, screen[2] * width, screen[3] * height)
    return [box for box in (bars, screen) if box is not None]


def _signals(model: Model, pixels: Pixels, boxes: Iterable[Box], time: float | None) -> Iterator[Signal]:
    for box in (None, *boxes):
        part = pixels if box is None else _cut(pixels, box)
        if quality := information(part):
            yield Signal(NAME, model.version, packed(model.tag, model.vector(part)), quality, time, box)


def _cut(pixels: Pixels, box: Box) -> Pixels:
    height, width = pixels.shape[:2]
    left, top = round(box[0] * width), round(box[1] * height)
    return pixels[top:max(top + 1, round((box[1] + box[3]) * height)), left:max(left + 1, round((box[0] + box[2]) * width))]


def information(pixels: Pixels) -> int:
    """Return 1..100 for (height, width, 3) pixels that tell something; 0 for flat ones, gradients and lone words.

    Measured at 64x64 grey: spread, entropy of 64 levels in bits, and the share of steps between neighbours above a
    quarter of the spread, so that fog counts and an even gradient does not. Unrelated pictures below these limits
    reach a cosine of 0.6 to 1.0.
    """
    small = np.asarray(Image.fromarray(pixels).convert("L").resize((64, 64), Image.Resampling.BILINEAR))
    shares = np.bincount(small.ravel() >> 2, minlength=64) / small.size
    entropy = float(-(shares[shares > 0] * np.log2(shares[shares > 0])).sum())
    grey, spread = small.astype(np.int16), float(small.std())
    steps = np.maximum(np.abs(np.diff(grey, axis=1))[:-1], np.abs(np.diff(grey, axis=0))[:, :-1])
    edges = float((steps > max(_STEP, spread / 4)).mean())
    if spread < _SPREAD or entropy < _ENTROPY or edges < _EDGES:
        return 0
    return min(100, round(100 * entropy / 6))


def _stills(frames: Sequence[Frame]) -> list[Frame]:
    """Return the frames that show something new, or something still there after ten seconds; evenly thinned to STILLS."""
    kept: list[Frame] = []
    last: NDArray[np.int16] | None = None
    for frame in frames:
        small = np.asarray(Image.fromarray(frame.rgb).convert("L").resize((16, 16), Image.Resampling.BILINEAR)).astype(np.int16)
        new = last is None or float(np.abs(small - last).mean()) > _CHANGE or frame.time - kept[-1].time >= _LASTING
        if new and information(frame.rgb):
            kept.append(frame)
            last = small
    chosen = np.unique(np.linspace(0, len(kept) - 1, STILLS).round().astype(int)) if len(kept) > STILLS else range(len(kept))
    return [kept[place] for place in chosen]


def compare(a: Sequence[Signal], b: Sequence[Signal]) -> Score:
    """Compare two media by the nearest pair of their vectors: `possible` or `none`, never `match`."""
    if not a or not b:
        return Score(0.0, "none", "likeness.nothing")
    table = cosines(a, b)
    i, j = np.unravel_index(int(table.argmax()), table.shape)
    cosine = round(float(table[i, j]), 4)
    if cosine <= -1:
        return Score(0.0, "none", "likeness.other_model")
    verdict: Verdict = "possible" if cosine >= POSSIBLE else "none"
    where: dict[str, Any] = {"cosine": cosine} | {
        f"{side}_{name}": value
        for side, signal in (("a", a[int(i)]), ("b", b[int(j)]))
        for name, value in (("time", signal.time), ("box", signal.box))
        if value is not None}
    return Score(calibrated(NAME, cosine), verdict, f"likeness.{verdict}", {"cosine": cosine}, where)
