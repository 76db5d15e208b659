"""A 720p film with sound opened in the sandbox and described by all that is on, by part, in times real time.

Peer: decoded and hashed by pdqhash at two frames a second, as vpdq does. The first two figures are by the wall clock, the
others by processor time of the reader and of this thread, which other work on the machine hardly changes.
Run: python -m benchmarks.video [--size SECONDS of film]
"""

import argparse
import io
import json
import os
import platform
import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pdqhash
import psutil
from PIL import Image

from clew.media.opened import Opened
from clew.media.sandbox import Sandbox
from clew.signals import frames, registry

ROUNDS, RATE, SIZE, SOUND = 3, 25, (1280, 720), 44_100
PEER = "PyAV and pdqhash in this process, two frames a second"


def film(seconds: int) -> bytes:
    """Return an H.264 film of 720p with AAC sound: a camera that pans over soft shapes with noise, a new scene every 4 s."""
    held, dice = io.BytesIO(), np.random.default_rng(1)
    noise = dice.integers(-6, 7, (SIZE[1], SIZE[0], 3))
    with av.open(held, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=RATE, width=SIZE[0], height=SIZE[1], pix_fmt="yuv420p",
                                options={"preset": "veryfast", "crf": "23"})
        audible = out.add_stream("aac", rate=SOUND, layout="mono")
        for number in range(seconds * RATE):
            if number % (4 * RATE) == 0:
                rough = dice.integers(0, 256, (40, 80, 3), np.uint8)
                wide = np.asarray(Image.fromarray(rough).resize((2 * SIZE[0], SIZE[1] + 40), Image.Resampling.BICUBIC))
            left = 4 * (number % (4 * RATE))
            shown = wide[:SIZE[1], left:left + SIZE[0]].astype(np.int16) + np.roll(noise, 7 * number, axis=1)
            frame = av.VideoFrame.from_ndarray(shown.clip(0, 255).astype(np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        for heard in notes(seconds, dice):
            out.mux(audible.encode(heard))
        out.mux(audible.encode(None))
    return held.getvalue()


def notes(seconds: int, dice: np.random.Generator) -> Iterator[av.AudioFrame]:
    """Yield sound in which another note is struck every quarter of a second."""
    moments = np.arange(seconds * SOUND)
    pitch = dice.uniform(200, 2000, 4 * seconds + 1)[moments * 4 // SOUND]
    wave = 0.3 * np.sin(2 * np.pi * np.cumsum(pitch) / SOUND) * np.exp(-8 * (moments / SOUND % 0.25))
    for at in range(0, len(wave), 1024):
        heard = av.AudioFrame.from_ndarray(wave[None, at:at + 1024].astype(np.float32), format="fltp", layout="mono")
        heard.rate, heard.pts, heard.time_base = SOUND, at, Fraction(1, SOUND)
        yield heard


def ours(sandbox: Sandbox, data: bytes) -> int:
    return len([one for one in registry.describe(sandbox.open(data)) if one.matcher == frames.NAME])


def reader_seconds(sandbox: Sandbox) -> float:
    """Return the processor time of all readers that have ended."""
    warm = psutil.Process(sandbox._process.pid)
    ended = [one.cpu_times() for one in (warm, *warm.children(recursive=True))]
    return float(sum(one.children_user + one.children_system for one in ended))


def parts(sandbox: Sandbox, data: bytes) -> Iterator[tuple[str, float, Opened]]:
    """Yield each part of the work, the processor time it took in seconds, and the opened film."""
    before, mine = reader_seconds(sandbox), time.thread_time()
    opened = sandbox.open(data)
    taken = time.thread_time() - mine
    for _ in range(1000):  # the warm parent counts a reader when it has ended
        if reader_seconds(sandbox) > before:
            break
        time.sleep(0.01)
    yield "opened", reader_seconds(sandbox) - before + taken, opened
    for matcher in registry.MATCHERS:
        if "film" in matcher.MEDIA and matcher.INDEX != "exact" and registry.is_on(matcher):
            mine = time.thread_time()
            matcher.describe(opened)
            yield matcher.NAME, time.thread_time() - mine, opened


def theirs(data: bytes) -> int:
    hashes, due = 0, 0.0
    with av.open(io.BytesIO(data)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            if (frame.time or 0.0) >= due:
                due += 0.5
                pdqhash.compute(frame.to_ndarray(format="rgb24"))
                hashes += 1
    return hashes


def measure(size: int = 40) -> dict[str, Any]:
    """Return {"machine", "figures"} for a film of `size` seconds."""
    data = film(size)
    wall: dict[str, list[float]] = defaultdict(list)
    taken: dict[str, list[float]] = defaultdict(list)
    with Sandbox() as sandbox:
        if ours(sandbox, data) < size / 4:
            raise SystemExit("Too few frames were described.")
        for _ in range(ROUNDS):
            for name, act in (("ours", lambda: ours(sandbox, data)), ("peer", lambda: theirs(data))):
                began, mine = time.perf_counter(), time.process_time()
                act()
                wall[name].append(size / (time.perf_counter() - began))
                taken[name].append(time.process_time() - mine)
            for name, seconds, opened in parts(sandbox, data):
                taken[name].append(seconds)
                kept = sum(f.rgb.nbytes for f in opened.frames) + sum(g.grey.nbytes for g in opened.glances)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return {"machine": machine, "figures": list(figures(size, wall, taken, kept))}


def figures(size: int, wall: dict[str, list[float]], taken: dict[str, list[float]], kept: int) -> Iterator[dict[str, Any]]:
    """Yield what the wall clock says, the parts, and memory."""
    del taken["ours"]
    peer = taken.pop("peer")
    name = "720p film opened in the sandbox and described, wall clock"
    yield _figure(name, "times real time", wall["ours"], PEER, wall["peer"])
    for name, seconds in taken.items():
        yield _figure(f"{name}: processor time for a second of film", "ms", [1000 * s / size for s in seconds])
    whole = [sum(round_) for round_ in zip(*taken.values(), strict=True)]
    twice = [sum(round_) + round_[0] for round_ in zip(*taken.values(), strict=True)]
    speeds = [size / s for s in peer]
    yield _figure("everything, of one core's time", "times real time", [size / s for s in whole], PEER, speeds)
    yield _figure("everything, of two cores' time", "times real time", [2 * size / s for s in whole])
    yield _figure("everything, opened twice as a node does, of two cores' time", "times real time", [2 * size / s for s in twice])
    yield _figure("pixels kept of the film while it is described", "MB", [kept / 1e6])
    yield _figure("most memory of this process", "MB", [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3])


def _figure(name: str, unit: str, runs: list[float], peer: str = "", other: list[float] | None = None) -> dict[str, Any]:
    value, against = statistics.median(runs), statistics.median(other) if other else None
    return {"name": name, "value": round(value, 2), "unit": unit, "better": "higher" if unit == "times real time" else "lower",
            "peer": peer, "peer_value": against and round(against, 2), "ratio": against and round(value / against, 2),
            "runs": len(runs), "spread": [round(min(runs), 2), round(max(runs), 2)]}


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--size", type=int, default=40)
    print(json.dumps(measure(reader.parse_args().size), indent=1))


if __name__ == "__main__":
    main()
