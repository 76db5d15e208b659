"""Pictures opened in the sandbox and described in depth (details, and likeness where a model is on): how many a second.

Run: python -m benchmarks.details_rate [--size N] [--threads N]
Photographs of the sample sets brought to one megapixel as JPEG; local features at 800 pixels. On a machine that does other
work the rate that counts is the one by processor time, of this process and its sandboxes: cores over seconds a picture.
"""

import argparse
import io
import json
import os
import platform
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil

from benchmarks.details_search import model_name
from benchmarks.words_index import figure, paths, photograph
from clew.media.sandbox import Sandbox
from clew.signals import details, likeness, registry
from clew.signals.local.features import SIDE

_PIXELS = (1155, 866)


def contents(count: int) -> list[bytes]:
    """Return so many JPEG files of a megapixel, in turn of the sample photographs."""
    made = []
    for path in paths()[:: max(1, len(paths()) // count)][:count]:
        held = io.BytesIO()
        image = photograph(path)
        image.resize(_PIXELS if image.width >= image.height else _PIXELS[::-1]).save(held, "JPEG", quality=90)
        made.append(held.getvalue())
    return made


def spent() -> float:
    """Return the processor seconds of this process and its sandboxes so far, ended ones included."""
    own = psutil.Process()
    times = [own.cpu_times(), *(one.cpu_times() for one in own.children(recursive=True))]
    return float(sum(sum(one[:4]) for one in times))


def look_at(sandbox: Sandbox, content: bytes) -> dict[str, float]:
    """Open and describe one picture; return the milliseconds of this thread by part."""
    opened = sandbox.open(content)
    parts = {}
    for matcher in (details, likeness):
        began = time.thread_time()
        registry.describe(opened, [matcher])
        parts[matcher.NAME] = 1e3 * (time.thread_time() - began)
    return parts


def measure(size: int = 60, threads: int = 2) -> dict[str, Any]:
    """Return {"machine", "figures"} of `size` pictures in so many threads."""
    held = contents(size)
    cores = os.cpu_count() or 1
    with Sandbox() as sandbox, ThreadPoolExecutor(threads) as crew:
        list(crew.map(lambda one: look_at(sandbox, one), held[: 2 * threads]))
        began, began_busy = time.perf_counter(), spent()
        parts = list(crew.map(lambda one: look_at(sandbox, one), held))
        wall, busy = time.perf_counter() - began, spent() - began_busy
    name = f"model {model_name() or 'none'}, features at {SIDE} pixels"
    machine = f"{platform.machine()}, {cores} cores, load {os.getloadavg()[0]:.1f}"
    return {"machine": machine, "figures": [
        figure(f"described in depth by the wall, {threads} threads, {name}", size / wall, "img/s", "higher", size),
        figure(f"described in depth by processor time, {cores} cores, {name}", cores * size / busy, "img/s", "higher", size),
        figure("processor time a picture, sandbox included", 1e3 * busy / size, "ms", "lower", size),
        *_parts(parts)]}


def _parts(parts: Sequence[dict[str, float]]) -> list[dict[str, Any]]:
    return [figure(f"{part}, median", statistics.median(one[part] for one in parts), "ms of the thread", "lower", len(parts))
            for part in parts[0]]


def main() -> None:
    """Print the figures."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--size", type=int, default=60)
    reader.add_argument("--threads", type=int, default=2)
    given = reader.parse_args()
    print(json.dumps(measure(given.size, given.threads), indent=1))


if __name__ == "__main__":
    main()
