"""Checks every value a reader sends, as coming from an adversary, and words the reasons for refusal."""

import math
import re
from dataclasses import replace
from typing import Any

import numpy as np

from clew.media import formats, limits
from clew.media.opened import Frame, Glance, Opened, Pixels, Sound
from clew.media.wire import Garbled, Inbox

_SENTENCES = {
    "unsupported": "This kind of file is not opened. Pictures, films, sounds, ZIP, TAR and 7z archives are.",
    "broken_archive": "The archive is damaged. What could be read of it was taken; ask the source for a new copy of the rest.",
    "broken": "The file is damaged and cannot be read. Ask the source for a new copy.",
    "empty": "The file is empty.",
    "too_large": "The picture is larger than is safe to open. Add a smaller copy.",
    "memory": "The file made the reader stop: it asked for too much memory.",
    "time": "The file made the reader stop: it took too long.",
    "crash": "The file made the reader stop: the reader broke down.",
    "encrypted": "The archive or film is locked with a password. Unlock it and add it again.",
    "nothing": "The file holds neither pictures nor sound.",
    "codec": "The film or sound is coded in a way that is not opened. Convert it and add it again.",
    "too_many": "The archive holds too much to be safe. Unpack it yourself and add the files.",
    "ratio": "The archive swells beyond what is safe. Unpack it yourself and add the files.",
    "archive": "This is an archive. Add it as a contribution, and its members are opened one by one.",
}
_REASONS = frozenset(_SENTENCES) - {"time", "crash"}
_MEDIA_TYPES = {kind.media_type for kind in formats.ALLOWED if kind.reader != "archive"} | {
    media_type for outcome in formats.OUTCOMES.values() for media_type in outcome}
_SIDE = 1 << 20
_FACT_NAME = re.compile(r"[a-z0-9._-]{1,64}")


class GaveUp(Exception):
    """The reader declined the file; `reason` is a word of the list above."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sentence(reason: str, name: str = "") -> str:
    """Return what a person reads; `name` is shown in front, without control characters."""
    shown = "".join(c for c in name[:limits.NAME_CHARACTERS] if c.isprintable())
    return f"{shown}: {_SENTENCES[reason]}" if shown else _SENTENCES[reason]


def opened(inbox: Inbox) -> Opened:
    """Return the answer to `open`. Raises GaveUp, Garbled, wire.Silent."""
    picture: Pixels | None = None
    frames: list[Frame] = []
    glances: list[Glance] = []
    sound: Sound | None = None
    while True:
        header, raw = next_header(inbox)
        if "picture" in header and picture is None:
            picture = _pixels(inbox, header["picture"], raw, limits.PICTURE_SIDE)
        elif "frame" in header and len(frames) < limits.FRAMES:
            frames.append(_frame(inbox, header, raw, frames[-1].time if frames else 0.0))
        elif "glance" in header and len(glances) < limits.GLANCES:
            glances.append(_glance(inbox, header, raw, glances[-1].time if glances else 0.0))
        elif "sound" in header and sound is None:
            sound = _sound(inbox, raw)
        elif "kind" in header and not raw:
            return replace(_whole(header, picture, frames, sound), glances=tuple(glances))
        else:
            raise Garbled


def _whole(last: dict[str, Any], picture: Pixels | None, frames: list[Frame], sound: Sound | None) -> Opened:
    values = _plain_values(last)
    needed = sound if values["kind"] == "sound" else picture
    if needed is None or (values["kind"] == "sound" and picture is not None):
        raise Garbled
    return Opened(picture=picture, frames=tuple(frames), sound=sound, **values)


def rendered(inbox: Inbox, side: int) -> Pixels:
    """Return the answer to `render`. Raises GaveUp, Garbled, wire.Silent."""
    header, raw = next_header(inbox)
    if "picture" not in header:
        raise Garbled
    return _pixels(inbox, header["picture"], raw, side)


def next_header(inbox: Inbox) -> tuple[dict[str, Any], int]:
    """Return the next header and its raw size; a refusal becomes GaveUp."""
    got = inbox.receive()
    if got is None:
        raise Garbled
    reason = got[0].get("refused")
    if reason is not None:
        raise GaveUp(reason) if isinstance(reason, str) and reason in _REASONS else Garbled
    return got


def _plain_values(head: dict[str, Any]) -> dict[str, Any]:
    kind, media_type = head.get("kind"), head.get("media_type")
    if kind not in ("picture", "film", "sound") or not isinstance(media_type, str) or media_type not in _MEDIA_TYPES:
        raise Garbled
    return {
        "kind": kind, "media_type": media_type, "facts": _facts(head.get("facts")),
        "width": whole_number(head.get("width"), _SIDE), "height": whole_number(head.get("height"), _SIDE),
        "duration": _seconds(head.get("duration")),
    }


def whole_number(value: object, most: int) -> int:
    """Return `value` when it is a whole number from 0 to `most`."""
    if type(value) is not int or not 0 <= value <= most:
        raise Garbled
    return value


def _seconds(value: object) -> float:
    if type(value) not in (int, float) or not 0 <= value <= limits.DURATION_SECONDS:  # type: ignore[operator]
        raise Garbled
    return float(value)  # type: ignore[arg-type]


def _shape(shape: object, side: int) -> tuple[int, int]:
    if not isinstance(shape, list) or len(shape) != 2:
        raise Garbled
    height, width = (whole_number(value, side) for value in shape)
    if not height or not width:
        raise Garbled
    return height, width


def _pixels(inbox: Inbox, shape: object, raw: int, side: int) -> Pixels:
    height, width = _shape(shape, side)
    if raw != height * width * 3:
        raise Garbled
    pixels = np.frombuffer(inbox.raw(raw, raw), np.uint8).reshape(height, width, 3)
    pixels.flags.writeable = False
    return pixels


def _glance(inbox: Inbox, header: dict[str, Any], raw: int, after: float) -> Glance:
    at, (height, width) = _seconds(header.get("time")), _shape(header["glance"], limits.GLANCE_SIDE)
    if at < after or raw != height * width:
        raise Garbled
    grey = np.frombuffer(inbox.raw(raw, raw), np.uint8).reshape(height, width)
    grey.flags.writeable = False
    return Glance(at, grey)


def _frame(inbox: Inbox, header: dict[str, Any], raw: int, after: float) -> Frame:
    at = _seconds(header.get("time"))
    if at < after:
        raise Garbled
    return Frame(at, _pixels(inbox, header["frame"], raw, limits.FRAME_SIDE))


def _sound(inbox: Inbox, raw: int) -> Sound:
    if raw % 4:
        raise Garbled
    samples = np.frombuffer(inbox.raw(raw, 4 * limits.SOUND_RATE * limits.SOUND_SECONDS), np.float32)
    return Sound(limits.SOUND_RATE, np.clip(np.nan_to_num(samples), -1.0, 1.0))


def _facts(facts: object) -> dict[str, str | int | float]:
    if not isinstance(facts, dict) or len(facts) > limits.FACTS:
        raise Garbled
    for name, value in facts.items():
        if not _FACT_NAME.fullmatch(name) or not _plain(value):
            raise Garbled
    return facts


def _plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= limits.FACT_CHARACTERS and (value.isprintable() or not value)
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) < 2**53
