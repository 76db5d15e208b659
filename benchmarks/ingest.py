"""Pictures from folder to searchable, end to end, on a node with few rows and on one with many, taking turns.

`clew ingest` itself uploads over HTTP to web processes; workers open, hash, match. Nobody publishes such a figure, so
the peer of the full node is the nearly empty one: the rate must not fall as the store grows.
Run: python -m benchmarks.ingest [--size N] [--rows 2000,200000] [--rounds 2]
"""

import argparse
import io
import json
import os
import platform
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.throwaway import Running, fill, running_node
from clew.cli.ingest import ingest
from clew.demo.shots.many import rendered_pictures
from clew.store import postgres

WARM = 40


def pictures(folder: Path, count: int, seed: int) -> Path:
    """Write `count` distinct JPEG files of 1 megapixel."""
    folder.mkdir()
    for number, content in enumerate(rendered_pictures(count, seed)):
        (folder / f"{number:06d}.jpg").write_bytes(content)
    return folder


def rate(node: Running, folder: Path, count: int) -> float:
    """Return pictures a second from the first byte sent to the last picture matched."""
    node.chosen()
    said = io.StringIO()
    began = time.perf_counter()
    with redirect_stdout(said):
        ingest([folder], reference=node.reference, source=folder.name, as_json=True)
    took = time.perf_counter() - began
    counts = json.loads(said.getvalue().splitlines()[-1])["counts"]
    if counts["imported"] != count:
        raise SystemExit(f"Not everything arrived: {counts}")
    return count / took


def without_depth(node: Running) -> None:
    """Leave nothing to be looked at in depth: that comes when nothing else waits, and the nodes take turns here."""
    with psycopg.connect(postgres.embedded(node.at).admin_dsn(postgres.DATABASE)) as conn:
        conn.execute("UPDATE clew.files SET in_depth = 'done'")
        conn.execute("DELETE FROM clew.pgqueuer WHERE entrypoint = 'look' AND status = 'queued'")


def measure(size: int = 400, rows: Sequence[int] = (2_000, 200_000), rounds: int = 3) -> dict[str, Any]:
    """Return {"machine", "figures"}: pictures a second at each number of rows; `size` pictures in each round."""
    rates: dict[int, list[float]] = defaultdict(list)
    costs: dict[tuple[str, int], list[float]] = defaultdict(list)
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clew-bench-")))
        warm = pictures(root / "warm", WARM, 1000)
        folders = [pictures(root / f"round-{number}", size, number) for number in range(rounds)]
        nodes = {count: stack.enter_context(running_node()) for count in rows}
        for count, node in nodes.items():
            fill(node, count)
            rate(node, warm, WARM)
            without_depth(node)
        for folder in folders:
            for count, node in nodes.items():
                before = node.spent()
                rates[count].append(rate(node, folder, size))
                without_depth(node)
                for part, seconds in node.spent().items():
                    costs[part, count].append((seconds - before[part]) * 1000 / size)
    few = rates[rows[0]]
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "figures": [*(_figure(count, rates[count], None if count == rows[0] else (rows[0], few)) for count in rows),
                    *(_cost(part, costs[part, count], rows[-1], costs[part, rows[-1]])
                      for part, count in costs if count == rows[0])]}


def _cost(part: str, costs: list[float], rows: int, many: list[float]) -> dict[str, Any]:
    value, other = statistics.median(costs), statistics.median(many)
    return {"name": f"processor time a picture, {part}", "value": round(value, 2), "unit": "ms", "better": "lower",
            "peer": f"the same with {rows} rows", "peer_value": round(other, 2), "ratio": round(other / (value or 1), 3),
            "runs": len(costs), "spread": [round(min(costs), 2), round(max(costs), 2)]}


def _figure(rows: int, rates: list[float], peer: tuple[int, list[float]] | None) -> dict[str, Any]:
    value = statistics.median(rates)
    told = {"name": f"ingest of 1 MP pictures, searchable, {rows} rows before", "value": round(value, 2), "unit": "img/s",
            "better": "higher", "peer": None, "peer_value": None, "ratio": None}
    if peer is not None:
        other = statistics.median(peer[1])
        told |= {"peer": f"the same with {peer[0]} rows", "peer_value": round(other, 2), "ratio": round(value / other, 3)}
    return told | {"runs": len(rates), "spread": [round(min(rates), 2), round(max(rates), 2)]}


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--size", type=int, default=400)
    reader.add_argument("--rows", default="2000,200000")
    reader.add_argument("--rounds", type=int, default=3)
    given = reader.parse_args()
    print(json.dumps(measure(given.size, [int(one) for one in given.rows.split(",")], given.rounds), indent=1))


if __name__ == "__main__":
    main()
