"""Harmless media made on the fly: pictures by Pillow, films and sounds by PyAV, archives by the standard library."""

import io
import struct
import zlib
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()


def scene(width: int = 320, height: int = 240, shift: int = 0) -> np.ndarray:
    """Return smooth colours with a bright square at the upper left: which way is up can be told."""
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([(x + shift) * 200 // width % 256, y * 200 // height, np.full_like(x, 60)], -1).astype(np.uint8)
    rgb[height // 12:height // 4, width // 12:width // 4] = 250
    return rgb


def picture(kind: str, mode: str = "RGB", width: int = 320, height: int = 240, **more: object) -> bytes:
    """Return the scene as a file of Pillow's format `kind` in `mode`."""
    held = io.BytesIO()
    Image.fromarray(scene(width, height)).convert(mode).save(held, kind, **more)
    return held.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """Return a PNG whose header declares an RGBA picture of that size, with hardly any data."""
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100_000)))


def animated(kind: str, count: int = 5, width: int = 160, height: int = 120) -> bytes:
    """Return an animated picture of `count` different frames of 200 ms."""
    frames = [Image.fromarray(scene(width, height, shift=number * width // 8)) for number in range(count)]
    held = io.BytesIO()
    frames[0].save(held, kind, save_all=True, append_images=frames[1:], duration=200, loop=0)
    return held.getvalue()


def oriented(orientation: int) -> bytes:
    """Return a JPEG stored turned, that its EXIF orientation turns upright again."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    undo = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270}
    image = Image.fromarray(scene())
    held = io.BytesIO()
    (image.transpose(undo[orientation]) if orientation in undo else image).save(held, "JPEG", exif=exif, quality=95)
    return held.getvalue()


def _sound(seconds: float, rate: int) -> Iterator[av.AudioFrame]:
    wave = (np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate) * 12000).astype(np.int16)
    for at in range(0, len(wave), 1024):
        frame = av.AudioFrame.from_ndarray(wave[None, at:at + 1024], format="s16", layout="mono")
        frame.rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
        yield frame


def sound(container: str, codec: str, seconds: float = 1.5, rate: int = 48_000) -> bytes:
    """Return a tone of 440 Hz."""
    held = io.BytesIO()
    with av.open(held, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, layout="mono")
        fifo = av.AudioFifo()
        resampler = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=rate)
        size = stream.codec_context.frame_size or 1024
        for frame in (*_sound(seconds, rate), None):
            for made in resampler.resample(frame):
                fifo.write(made)
            while (piece := fifo.read(size, partial=frame is None)) is not None:
                out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return held.getvalue()


def film(container: str, codec: str, *, count: int = 30, rate: int = 10, size: tuple[int, int] = (320, 240),
         options: dict[str, str] | None = None, tone: bool = False, cut: int | None = None,
         rotation: int = 0) -> bytes:
    """Return a film of `count` slowly changing frames; from frame `cut` on a very different scene."""
    held = io.BytesIO()
    with av.open(held, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, width=size[0], height=size[1], pix_fmt="yuv420p",
                                options=options or {})
        if rotation:
            stream.set_display_rotation(rotation)
        audible = out.add_stream("pcm_s16le", rate=16_000, layout="mono") if tone else None
        for number in range(count):
            rgb = scene(*size, shift=number)
            if cut is not None and number >= cut:
                rgb = 255 - rgb
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if audible is not None:
            for piece in _sound(count / rate, 16_000):
                out.mux(audible.encode(piece))
            out.mux(audible.encode(None))
    return held.getvalue()
