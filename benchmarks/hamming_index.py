"""The exact Hamming index on one core, against faiss IndexBinaryFlat in the same run, in turns of 20 queries each.

Every answer is compared with the peer's: a difference is counted, not averaged away.
Run: python -m benchmarks.hamming_index [--size N] [--queries N] [--kinds uniform,clustered] [--json]
"""

import argparse
import json
import platform
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from clew.signals.indexes.answers import Answers
from clew.signals.indexes.hamming import HammingIndex, build
from clew.signals.indexes.rows import as_rows, as_words
from clew.signals.indexes.search import scan
from tests.signals.indexes.populations import KINDS, Hashes, flipped, hashes_of

RADIUS, PART, WARM, TURN = 31, 500_000, 60, 20
Figure = dict[str, Any]
CLOCKS = {"wall": time.perf_counter, "thread": time.thread_time}
clock = "wall"


@dataclass
class Times:
    """Milliseconds of one kind's queries, and how many answers differed from the peer's."""

    ours: list[float] = field(default_factory=list)
    peer: list[float] = field(default_factory=list)
    linear: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    share: list[float] = field(default_factory=list)
    build_s: float = 0.0
    open_s: float = 0.0
    bytes_per_hash: float = 0.0
    different: int = 0


def population(kind: str, size: int, chance: np.random.Generator) -> Hashes:
    """Return `size` hashes of a kind, made in parts so that memory stays bounded."""
    hashes = np.empty((size, 32), np.uint8)
    for start in range(0, size, PART):
        hashes[start:start + PART] = hashes_of(kind, min(PART, size - start), chance)
    return hashes


def asked(hashes: Hashes, count: int, chance: np.random.Generator) -> list[Hashes]:
    """Return queries: four of five lie up to 34 bits from an entry, one of five is unrelated to all."""
    near = [flipped(hashes[chance.integers(len(hashes))], int(chance.integers(0, 35)), chance) for _ in range(count)]
    return [query if number % 5 else chance.integers(0, 256, 32, dtype=np.uint8) for number, query in enumerate(near)]


def milliseconds(act: Any) -> tuple[Any, float]:
    begun = CLOCKS[clock]()
    answer = act()
    return answer, (CLOCKS[clock]() - begun) * 1e3


def by_scan(index: HammingIndex, query: Hashes) -> Any:
    """Answer as the index does, but by comparing with every row."""
    hits = scan(as_rows(as_words(query)), index.snapshot.rows, RADIUS)
    answers = Answers(index.snapshot, index.tail.state, hits, hits[:0])
    return answers.part(0, answers.count)


def differs(ours: Any, theirs: Any) -> bool:
    (ids, distances), (_, peer_distances, peer_ids) = ours, theirs
    order, peer_order = np.argsort(ids), np.argsort(peer_ids)
    return not (np.array_equal(ids[order], peer_ids[peer_order])
                and np.array_equal(distances[order], peer_distances[peer_order]))


def measured(kind: str, size: int, queries: int, folder: Path) -> Times:
    """Build, then ask both in turn; every third query is also answered by our own linear scan."""
    chance, times = np.random.default_rng(KINDS.index(kind)), Times()
    hashes = population(kind, size, chance)
    index, took = milliseconds(partial(build, folder / kind, hashes, np.arange(size), mark={"xid": 0}))
    times.build_s = took / 1e3
    index, took = milliseconds(lambda: HammingIndex.open(folder / kind))
    times.open_s = took / 1e3
    held = index.snapshot
    arrays = (held.rows, held.starts, held.offsets, held.postings, held.checks)
    times.bytes_per_hash = sum(array.nbytes for array in arrays) / size
    peer = faiss.IndexBinaryFlat(256)
    peer.add(hashes)
    warming, questions = asked(hashes, WARM, chance), asked(hashes, queries, chance)
    del hashes  # at 100 million the index needs the memory
    for query in warming:
        index.lookup(query)
    for start in range(0, queries, TURN):
        in_turn(index, peer, questions[start:start + TURN], times)
    return times


