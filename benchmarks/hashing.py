"""PDQ of a 1-megapixel JPEG: ours with a reduced decode and all eight orientations against pdqhash with a full decode.

Prints one JSON object: `python -m benchmarks.hashing`. Both take turns; figures are medians.
"""

import io
import json
import math
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pdqhash
from PIL import Image

from clew.signals.pdq_hash import hash_orientations, hash_pixels

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
ROUNDS = 15
PICTURES = 12


def jpegs(count: int = PICTURES) -> list[bytes]:
    """Return `count` 1-megapixel JPEGs: the sample photographs where they are, drawn ones otherwise."""
    paths = sorted((SAMPLES / "places" / "opensfm").rglob("images/*.jpg"))[:count]
    images = [Image.open(path).convert("RGB").resize((1156, 867)) for path in paths] or [_drawn(n) for n in range(count)]
    held = []
    for image in images:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=90)
        held.append(file.getvalue())
    return held


def _drawn(seed: int) -> Image.Image:
    rough = np.random.default_rng(seed).integers(0, 256, (54, 72, 3), np.uint8)
    return Image.fromarray(rough).resize((1156, 867), Image.Resampling.BICUBIC)


def reduced(data: bytes) -> tuple[np.ndarray, tuple[int, int]]:
    """Decode as the sandbox does, at the smallest JPEG scale that leaves 512 pixels on the long side."""
    image = Image.open(io.BytesIO(data))
    width, height = image.size
    share = 512 / max(width, height)
    image.draft("RGB", (math.ceil(width * share), math.ceil(height * share)))
    return np.asarray(image), (height, width)


def full(data: bytes) -> np.ndarray:
    """Decode every pixel."""
    return np.asarray(Image.open(io.BytesIO(data)))


def turns(files: list[bytes], ways: dict[str, Callable[[bytes], Any]]) -> dict[str, list[float]]:
    """Return files per second of each way, `ROUNDS` times, taking turns."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way(files[0])
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start = time.perf_counter()
            for data in files:
                way(data)
            rates[name].append(len(files) / (time.perf_counter() - start))
    return rates


def figure(name: str, unit: str, better: str, ours: list[float], peer: str, theirs: list[float]) -> dict[str, Any]:
    """Return one figure as `clew bench` prints it; spread is (max - min) / median."""
    value, peer_value = statistics.median(ours), statistics.median(theirs)
    ratio = value / peer_value if better == "higher" else (peer_value or 1e-9) / (value or 1e-9)
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "better": better,
        "peer": peer,
        "peer_value": round(peer_value, 3),
        "ratio": round(ratio, 2),
        "runs": len(ours),
        "spread": round((max(ours) - min(ours)) / (value or 1), 2),
    }


def apart(a: bytes, b: bytes) -> int:
    """Return the Hamming distance of two hashes."""
    return (int.from_bytes(a) ^ int.from_bytes(b)).bit_count()


def measure(size: int = PICTURES) -> dict[str, Any]:
    """Return the whole report, from `size` pictures."""
    files = jpegs(size)
    rates = turns(
        files,
        {
            "ours": lambda data: hash_orientations(*reduced(data)),
            "peer": lambda data: pdqhash.compute(full(data)),
            "ours full": lambda data: hash_orientations(full(data)),
        },
    )
    peers = [np.packbits(pdqhash.compute(full(data))[0]).tobytes() for data in files]
    bits = [float(apart(hash_pixels(*reduced(data)).value, peer)) for data, peer in zip(files, peers, strict=True)]
    exact = [float(apart(hash_pixels(full(data)).value, peer)) for data, peer in zip(files, peers, strict=True)]
    peer = "pdqhash with full decode"
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, one core used",
        "figures": [
            figure("hash 1 MP JPEG, reduced decode, 8 orientations", "img/s", "higher", rates["ours"], peer, rates["peer"]),
            figure("hash 1 MP JPEG, full decode, 8 orientations", "img/s", "higher", rates["ours full"], peer, rates["peer"]),
            {
                "name": "mean difference, reduced decode",
                "value": round(statistics.mean(bits), 3),
                "unit": "bits",
                "better": "lower",
                "peer": peer,
                "peer_value": 0,
                "ratio": None,
                "runs": len(bits),
                "spread": max(bits),
            },
            {
                "name": "mean difference, full decode",
                "value": round(statistics.mean(exact), 3),
                "unit": "bits",
                "better": "lower",
                "peer": peer,
                "peer_value": 0,
                "ratio": None,
                "runs": len(exact),
                "spread": max(exact),
            },
        ],
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
