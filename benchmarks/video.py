"""A 720p film opened in the sandbox and described, in times real time; peer: decoded and hashed by pdqhash, as vpdq does.

Both look at two frames a second. Run: python -m benchmarks.video [--size SECONDS of film]
"""

import argparse
import io
import json
import os
import platform
import statistics
import time
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pdqhash
from PIL import Image

from clew.media.sandbox import Sandbox
from clew.signals import registry

ROUNDS, RATE, SIZE = 3, 25, (1280, 720)
PEER = "PyAV and pdqhash in this process, two frames a second"


def film(seconds: int) -> bytes:
    """Return an H.264 film of 720p: a camera that pans over soft shapes with noise, a new scene every 4 seconds."""
    held, dice = io.BytesIO(), np.random.default_rng(1)
    noise = dice.integers(-6, 7, (SIZE[1], SIZE[0], 3))
    with av.open(held, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=RATE, width=SIZE[0], height=SIZE[1], pix_fmt="yuv420p",
                                options={"preset": "veryfast", "crf": "23"})
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
    return held.getvalue()


def ours(sandbox: Sandbox, data: bytes) -> int:
    return len(registry.describe(sandbox.open(data)))


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
    mine: list[float] = []
    other: list[float] = []
    with Sandbox() as sandbox:
        ours(sandbox, data)
        for _ in range(ROUNDS):
            for speeds, act in ((mine, lambda: ours(sandbox, data)), (other, lambda: theirs(data))):
                began = time.perf_counter()
                if act() < size / 4:
                    raise SystemExit("Too few frames were described.")
                speeds.append(size / (time.perf_counter() - began))
    value, peer = statistics.median(mine), statistics.median(other)
    return {"machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", "figures": [
        {"name": "720p film opened in the sandbox and described", "value": round(value, 2), "unit": "times real time",
         "better": "higher", "peer": PEER, "peer_value": round(peer, 2), "ratio": round(value / peer, 2),
         "runs": len(mine), "spread": [round(min(mine), 2), round(max(mine), 2)]}]}


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--size", type=int, default=40)
    print(json.dumps(measure(reader.parse_args().size), indent=1))


if __name__ == "__main__":
    main()
