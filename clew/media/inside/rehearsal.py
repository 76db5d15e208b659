"""Opens one made-up file of each family before the first real one, so that nothing is left to be loaded.

A reader may open no file of the system, so a module that a decoder loads late would otherwise be missing.
"""

import importlib
import io
import os
import pkgutil
import tarfile
import zipfile
from fractions import Fraction
from typing import Literal

import av
import numpy as np
import py7zr
from PIL import Image

from clew.media.inside import jobs, picture

_NOT_NEEDED = ("av.__main__", "av.datasets")


def warm_up() -> None:
    """Load every decoder and all that they load late."""
    picture.prepare()
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if module.name not in _NOT_NEEDED:
            importlib.import_module(module.name)
    for made in (*_pictures(), _film()):
        file, sink = os.memfd_create("made"), os.memfd_create("sink")
        os.write(file, made)
        jobs.open_media(file, sink, {"seconds": 9.0})
        os.close(sink)
        os.close(file)
    for made in _archives():
        file, sink = os.memfd_create("made"), os.memfd_create("sink")
        os.write(file, made)
        jobs.unpack(file, sink, {})
        os.close(sink)
        os.close(file)


def _pictures() -> list[bytes]:
    made = []
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"):
        held = io.BytesIO()
        Image.new("RGB", (16, 16), (90, 120, 150)).save(held, kind)
        made.append(held.getvalue())
    return made


def _archives() -> list[bytes]:
    """Return a ZIP, TARs and a 7z with one member each."""
    made = [io.BytesIO() for _ in range(5)]
    with zipfile.ZipFile(made[0], "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("a", b"a")
    rolls: tuple[Literal["w:gz", "w:bz2", "w:xz"], ...] = ("w:gz", "w:bz2", "w:xz")
    for held, roll in zip(made[1:4], rolls, strict=True):
        with tarfile.open(None, roll, held) as rolled:
            rolled.addfile(tarfile.TarInfo("a"))
    with py7zr.SevenZipFile(made[4], "w") as seven:
        seven.writestr(b"a", "a")
    return [held.getvalue() for held in made]


def _film() -> bytes:
    """Return a film of two frames with a moment of sound."""
    held = io.BytesIO()
    with av.open(held, "w", format="matroska") as container:
        moving = container.add_stream("mpeg4", rate=5, width=32, height=32, pix_fmt="yuv420p")
        moving.codec_context.thread_count = 1
        audible = container.add_stream("pcm_s16le", rate=16_000, layout="mono")
        for number in range(2):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), 100 * number, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 5)
            container.mux(moving.encode(frame))
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1600), np.int16), format="s16", layout="mono")
        sound.rate = 16_000
        container.mux(audible.encode(sound))
        container.mux(moving.encode(None))
        container.mux(audible.encode(None))
    return held.getvalue()
