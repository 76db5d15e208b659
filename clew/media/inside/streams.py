"""Films and sounds: opens a container with the demuxer its bytes ask for and only well-known codecs."""

import io
import math
import time
from collections.abc import Callable
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from clew.media import formats, limits
from clew.media.inside import facts, film
from clew.media.inside.refusal import Refusal

Send = Callable[..., None]

_CODECS = (
    "h264,hevc,av1,libdav1d,vp8,vp9,mpeg4,msmpeg4v1,msmpeg4v2,msmpeg4,mpeg1video,mpeg2video,mjpeg,h263,flv,"
    "wmv1,wmv2,theora,rawvideo,prores,dnxhd,ffv1,huffyuv,dvvideo,cinepak,svq3,png,"
    "aac,mp3,mp3float,opus,libopus,vorbis,flac,alac,ac3,eac3,amrnb,amrwb,wmav1,wmav2,mp2,mp2float,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_u8,pcm_s8,pcm_f32le,pcm_f64le,pcm_f32be,"
    "pcm_alaw,pcm_mulaw,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt"
)

_ALLOWED_CODECS = frozenset(_CODECS.split(","))


def open_container(file: int, kind: formats.Format) -> Any:
    """Return the open container. Raises Refusal."""
    av.logging.set_level(None)
    stream = io.FileIO(file, closefd=False)
    stream.seek(0)
    try:
        return av.open(stream, format=kind.decoder, buffer_size=1 << 18, metadata_errors="replace", options={
            "codec_whitelist": _CODECS, "format_whitelist": kind.decoder, "protocol_whitelist": "none"})
    except MemoryError:
        raise
    except Exception:
        raise Refusal("broken") from None


def read(file: int, kind: formats.Format, seconds: float, send: Send, send_sound: Send) -> dict[str, Any]:
    """Send frames, picture and sound; return the plain values. Raises Refusal."""
    begun = time.monotonic()
    with open_container(file, kind) as container:
        told = _facts(container)
        length = _seconds(container)
        moving, audible = _first_of(container, "video"), _first_of(container, "audio")
        if moving is None and audible is None:
            raise Refusal("codec" if len(container.streams) else "nothing")
        seen = None
        if moving is not None:
            seen = _film(container, moving, length, begun + seconds * limits.FILM_SHARE, send, told)
            if seen is None:  # nothing shown: once more, taking frames that lean on missing ones
                with open_container(file, kind) as again:
                    seen = _film(again, _first_of(again, "video"), length, begun + seconds * limits.FILM_SHARE,
                                 send, told, show_all=True)
    heard = _sound(file, kind, begun + seconds * limits.SOUND_SHARE, told) if audible is not None else None
    if heard is not None:
        send_sound(heard)
    if seen is None and heard is None:
        raise Refusal("broken")
    return _values(kind, seen, heard, length, told)


def _values(kind: formats.Format, seen: tuple[int, int, float] | None, heard: NDArray[np.float32] | None,
            length: float, told: facts.Facts) -> dict[str, Any]:
    shape = "film" if seen else "sound"
    media_type = kind.media_type
    for outcome in formats.OUTCOMES.get(media_type, ()):
        if outcome.startswith("video/" if seen else "audio/"):
            media_type = outcome
    width, height, last = seen or (0, 0, 0.0)
    measured = max(last, len(heard) / limits.SOUND_RATE if heard is not None else 0.0)
    return {"kind": shape, "media_type": media_type, "width": width, "height": height,
            "duration": max(length, measured) if seen else (length or measured),
            "facts": dict(list(told.items())[: limits.FACTS])}


def _first_of(container: Any, shape: str) -> Any:
    """Return the first stream of a kind in a codec of the list; a cover picture is not a film."""
    for stream in container.streams:
        cover = av.stream.Disposition.attached_pic in stream.disposition
        context = stream.codec_context
        if stream.type == shape and not cover and context is not None and context.name in _ALLOWED_CODECS:
            return stream
    return None


