"""What a reader can be asked to do: open a file, render one still of it, unpack an archive."""

import io
import os
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from clew.media import formats, limits, wire
from clew.media.inside import archive, facts, picture, streams
from clew.media.inside.refusal import Refusal
from clew.media.inside.warm import Job


def detect(file: int) -> formats.Format:
    """Return the file's format by its bytes. Raises Refusal."""
    head = os.pread(file, formats.HEAD_BYTES, 0)
    if not head:
        raise Refusal("empty")
    found = formats.detect(head)
    if found is None:
        raise Refusal("unsupported")
    return found


def open_media(file: int, answer: int, request: dict[str, Any]) -> None:
    """Answer with the picture, frames and sound of `file`, then with its plain values."""
    kind = detect(file)
    if kind.reader == "archive":
        raise Refusal("archive")
    read = _open_picture if kind.reader == "picture" else _open_streams
    wire.send(answer, {"media_type": kind.media_type, **read(file, answer, kind, request["seconds"])})


def _open_picture(file: int, answer: int, kind: formats.Format, seconds: float) -> dict[str, Any]:
    started = time.monotonic()
    with io.BufferedReader(io.FileIO(file, closefd=False), 1 << 16) as stream:
        image = picture.open_picture(stream, kind)
        width, height = picture.upright_size(image)
        told = facts.picture_facts(image)
        rgb, damaged = picture.still(image, limits.PICTURE_SIDE, limits.PICTURE_LEAST)
        send_pixels(answer, "picture", rgb)
        if damaged:
            told["damaged"] = 1
        count, sent = picture.frame_count(image), 0
        shown = 0.0
        if count > 1:
            for shown, pixels in picture.animation(image, count, started + seconds * limits.FILM_SHARE):
                send_pixels(answer, "frame", pixels, time=shown)
                sent += 1
            told["pictures"] = count
            if sent < count:  # of a long animation not each, of very many pages or damaged ones neither
                told["pictures_seen"] = sent
    # More than one picture in a file is compared like a film, each of them: animations and the pages of a TIFF.
    return {"kind": "film" if sent > 1 else "picture", "width": width, "height": height, "duration": shown, "facts": told}


def _open_streams(file: int, answer: int, kind: formats.Format, seconds: float) -> dict[str, Any]:
    return streams.read(file, kind, seconds, partial(send_pixels, answer),
                        lambda samples: wire.send(answer, {"sound": True}, memoryview(samples)))


def send_pixels(answer: int, name: str, rgb: picture.Pixels, **more: float) -> None:
    """Answer with pixels, (height, width, 3) or grey (height, width), under `name`."""
    height, width = rgb.shape[:2]
    wire.send(answer, {name: [height, width], **more}, np.ascontiguousarray(rgb).data.cast("B"))


def render(file: int, answer: int, request: dict[str, Any]) -> None:
    """Answer with one large still for a reveal."""
    kind = detect(file)
    side = request["side"]
    if kind.reader == "picture":
        with io.BufferedReader(io.FileIO(file, closefd=False), 1 << 16) as stream:
            image = picture.open_picture(stream, kind)
            if request["time"]:
                picture.seek_to(image, request["time"])
            pixels = picture.still(image, side, side)[0]
    elif kind.reader == "av":
        pixels = streams.still_at(file, kind, request["time"], side)
    else:
        raise Refusal("archive")
    send_pixels(answer, "picture", pixels)


def unpack(file: int, answer: int, request: dict[str, Any]) -> None:
    """Answer with the members of an archive."""
    kind = detect(file)
    if kind.reader != "archive":
        raise Refusal("unsupported")
    archive.unpack(file, answer, kind)


JOBS: Mapping[str, Job] = {"open": open_media, "render": render, "unpack": unpack}
