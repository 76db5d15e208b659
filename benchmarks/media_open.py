"""A file opened in the sandbox against Pillow decoding it in this process: what the guard costs."""

import io
import json
import os
import platform
import statistics
import time
from collections.abc import Callable

import numpy as np
from PIL import Image

from clew.media.renditions import safe_thumbnail
from clew.media.sandbox import Sandbox

RUNS = 200


def photograph() -> bytes:
    """Return a 1-megapixel JPEG with the detail of a photograph, always the same."""
    dice = np.random.default_rng(1)
    coarse = Image.fromarray(dice.integers(0, 255, (54, 72, 3), dtype=np.uint8)).resize((1152, 864), Image.BICUBIC)
    noisy = np.asarray(coarse).astype(int) + dice.integers(-12, 13, (864, 1152, 3))
    held = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(held, "JPEG", quality=85)
    return held.getvalue()


def milliseconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def figure(name: str, ours: list[float], peer: str, theirs: list[float]) -> dict[str, object]:
    value, peer_value = statistics.median(ours), statistics.median(theirs)
    quarters = statistics.quantiles(ours)
    return {"name": name, "value": round(value, 2), "unit": "ms", "better": "lower", "peer": peer,
            "peer_value": round(peer_value, 2), "ratio": round(peer_value / value, 2), "runs": len(ours),
            "spread": round(quarters[2] - quarters[0], 2)}


def main() -> None:
    data = photograph()
    picture = np.asarray(Image.open(io.BytesIO(data)))
    samples: dict[str, list[float]] = {name: [] for name in ("open", "plain", "start", "none", "thumb", "pil")}
    with Sandbox() as sandbox:
        sandbox.open(data)
        for _ in range(RUNS):
            samples["open"].append(milliseconds(lambda: sandbox.open(data)))
            samples["plain"].append(milliseconds(lambda: np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))))
            samples["thumb"].append(milliseconds(lambda: safe_thumbnail(picture)))
            samples["pil"].append(milliseconds(lambda: Image.fromarray(picture).resize((20, 15), Image.BICUBIC)))
    for _ in range(5):
        with Sandbox() as fresh:
            samples["start"].append(milliseconds(lambda: fresh.open(data)))
        samples["none"].append(milliseconds(lambda: np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))))
    print(json.dumps({
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "figures": [
            figure("open a 1 MP JPEG in the sandbox", samples["open"], "Pillow, full decode in process", samples["plain"]),
            figure("first open, with start", samples["start"], "Pillow, full decode in process", samples["none"]),
            figure("safe thumbnail of 1 MP", samples["thumb"], "Pillow resize alone", samples["pil"]),
        ]}))


if __name__ == "__main__":
    main()
