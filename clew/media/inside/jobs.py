"""What a reader can be asked to do: open a file, render one still of it, unpack an archive."""

import io
import os
from collections.abc import Mapping
from typing import Any

from PIL import Image

from clew.media import formats, limits, wire
from clew.media.inside import facts, picture
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
    """Answer with the header, the picture, frames and sound of `file`."""
    kind = detect(file)
    if kind.reader == "picture":
        _open_picture(file, answer, kind)
    else:
        raise Refusal("unsupported")
    wire.send(answer, {"done": True})


def _open_picture(file: int, answer: int, kind: formats.Format) -> None:
    with io.BufferedReader(io.FileIO(file), 1 << 16) as stream:
        image = picture.open_picture(stream, kind)
        width, height = picture.upright_size(image)
        told = facts.picture_facts(image)
        rgb, damaged = picture.still(image, limits.PICTURE_SIDE, limits.PICTURE_LEAST)
        if damaged:
            told["damaged"] = 1
        wire.send(answer, {"kind": "picture", "media_type": kind.media_type, "width": width, "height": height,
                           "duration": 0.0, "facts": told})
        send_pixels(answer, "picture", rgb)


def send_pixels(answer: int, name: str, rgb: picture.Pixels, **more: float) -> None:
    """Answer with pixels under `name`."""
    height, width = rgb.shape[:2]
    wire.send(answer, {name: [height, width], **more}, memoryview(rgb.tobytes()))


def render(file: int, answer: int, request: dict[str, Any]) -> None:
    """Answer with one large still for a reveal."""
    kind = detect(file)
    with io.BufferedReader(io.FileIO(file), 1 << 16) as stream:
        image = picture.open_picture(stream, kind)
        send_pixels(answer, "picture", picture.still(image, request["side"], request["side"])[0])
    wire.send(answer, {"done": True})


JOBS: Mapping[str, Job] = {"open": open_media, "render": render}


def warm_up() -> None:
    """Load every decoder and all that is loaded late, so that a reader needs no file of the system."""
    picture.prepare()
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"):
        held = io.BytesIO()
        Image.new("RGB", (16, 16), (90, 120, 150)).save(held, kind)
        file = os.memfd_create("warm")
        os.write(file, held.getvalue())
        sink = os.memfd_create("sink")
        open_media(file, sink, {})
        os.close(sink)
