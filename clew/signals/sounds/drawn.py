"""Short sounds drawn from a seed, for the matcher's own examples and tests. No real media, nothing left to chance."""

import numpy as np
from numpy.typing import NDArray

from clew.media.opened import Opened, Sound
from clew.signals.sounds.spectrum import RATE

Samples = NDArray[np.float32]


def sound(*parts: tuple[int, float], under: int = 0) -> Opened:
    """Return a sound of (seed, seconds) parts; seed 0 is a steady hum. `under`: the seed of another laid under it, softer."""
    samples = np.concatenate([babble(seed, seconds) for seed, seconds in parts])
    if under:
        samples = samples + 0.5 * babble(under, len(samples) / RATE)
    return Opened("sound", "audio/flac", duration=len(samples) / RATE, sound=Sound(RATE, samples.astype(np.float32)))


def babble(seed: int, seconds: float) -> Samples:
    """Return syllables without words: tones of changing pitch with overtones that swell and fade, and breaths between."""
    length = int(seconds * RATE)
    at = np.arange(length) / RATE
    if seed == 0:
        return (0.2 * np.sin(2 * np.pi * 100 * at) + 0.1 * np.sin(2 * np.pi * 300 * at)).astype(np.float32)
    dice = np.random.default_rng(seed)
    samples, start = np.zeros(length), 0
    while start < length:
        lasting = int(dice.uniform(0.12, 0.35) * RATE)
        pitch, glide, colour = dice.uniform(120, 400), dice.uniform(-0.4, 0.4), dice.uniform(300, 3500, 2)
        noise = dice.normal(size=lasting)
        part = at[:min(lasting, length - start)]
        phase = 2 * np.pi * pitch * (part + glide * part**2)
        tones = sum(np.exp(-0.5 * (np.log2(n * pitch / colour[:, None]) / 0.3) ** 2).sum(axis=0) * np.sin(n * phase)
                    for n in range(1, 20))
        swell = np.hanning(lasting)[:len(part)]
        samples[start:start + len(part)] += swell * (0.05 * tones + 0.003 * noise[:len(part)])
        start += int(lasting * dice.uniform(0.7, 1.1))
    return samples.astype(np.float32)