def _film(container: Any, stream: Any, length: float, deadline: float, send: Send, told: facts.Facts, *,
          show_all: bool = False) -> tuple[int, int, float] | None:
    """Send the stills and the most telling one as picture; return width, height, time of the last."""
    context = stream.codec_context
    if context.width * context.height > limits.FILM_PIXELS:
        raise Refusal("too_large")
    sampler = film.Sampler(container, stream, length, deadline, show_all=show_all)
    size, last, best, picture = None, 0.0, -1.0, None
    for at, frame, whole in sampler.stills():
        if frame.width * frame.height > limits.FILM_PIXELS:
            raise Refusal("too_large")
        if not whole:
            send("glance", film.pixels(frame, stream, limits.GLANCE_SIDE, "gray"), time=at)
            continue
        rgb = film.pixels(frame, stream, limits.FRAME_SIDE)
        send("frame", rgb, time=at)
        telling = float(rgb[::4, ::4].std())
        if telling > best * 1.15 + 1:
            best, picture = telling, film.pixels(frame, stream, limits.PICTURE_SIDE)
        size, last = size or film.display_size(frame, stream), at
    if size is None:
        return None
    send("picture", picture)
    if sampler.damaged or show_all:
        told["damaged"] = 1
    if sampler.until is not None:
        told["sampled_until"] = round(sampler.until, 3)
    return (*size, last)


def _sound(file: int, kind: formats.Format, deadline: float, told: facts.Facts) -> NDArray[np.float32] | None:
    """Return the first SOUND_SECONDS of the sound, mono at SOUND_RATE; None when none can be read."""
    parts: list[NDArray[np.float32]] = []
    left = limits.SOUND_SECONDS * limits.SOUND_RATE
    with open_container(file, kind) as container:
        stream = _first_of(container, "audio")
        resampler = av.AudioResampler(format="flt", layout="mono", rate=limits.SOUND_RATE)
        for frame in _audio_frames(container, stream, told):
            for made in resampler.resample(frame):
                part = made.to_ndarray().reshape(-1)[:left].astype(np.float32, copy=False)
                parts.append(part)
                left -= len(part)
            if left <= 0 or time.monotonic() > deadline:
                break
    told["sound_seconds"] = round(limits.SOUND_SECONDS - left / limits.SOUND_RATE, 3)
    return np.ascontiguousarray(np.concatenate(parts), np.float32) if parts else None


def _audio_frames(container: Any, stream: Any, told: facts.Facts) -> Any:
    """Yield decoded frames, leaving out what is damaged, then None, which drains the resampler."""
    packets = container.demux(stream)
    for _ in range(10_000_000):
        try:
            packet = next(packets, None)
            if packet is None:
                break
            yield from packet.decode()
        except (av.FFmpegError, ValueError):
            told["damaged"] = 1
    yield None


def _seconds(container: Any) -> float:
    """Return the container's own idea of its length, 0 when it has none or lies."""
    length = (container.duration or 0) / 1_000_000
    return length if math.isfinite(length) and 0 < length <= limits.DURATION_SECONDS else 0.0


def _facts(container: Any) -> facts.Facts:
    told: facts.Facts = {"container": facts.clean(container.format.name)}
    for stream in list(container.streams)[:8]:
        context = stream.codec_context
        if context is not None:
            told.setdefault(f"{stream.type}_codec", facts.clean(context.name))
        if stream.type == "video" and stream.average_rate:
            told.setdefault("frame_rate", round(float(stream.average_rate), 3))
        if stream.type == "audio" and context is not None:
            told.setdefault("sound_rate", int(context.sample_rate or 0))
        told.update({name: value for name, value in facts.tag_facts(stream.metadata).items() if name not in told})
    return facts.tag_facts(container.metadata) | told


def still_at(file: int, kind: formats.Format, at: float, side: int) -> film.Pixels:
    """Return the frame shown at `at` seconds, long side <= `side`. Raises Refusal."""
    with open_container(file, kind) as container:
        stream = _first_of(container, "video")
        if stream is None:
            raise Refusal("nothing")
        start = float((stream.start_time or 0) * stream.time_base)
        if at > 0:
            container.seek(int((at + start) / stream.time_base), stream=stream)
        found = None
        for frame in container.decode(stream):
            if found is not None and frame.time is not None and frame.time - start > at + 1e-6:
                break
            found = frame
        if found is None:
            raise Refusal("broken")
        return film.pixels(found, stream, side)
