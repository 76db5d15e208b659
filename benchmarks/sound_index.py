"""The index of sounds among many: is the original of each edit proposed, how fast, and how many bytes a minute.

The strangers are drawn: a minute each, numbers as often as in the sample sounds, moments by chance.
Run: python -m benchmarks.sound_index [--size ENTRIES]
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.sound_edits import RATE, halves, pieces
from benchmarks.sounds import described, edited, figure
from clew.signals import sound
from clew.signals.indexes.prints import index as indexes
from clew.signals.indexes.prints.postings import Peaks, made, peaks_of
from clew.signals.sounds.landmarks import HASHES

MINUTE, MOST = 938, 50
"""Rows of a minute; entries that are compared for one query."""


def strangers(known: list[Peaks], count: int) -> list[Peaks]:
    """Return drawn sounds of a minute."""
    dice = np.random.default_rng(1)
    often = np.bincount(np.concatenate([one.numbers for one in known]), minlength=HASHES)
    pool = np.repeat(np.arange(HASHES, dtype=np.uint32), often)
    each = round(MINUTE * sum(len(one.numbers) for one in known) / sum(one.length for one in known))
    return [Peaks(pool[dice.integers(0, len(pool), each)], np.sort(dice.integers(0, MINUTE, each)).astype(np.uint16), MINUTE)
            for _ in range(count)]


def measure(size: int = 10_000) -> dict[str, Any]:
    """Return {"machine", "figures"} for an index of `size` minutes of strangers and the reported half's originals."""
    every = pieces()
    names = [name for name in halves(every)[1] if len(every[name]) >= 4 * RATE and not name.startswith("film")]
    signals = {name: described(every[name])[0] for name in names}
    held = [peaks_of(signal) for signal in signals.values() if signal.quality >= sound.QUALITY]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        crowd = strangers(held, size)
        postings = made(range(len(held) + size), [*held, *crowd])
        index = indexes._published(Path(folder) / "sounds", postings, {})
        built = time.perf_counter() - began
        stored = sum(path.stat().st_size for path in Path(folder).rglob("*.npy"))
        ranks, times = asked(index, every, list(signals))
    figures = [figure(f"{edit}: original among the first {MOST} of {len(index)}",
                      statistics.mean(r < MOST for r in some), "share", None, [], len(some))
               | {"first": round(statistics.mean(r == 0 for r in some), 3)}
               for edit, some in ranks.items()]
    quantiles = statistics.quantiles(times, n=20)
    spread = [round(min(times), 1), round(quantiles[18], 1)]
    minutes = size + sum(one.length for one in held) / MINUTE
    figures += [figure("asked of the index, one core", quantiles[9], "ms", None, spread, len(times), "lower"),
                figure("built and proved", built, "s", None, [], 1, "lower"),
                figure("index on disk", stored / minutes, "bytes a minute", None, [], 1, "lower")]
    return {"machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", "figures": figures}


def asked(index: indexes.PrintIndex, every: dict[str, Any], names: list[str]) -> tuple[dict[str, list[int]], list[float]]:
    """Return for each edit at which place its original was proposed, and the milliseconds each question took."""
    music = {name: every[name] for name in names if name.startswith("music") and len(every[name]) > 25 * RATE}
    dice, ranks, times = np.random.default_rng(2), {}, []
    for number, name in enumerate(names):
        for edit, samples, _ in edited(every[name], name, music, dice):
            signals = described(samples)
            began = time.process_time()
            found = [one.id for one in index.propose(signals, MOST)]
            times.append((time.process_time() - began) * 1000)
            ranks.setdefault(edit, []).append(found.index(number) if number in found else MOST)
    return ranks, times


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--size", type=int, default=10_000)
    print(json.dumps(measure(reader.parse_args().size), indent=1))


if __name__ == "__main__":
    main()
