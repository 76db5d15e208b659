"""What happens to films on their way: 24 edits of an excerpt, drawn with fixed seeds and encoded anew without sound.

`edited(...)` returns the bytes of the film and which seconds of it are which seconds of the original.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, pairwise
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Rng = np.random.Generator
Still = tuple[float, Pixels]
Change = Callable[[Pixels, float, Rng], Pixels]
Segment = tuple[float, float, float, float]
SIDE: Final = 640


@dataclass(frozen=True, slots=True)
class Source:
    """A film on disk, or a photograph that a shaky hand films (`path` a picture), from `start` for `seconds`."""

    name: str
    path: Path
    start: float = 0.0
    seconds: float = 60.0


@dataclass(frozen=True)
class Edit:
    """`speed` of playing, `rate` of frames, what becomes of each frame, how it is coded; `host`: how another film takes part."""

    change: Change = lambda pixels, at, rng: pixels
    speed: float = 1.0
    rate: float | None = None
    coding: dict[str, str] = field(default_factory=lambda: {"crf": "26"})
    host: str = ""


def stills(source: Source, start: float = 0.0, seconds: float = 1e9) -> Iterator[Still]:
    """Yield (seconds from `start`, pixels of at most `SIDE`) of a part of a source."""
    if source.path.suffix in (".jpg", ".png"):
        yield from _by_hand(source, start, min(seconds, source.seconds - start))
        return
    begin, end = source.start + start, source.start + min(source.seconds, start + seconds)
    with av.open(str(source.path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            at = float(frame.time or 0.0)
            if at > end:
                return
            if at >= begin:
                share = min(1.0, SIDE / max(frame.width, frame.height))
                size = {"width": int(frame.width * share) // 2 * 2, "height": int(frame.height * share) // 2 * 2}
                yield at - begin, np.rot90(frame.reformat(**size, format="rgb24").to_ndarray(), round(frame.rotation / 90))


def _by_hand(source: Source, start: float, seconds: float) -> Iterator[Still]:
    """Film a photograph: a pan that turns back, a zoom, and a hand that shakes."""
    photo = cv2.cvtColor(cv2.imread(str(source.path)), cv2.COLOR_BGR2RGB)
    photo = cv2.resize(photo, (1600, round(1600 * photo.shape[0] / photo.shape[1])), interpolation=cv2.INTER_AREA)
    height, width = photo.shape[:2]
    draw = np.random.default_rng(len(source.name) + photo[::97, ::97].sum())
    beats = draw.uniform(0.2, 3.5, 12) * 2 * np.pi
    phases = draw.uniform(0, 2 * np.pi, 12)
    for at in np.arange(start, start + seconds, 1 / 25):
        waves = np.sin(beats * at + phases)
        zoom = 0.42 + 0.12 * np.sin(0.5 * at + phases[0])
        x = width * (0.5 + 0.24 * np.sin(0.9 * at + phases[1])) + 14 * waves[:4].sum()
        y = height * (0.5 + 0.1 * np.sin(0.6 * at + phases[2])) + 12 * waves[4:8].sum()
        matrix = cv2.getRotationMatrix2D((x, y), 1.2 * float(waves[8:].sum()), 640 / (zoom * width))
        matrix[:, 2] += (320 - x, 180 - y)
        yield float(at - start), cv2.warpAffine(photo, matrix, (640, 360), borderMode=cv2.BORDER_REFLECT)


def encoded(frames: Iterator[Still], coding: dict[str, str], rate: int = 30) -> bytes:
    """Return an mp4 (H.264) of the frames at their times."""
    held, stream = io.BytesIO(), None
    with av.open(held, "w", format="mp4") as out:
        for at, pixels in frames:
            height, width = (side // 2 * 2 for side in pixels.shape[:2])
            if stream is None:
                options = {"preset": "veryfast", "threads": "1", **coding}
                stream = out.add_stream("libx264", rate=rate, width=width, height=height, pix_fmt="yuv420p", options=options)
                stream.codec_context.time_base = Fraction(1, 1000)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels[:height, :width]), format="rgb24")
            frame.pts, frame.time_base = round(at * 1000), Fraction(1, 1000)
            out.mux(stream.encode(frame))
        if stream is not None:
            out.mux(stream.encode(None))
    return held.getvalue()


def _resized(pixels: Pixels, height: int, width: int) -> Pixels:
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _small(pixels: Pixels, _at: float, _rng: Rng) -> Pixels:
    height, width = pixels.shape[:2]
    return _resized(pixels, 240 * height // max(height, width) // 2 * 2, 240 * width // max(height, width) // 2 * 2)


def _bars(down: float, across: float) -> Change:
    return lambda p, at, rng: np.pad(p, ((int(down * len(p)),) * 2, (int(across * p.shape[1]),) * 2, (0, 0)))


def _logo(share: float) -> Change:
    """Lay an opaque patch of letters and stripes over a share of the width, at a corner drawn once a film."""
    def change(pixels: Pixels, _at: float, rng: Rng) -> Pixels:
        copy = np.ascontiguousarray(pixels)
        height, width = copy.shape[:2]
        side = int(share * width)
        wide, high = side, min(int(0.6 * side), height)
        left = int(rng.integers(0, width - wide + 1)) if share > 0.3 else int(rng.integers(2)) * (width - wide)
        top = int(rng.integers(0, height - high + 1)) if share > 0.3 else int(rng.integers(2)) * (height - high)
        copy[top:top + high, left:left + wide] = rng.integers(0, 256, 3)
        copy[top + high // 3:top + high // 2, left:left + wide] = rng.integers(0, 256, 3)
        cv2.putText(copy, "CLIPS", (left + wide // 10, top + high - high // 8), cv2.FONT_HERSHEY_DUPLEX, wide / 110,
                    [int(v) for v in rng.integers(0, 256, 3)], max(1, wide // 60))
        return copy
    return change


def _crop(share: float) -> Change:
    """Keep a part with this share of the area, anywhere, the same in all frames."""
    def change(pixels: Pixels, _at: float, rng: Rng) -> Pixels:
        height, width = pixels.shape[:2]
        high, wide = int(height * share**0.5), int(width * share**0.5)
        top, left = int(rng.integers(0, height - high + 1)), int(rng.integers(0, width - wide + 1))
        return pixels[top:top + high, left:left + wide]
    return change


def _captions(pixels: Pixels, at: float, _rng: Rng) -> Pixels:
    """Write two lines at the bottom that change every two seconds, and one at the top that stays."""
    copy = np.ascontiguousarray(pixels)
    height, width = copy.shape[:2]
    words = ["who", "knows", "where", "this", "is", "please", "share", "again", "and", "call", "us", "at", "the", "window", "on"]
    lines = [" ".join(words[(int(at / 2) * 7 + 4 * n) % 12:][:4]) for n in range(2)] + ["SEEN TODAY"]
    for line, y in zip(lines, (0.84, 0.95, 0.12), strict=True):
        scale = width / 380
        for colour, thick in (((0, 0, 0), 6), ((255, 255, 255), 2)):
            place = (width // 20, int(y * height))
            cv2.putText(copy, line, place, cv2.FONT_HERSHEY_DUPLEX, scale, colour, max(1, int(thick * scale)))
    return copy


def _recorded(pixels: Pixels, at: float, rng: Rng) -> Pixels:
    """Film it from a screen, a little from the side, by a hand that is not quite still."""
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * (width, height)
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * rng.uniform(0.03, 0.13, (4, 2)) * (width, height)
    sway = 0.006 * width * np.array([np.sin(2.1 * at), np.cos(1.7 * at)])
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), (corners + inwards + sway).astype(np.float32))
    seen = cv2.warpPerspective(pixels, matrix, (width, height), borderValue=(30, 28, 26))
    light = np.linspace(0.75, 1.1, width, dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(int(at * 1000)).normal(0, 5, seen.shape).astype(np.float32)
    return np.clip(cv2.GaussianBlur(seen, (0, 0), 1.1) * light + noise + 8, 0, 255).astype(np.uint8)


def _colour(pixels: Pixels, _at: float, rng: Rng) -> Pixels:
    gains = rng.uniform(0.6, 1.4, 3)
    grey = pixels.mean(axis=2, keepdims=True)
    return np.clip((0.5 * pixels + 0.5 * grey) * gains + 10, 0, 255).astype(np.uint8)


def _mirror(pixels: Pixels, _at: float, _rng: Rng) -> Pixels:
    return pixels[:, ::-1]


def _mixed(pixels: Pixels, at: float, rng: Rng) -> Pixels:
    return _captions(_mirror(_crop(0.9)(pixels, at, rng), at, rng), at, rng)


EDITS: Final[dict[str, Edit]] = {
    "coded anew": Edit(),
    "speed 0.8": Edit(speed=0.8),
    "speed 1.25": Edit(speed=1.25),
    "speed 2": Edit(speed=2.0),
    "speed 0.5": Edit(speed=0.5),
    "15 frames a second": Edit(rate=15),
    "60 frames a second": Edit(rate=60),
    "240 pixels": Edit(_small),
    "letterbox": Edit(_bars(0.16, 0)),
    "pillarbox": Edit(_bars(0, 0.25)),
    "corner logo": Edit(_logo(0.22)),
    "large logo": Edit(_logo(0.55)),
    "mirrored": Edit(_mirror),
    "low bit rate": Edit(_small, coding={"crf": "40"}),
    "colours": Edit(_colour),
    "crop to 80 %": Edit(_crop(0.8)),
    "crop to 50 %": Edit(_crop(0.5)),
    "captions": Edit(_captions),
    "recorded from a screen": Edit(_recorded),
    "speed 1.25; mirrored; crop to 90 %; captions": Edit(_mixed, speed=1.25),
    "speed 1.25; crop to 80 %": Edit(_crop(0.8), speed=1.25),
    "5 s in another film": Edit(host="around"),
    "cut together in another order": Edit(host="between"),
    "picture in picture": Edit(host="behind"),
}


def edited(name: str, source: Source, other: Source, length: float = 12.0) -> tuple[bytes, list[Segment]]:
    """Return an edited excerpt of a source and its segments [query start, end, reference start, end].

    The excerpt begins anywhere, so that the stills of both films fall on other moments.
    """
    edit = EDITS[name]
    seed = sum(map(ord, name + source.name))
    dice = np.random.default_rng(seed)
    lasting = min(source.seconds, 1e9)
    taken = min(5.0 if edit.host == "around" else length, lasting - 0.45)
    start = float(dice.uniform(0.05, max(0.06, lasting - taken - 0.05)))
    part = _played(_drawn(stills(source, start, taken), edit, seed), edit.speed, edit.rate)
    whole = taken / edit.speed
    if not edit.host:
        return encoded(part, edit.coding), [(0.0, whole, start, start + taken)]
    hosted = {"around": _around, "between": _between, "behind": _behind}[edit.host]
    frames, segments = hosted(part, other, start, taken)
    return encoded(frames, edit.coding), segments


def _drawn(frames: Iterator[Still], edit: Edit, seed: int) -> Iterator[Still]:
    for at, pixels in frames:
        yield at, edit.change(pixels, at, np.random.default_rng(seed + 1))


def _played(frames: Iterator[Still], speed: float, rate: float | None) -> Iterator[Still]:
    """Play at another speed; `rate` shows the frame of each moment, at most 30 a second otherwise."""
    due, step = 0.0, 1 / (rate or 30.5)
    for (at, pixels), (until, _) in pairwise(chain(frames, [(1e9, np.zeros((0, 0, 3), np.uint8))])):
        end = min(until, at + 0.2)
        while due < end / speed - 1e-6:
            if rate is None:
                due = max(due, at / speed)
            yield due, pixels
            due += step
            if rate is None:
                break


def _fit(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Show a frame as large as fits in (height, width), on black."""
    share = min(size[0] / pixels.shape[0], size[1] / pixels.shape[1])
    small = _resized(pixels, max(2, int(pixels.shape[0] * share)), max(2, int(pixels.shape[1] * share)))
    down, across = size[0] - small.shape[0], size[1] - small.shape[1]
    return np.pad(small, ((down // 2, down - down // 2), (across // 2, across - across // 2), (0, 0)))


def _later(frames: Iterator[Still], by: float, size: tuple[int, int]) -> Iterator[Still]:
    for at, pixels in frames:
        yield by + at, _fit(pixels, size)


def _around(part: Iterator[Still], other: Source, start: float, taken: float) -> tuple[Iterator[Still], list[Segment]]:
    """Show the part in the middle of another film."""
    before = min(7.3, other.seconds / 2 - 0.1)
    size = next(stills(other))[1].shape[:2]
    after = stills(other, before, min(8.0, other.seconds - before - 0.1))
    frames = chain(_later(stills(other, 0, before - 0.05), 0, size), _later(part, before, size),
                   _later(after, before + taken + 0.02, size))
    return frames, [(before, before + taken, start, start + taken)]


def _between(part: Iterator[Still], other: Source, start: float, taken: float) -> tuple[Iterator[Still], list[Segment]]:
    """Show the second half, then another film, then the first half."""
    whole = list(part)
    half = taken / 2
    middle = min(6.0, other.seconds - 0.2)
    size = whole[0][1].shape[:2]
    second = ((at - half, pixels) for at, pixels in whole if at >= half)
    first = ((at, pixels) for at, pixels in whole if at < half)
    frames = chain(_later(second, 0, size), _later(stills(other, 0.1, middle), half + 0.03, size),
                   _later(first, half + middle + 0.06, size))
    return frames, [(0, half, start + half, start + taken), (half + middle + 0.06, taken + middle + 0.06, start, start + half)]


def _behind(part: Iterator[Still], other: Source, start: float, taken: float) -> tuple[Iterator[Still], list[Segment]]:
    """Show the part small in a corner of another film that plays on behind it."""
    def both() -> Iterator[Still]:
        behind = stills(other)
        at_behind, ground = next(behind)
        for at, pixels in part:
            while at_behind < at:
                at_behind, ground = next(behind, (1e9, ground))
            copy = np.ascontiguousarray(ground).copy()
            small = _fit(pixels, (copy.shape[0] // 2, copy.shape[1] // 2))
            copy[-small.shape[0] - 8:-8, 8:8 + small.shape[1]] = small
            yield at, copy
    return both(), [(0.0, taken, start, start + taken)]
