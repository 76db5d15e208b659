"""A guarded read with its event over HTTP, 8 clients that keep their connection, against a bare read of one row.

Run: python -m benchmarks.api [--size SECONDS]   (two rounds of so many seconds for each, taking turns)
"""

import argparse
import json
import multiprocessing
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg

from benchmarks.bare import TABLES
from benchmarks.throwaway import ROOT, Running, fill, free_port, running_node
from clew.domain.cases import service as cases
from clew.store import postgres

CLIENTS, ROUNDS, WARM_S = 8, 2, 2.0
EXHIBITS, ROWS = 100, 2_000
BARE = "bare FastAPI read of one row with session and event"


def requests_for(seconds: float, port: int, path: str, token: str) -> list[float]:
    """Ask again and again over one connection, by a client that costs next to nothing; return each answer's ms."""
    asked = (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n").encode()
    times = []
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            line.sendall(asked)
            head, _, body = line.recv(65536).partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"{path}: {head.splitlines()[:1]}")
            lines = (one.split(b":", 1) for one in head.lower().splitlines()[1:])
            length = int(next(value for name, value in lines if name == b"content-length"))
            while len(body) < length:
                body += line.recv(65536)
            times.append((time.perf_counter() - began) * 1000)
    return times


def asked_by_all(seconds: float, port: int, path: str, token: str) -> tuple[float, list[float]]:
    """Return answers a second and every answer's milliseconds, of CLIENTS processes."""
    with multiprocessing.get_context("fork").Pool(CLIENTS) as crew:
        ask = partial(requests_for, port=port, path=path, token=token)
        crew.map(ask, [WARM_S] * CLIENTS)
        began = time.perf_counter()
        times = [one for some in crew.map(ask, [seconds] * CLIENTS) for one in some]
        return len(times) / (time.perf_counter() - began), times


@contextmanager
def bare_server(node: Running) -> Iterator[Callable[[float], tuple[float, list[float]]]]:
    """Run the peer on the node's own PostgreSQL, in a database of its own, with as many processes."""
    server = postgres.embedded(node.at)
    postgres.create_database(server.admin_dsn(), "bare", missing_only=True)
    dsn = server.admin_dsn("bare") + "&options=-csearch_path%3Dpublic"
    thing, token, port = uuid.uuid4(), uuid.uuid4().hex, free_port()
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(TABLES)
        conn.execute("INSERT INTO sessions VALUES (%s, %s)", [token, uuid.uuid4()])
        conn.execute("INSERT INTO things SELECT gen_random_uuid(), gen_random_uuid(), n::text FROM generate_series(1, 2000) n")
        conn.execute("INSERT INTO things VALUES (%s, %s, 'one')", [thing, uuid.uuid4()])
    place = node.at.keys / "bare.dsn"
    place.write_text(dsn)
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("granian")), "--interface", "asgi", "--factory", "benchmarks.bare:create_app",
         "--port", str(port), "--workers", str(node.at.web_processes), "--log-level", "error"], cwd=ROOT,
        env=os.environ | {"BARE_DSN_FILE": str(place)})
    try:
        for _ in range(100):
            try:
                httpx.get(f"http://127.0.0.1:{port}/none")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield lambda seconds: asked_by_all(seconds, port, f"/things/{thing}", token)
    finally:
        process.terminate()
        process.wait(30)


def measure(size: int = 10) -> dict[str, Any]:
    """Return {"machine", "figures"}; `size` is the seconds of each round."""
    rates: dict[str, list[float]] = defaultdict(list)
    times: dict[str, list[float]] = defaultdict(list)
    with running_node(worker=False) as node:
        fill(node, ROWS)
        ways = {name: partial(asked_by_all, port=node.at.port, path=path, token=node.token)
                for name, path in paths(node).items()}
        with bare_server(node) as bare:
            for _ in range(ROUNDS):
                for name, way in (ways | {BARE: bare}).items():
                    rate, took = way(size)
                    rates[name].append(rate)
                    times[name] += took
    return {"machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {CLIENTS} clients",
            "figures": [one for name in ways for one in figures(name, rates, times)]}


def paths(node: Running) -> dict[str, str]:
    """Return the reads that are measured: a case of EXHIBITS and one of them, and the large case beside it."""
    case = cases.open_case(node.viewer, "BENCH-2", title="Read")
    fill(node, EXHIBITS, str(case.id))
    with psycopg.connect(postgres.embedded(node.at).admin_dsn(postgres.DATABASE)) as conn:
        found = conn.execute("SELECT id FROM clew.exhibits WHERE case_id = %s LIMIT 1", [case.id]).fetchone()
    assert found is not None
    return {f"guarded read of a case of {EXHIBITS} exhibits": f"/api/v1/cases/{case.id}",
            f"guarded read of a case of {ROWS} exhibits": f"/api/v1/cases/{node.case_id}",
            "guarded read of an exhibit": f"/api/v1/exhibits/{found[0]}"}


def figures(name: str, rates: dict[str, list[float]], times: dict[str, list[float]]) -> Iterator[dict[str, Any]]:
    """Yield rate, p50 and p99 of one read, each beside the peer's."""
    ours, peer = statistics.median(rates[name]), statistics.median(rates[BARE])
    yield {"name": f"{name} with its event", "value": round(ours), "unit": "req/s", "better": "higher", "peer": BARE,
           "peer_value": round(peer), "ratio": round(ours / peer, 2), "runs": len(rates[name]),
           "spread": [round(min(rates[name])), round(max(rates[name]))]}
    cuts, peer_cuts = (statistics.quantiles(one, n=100) for one in (times[name], times[BARE]))
    for percent in (50, 99):
        mine, other = cuts[percent - 1], peer_cuts[percent - 1]
        yield {"name": f"{name}, p{percent}", "value": round(mine, 2), "unit": "ms", "better": "lower", "peer": BARE,
               "peer_value": round(other, 2), "ratio": round(other / mine, 2), "runs": len(times[name]), "spread": None}


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--size", type=int, default=10)
    print(json.dumps(measure(reader.parse_args().size), indent=1))


if __name__ == "__main__":
    main()
