"""The index of vectors on one core beside faiss flat (16-bit floats, inner product), asked in turns in the same run.

Half of the entries lie in clusters of near-copies, as pictures on a node do. Every answer is compared with the peer's.
On a machine that others use, `--clock thread` counts this thread's own processor time, of ours and of the peer's.
Run: python -m benchmarks.vectors [--size N] [--queries N] [--clock wall|thread]
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from clew.signals.contract import Signal
from clew.signals.embedding import packed
from clew.signals.indexes.contract import Entry
from clew.signals.indexes.vectors.index import VectorIndex, build
from clew.signals.indexes.vectors.index import open as open_index

SIZE, PART, MOST, TURN, CLUSTER, FILM = 512, 20_000, 100, 5, 40, 60
TAG = b"test"
Vectors = NDArray[np.float32]
CLOCKS = {"wall": time.perf_counter, "thread": time.thread_time}
clock = "wall"


def normal(rows: Vectors) -> Vectors:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def near(rows: Vectors, chance: np.random.Generator, cosine: float) -> Vectors:
    """Return unit vectors at about this cosine from the given ones."""
    noise = normal(chance.normal(size=rows.shape).astype(np.float32))
    return normal(cosine * rows + (1 - cosine**2) ** 0.5 * noise)


def population(size: int, chance: np.random.Generator) -> Iterator[Vectors]:
    """Yield unit vectors in parts: half drawn alone, half in clusters at a cosine of 0.85 from their centre."""
    for start in range(0, size, PART):
        count = min(PART, size - start)
        alone = normal(chance.normal(size=(count - count // 2, SIZE)).astype(np.float32))
        centres = normal(chance.normal(size=(max(1, count // 2 // CLUSTER), SIZE)).astype(np.float32))
        yield np.concatenate([alone, near(centres[chance.integers(0, len(centres), count // 2)], chance, 0.85)])


def timed(act: Any) -> tuple[Any, float]:
    """Return the answer and the milliseconds of the chosen clock."""
    start = CLOCKS[clock]()
    answer = act()
    return answer, 1000 * (CLOCKS[clock]() - start)


def built(folder: Path, size: int) -> tuple[VectorIndex, Any, float, Vectors]:
    """Build ours and the peer from the same vectors; return both, our seconds, and some entries to ask about."""
    peer = faiss.IndexScalarQuantizer(SIZE, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    peer.train(np.zeros((1, SIZE), np.float32))
    kept: list[Vectors] = []

    def entries() -> Iterator[Entry]:
        number = 0
        for rows in population(size, np.random.default_rng(1)):
            halves = rows.astype(np.float16).astype(np.float32)
            peer.add(halves)
            kept.append(halves[::97])
            for row in halves:
                yield Entry(number, Signal("likeness", 1, packed(TAG, row)))
                number += 1

    index, took = timed(lambda: build(folder, entries(), {"since": "0"}))
    return index, peer, took / 1000, np.concatenate(kept)


def measure(size: int = 100_000, queries: int = 100) -> dict[str, Any]:
    """Return {"machine", "figures"}; faiss answers on one thread, in turns with ours."""
    faiss.omp_set_num_threads(1)
    figures = list(measured(size, queries))
    return {"machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {clock} clock",
            "figures": figures}


def measured(size: int, queries: int) -> Iterator[dict[str, Any]]:
    """Yield the figures of one size."""
    chance = np.random.default_rng(2)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        index, peer, build_s, known = built(Path(name) / "index", size)
        held = sum(one.stat().st_size for one in Path(name).rglob("*.npy"))
        yield figure("build with its proof (and the peer's, and drawing)", [build_s], "s")
        index, opened = timed(lambda: open_index(Path(name) / "index"))
        yield figure("open, every checksum", [opened / 1000], "s")
        yield figure("on disk", [held / size], "bytes a vector")
        asked = near(known[chance.integers(0, len(known), queries)], chance, 0.6)
        ours, theirs, different = in_turns(index, peer, asked)
        yield figure(f"the {MOST} nearest of {size:,}, p50", ours, "ms", theirs)
        yield figure("the same, p99", [float(np.quantile(ours, 0.99))], "ms", [float(np.quantile(theirs, 0.99))])
        yield figure("the same for each 100,000", [statistics.median(ours) / size * 1e5], "ms")
        yield figure("answers with another product than the peer's", [different], f"of {queries}")
        film = near(known[chance.integers(0, len(known), FILM)], chance, 0.6)
        signals = [Signal("likeness", 1, packed(TAG, row)) for row in film]
        runs = [timed(lambda: index.propose(signals, MOST))[1] for _ in range(5)]
        yield figure(f"a film of {FILM} stills at once", runs, "ms")


def in_turns(index: VectorIndex, peer: Any, asked: Vectors) -> tuple[list[float], list[float], int]:
    """Ask both a few queries each in turn; return the milliseconds of both and how many answers differ."""
    ours: list[float] = []
    theirs: list[float] = []
    different = 0
    asked = asked.astype(np.float16).astype(np.float32)
    signals = [Signal("likeness", 1, packed(TAG, row)) for row in asked]
    index.propose(signals[:1], MOST)
    peer.search(asked[:1], MOST)
    for start in range(0, len(asked), TURN):
        turn = range(start, min(start + TURN, len(asked)))
        mine = [timed(lambda n=n: index.propose([signals[n]], MOST)) for n in turn]
        other = [timed(lambda n=n: peer.search(asked[n:n + 1], MOST)) for n in turn]
        ours += [took for _, took in mine]
        theirs += [took for _, took in other]
        for (found, _), ((products, _), _) in zip(mine, other, strict=True):
            different += not np.allclose([one.strength for one in found], products[0], atol=1e-4)
    return ours, theirs, different


def figure(name: str, runs: list[float], unit: str, peer: list[float] | None = None) -> dict[str, Any]:
    value = statistics.median(runs)
    other = statistics.median(peer) if peer else None
    return {"name": name, "value": round(value, 3), "unit": unit, "better": "lower",
            "peer": "faiss flat fp16" if peer else None, "peer_value": other and round(other, 3),
            "ratio": other and round(other / value, 2), "runs": len(runs), "spread": [round(min(runs), 2), round(max(runs), 2)]}


def main() -> None:
    """Measure, and print one JSON object."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--size", type=int, default=100_000)
    reader.add_argument("--queries", type=int, default=100)
    reader.add_argument("--clock", choices=CLOCKS, default="wall")
    asked = reader.parse_args()
    globals()["clock"] = asked.clock
    print(json.dumps(measure(asked.size, asked.queries)))


if __name__ == "__main__":
    main()