def in_turn(index: HammingIndex, peer: Any, queries: list[Hashes], times: Times) -> None:
    """Ask ours all of a turn's queries, then the peer; then compare each answer, and scan for every third."""
    times.cold.append(milliseconds(lambda: index.lookup(queries[-1], RADIUS))[1])
    ours = [milliseconds(lambda query=query: index.lookup(query, RADIUS)) for query in queries]
    theirs = [milliseconds(lambda query=query: peer.range_search(query[None], RADIUS + 1)) for query in queries]
    times.ours += [took for _, took in ours]
    times.peer += [took for _, took in theirs]
    times.different += sum(differs(mine, other) for (mine, _), (other, _) in zip(ours, theirs, strict=True))
    linear = [milliseconds(lambda query=query: by_scan(index, query))[1] for query in queries[::3]]
    times.linear += linear
    times.share += [mine / scanned for (_, mine), scanned in zip(ours[::3], linear, strict=True)]


def figure(name: str, value: float, unit: str, better: str = "lower", peer: str | None = None,
           peer_value: float | None = None, runs: int = 1, spread: list[float] | None = None) -> Figure:
    ratio = None
    if peer_value is not None and value:
        ratio = round(peer_value / value if better == "lower" else value / peer_value, 2)
    return {"name": name, "value": round(value, 4), "unit": unit, "better": better, "peer": peer,
            "peer_value": None if peer_value is None else round(peer_value, 4), "ratio": ratio, "runs": runs,
            "spread": spread}


def figures_of(kind: str, times: Times) -> list[Figure]:
    """Return one kind's figures; spread is the 5th and 95th percentile of the single lookups."""
    ours, peer, linear = np.array(times.ours), np.array(times.peer), np.array(times.linear)
    runs, spread = len(ours), [round(float(np.percentile(ours, at)), 4) for at in (5, 95)]
    scan_ms = float(np.median(linear))
    worst = float(np.percentile(ours, 99))
    faiss_name = "faiss IndexBinaryFlat range_search, 1 thread"
    return [
        figure(f"{kind}: lookup p50", float(np.median(ours)), "ms", peer=faiss_name,
               peer_value=float(np.median(peer)), runs=runs, spread=spread),
        figure(f"{kind}: lookup p99", worst, "ms", peer=faiss_name,
               peer_value=float(np.percentile(peer, 99)), runs=runs, spread=spread),
        figure(f"{kind}: first lookup after the peer's and our scans p50", float(np.median(times.cold)), "ms",
               runs=len(times.cold)),
        figure(f"{kind}: own linear scan p50", scan_ms, "ms", runs=len(linear)),
        figure(f"{kind}: lookup in own linear scans of the same query p99", float(np.percentile(times.share, 99)),
               "scans", runs=len(linear)),
        figure(f"{kind}: answers that differ from the peer's", times.different, "answers", runs=runs),
        figure(f"{kind}: build with self-test", times.build_s, "s"),
        figure(f"{kind}: open with checksums", times.open_s, "s"),
        figure(f"{kind}: bytes per hash without ids", times.bytes_per_hash, "bytes"),
    ]


def measure(
    size: int = 10_000_000, queries: int = 1_000, kinds: tuple[str, ...] = KINDS, by: str = "wall"
) -> dict[str, Any]:
    """Return {"machine", "figures"} for an index of `size` hashes of each kind, on one core.

    `by` "thread" counts this thread's processor time alone, for a machine on which others work too.
    """
    global clock  # noqa: PLW0603 - one clock for the run, chosen once
    clock = by
    faiss.omp_set_num_threads(1)
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder) / "warm", population("clustered", 50_000, np.random.default_rng(0)),
              np.arange(50_000), mark={}).lookup(bytes(32))  # compiles the loops
        for kind in kinds:
            figures += figures_of(kind, measured(kind, size, queries, Path(folder)))
    machine = {"system": platform.platform(), "python": platform.python_version(), "processor": processor(),
               "size": size, "radius": RADIUS, "clock": by}
    return {"machine": machine, "figures": figures}


def processor() -> str:
    """Return the processor's name where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")),
                platform.processor())


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--size", type=int, default=10_000_000)
    reader.add_argument("--queries", type=int, default=1_000)
    reader.add_argument("--kinds", default=",".join(KINDS))
    reader.add_argument("--clock", choices=list(CLOCKS), default="wall", help="thread: on a busy machine")
    reader.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    given = reader.parse_args()
    told = measure(given.size, given.queries, tuple(given.kinds.split(",")), given.clock)
    if given.json:
        print(json.dumps(told))
        return
    for line in told["figures"]:
        against = f"   {line['peer']}: {line['peer_value']} ({line['ratio']} times)" if line["peer"] else ""
        print(f"{line['name']:<50} {line['value']:>10} {line['unit']}{against}")


if __name__ == "__main__":
    main()
