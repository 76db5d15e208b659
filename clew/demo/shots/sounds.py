"""Sounds made from numbers: hum, tunes and rhythmic noise, and sound files in the formats at hand; never a voice."""

from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray

from clew.demo.scenes.colours import chance

RATE = 48_000
Samples = NDArray[np.float32]
_SCALE = np.array([0, 2, 3, 5, 7, 8, 10, 12, 14, 15])


def tune(seed: int, seconds: float) -> Samples:
    """A melody of struck notes over a bass, mono at RATE, within -1..1."""
    rng = chance(seed, 51)
    out = np.zeros(round(seconds * RATE) + RATE * 2, np.float32)
    beat = float(rng.uniform(0.18, 0.42))
    base = float(rng.uniform(130, 260))
    at = 0.0
    while at < seconds:
        length = beat * int(rng.choice([1, 1, 2, 3]))
        pitch = base * 2 ** (float(rng.choice(_SCALE)) / 12)
        t = np.arange(int(RATE * 1.1), dtype=np.float32) / RATE
        note = sum(np.sin(2 * np.pi * pitch * k * t) / k**1.4 for k in (1, 2, 3, 5)) * np.exp(-t * 4)
        start = int(at * RATE)
        out[start : start + len(t)] += 0.22 * note.astype(np.float32)
        at += length
    return out[: round(seconds * RATE)]


def machine(seed: int, seconds: float) -> Samples:
    """Mains hum with a knocking rhythm, as of a workshop or a washing machine."""
    rng = chance(seed, 52)
    t = np.arange(round(seconds * RATE), dtype=np.float32) / RATE
    hum = sum(np.sin(2 * np.pi * 50 * k * t + k) * float(rng.uniform(0.02, 0.12)) for k in (1, 2, 3, 4, 6))
    period, knock = float(rng.uniform(0.3, 0.9)), rng.normal(0, 0.35, len(t)).astype(np.float32)
    pulse = np.exp(-((t % period) * float(rng.uniform(18, 60)))) + 0.5 * np.exp(
        -(((t + period * 0.37) % period) * 40)
    )
    swell = 1 + 0.3 * np.sin(2 * np.pi * float(rng.uniform(0.1, 0.4)) * t)
    return np.asarray((hum + knock * pulse) * swell * 0.7, np.float32)


def weather(seed: int, seconds: float) -> Samples:
    """Wind and rain: filtered noise that comes and goes."""
    rng = chance(seed, 53)
    noise = rng.normal(0, 1, round(seconds * RATE)).astype(np.float32)
    low = np.convolve(noise, np.hanning(96).astype(np.float32) / 48, "same")
    t = np.arange(len(noise), dtype=np.float32) / RATE
    gust = 0.5 + 0.5 * np.sin(2 * np.pi * t / float(rng.uniform(3, 7)) + float(rng.uniform(0, 6)))
    drops = noise * (rng.random(len(noise)) > 0.9995).repeat(1)
    return np.asarray(low * gust * 0.9 + drops * 0.2, np.float32)


KINDS = (tune, machine, weather)


def sound(seed: int, seconds: float) -> Samples:
    """The sound of that seed: always begins alike, whatever its length; mono at RATE."""
    full = KINDS[seed % 3](seed, 24.0)
    mixed = full + 0.25 * tune(seed + 1000, 24.0)
    return np.clip(mixed[: round(seconds * RATE)], -1, 1)


def codec_at_hand(*names: str) -> str:
    """The first of the encoders that this build of PyAV carries; the last name must always be there."""
    for name in names[:-1]:
        if name in av.codecs_available:
            return name
    return names[-1]


def feed(stream: av.AudioStream, container: av.container.OutputContainer, samples: Samples) -> None:
    """Encode mono samples at RATE into a stream of an open file."""
    block = 4800
    resampler = av.AudioResampler(format=stream.format, layout="mono", rate=stream.rate)
    whole = (np.clip(samples, -1, 1) * 32000).astype(np.int16)
    for start in range(0, len(whole), block):
        frame = av.AudioFrame.from_ndarray(whole[None, start : start + block], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        for ready in resampler.resample(frame):
            container.mux(stream.encode(ready))
    for ready in resampler.resample(None):
        container.mux(stream.encode(ready))
    container.mux(stream.encode(None))


def write_sound(path: Path, samples: Samples, *, rate: int = RATE) -> None:
    """A sound file; the ending of the path (.wav .flac .mp3 .opus .m4a) chooses the format."""
    codecs = {".wav": "pcm_s16le", ".flac": "flac", ".mp3": "libmp3lame", ".opus": "libopus", ".m4a": "aac"}
    with av.open(
        str(path), "w", format={".m4a": "mp4"}.get(path.suffix), options={"fflags": "+bitexact"}
    ) as container:
        stream = cast(av.AudioStream, container.add_stream(codecs[path.suffix], rate=rate, layout="mono"))
        if path.suffix in {".mp3", ".opus", ".m4a"}:
            stream.bit_rate = 64_000
        feed(stream, container, samples)
