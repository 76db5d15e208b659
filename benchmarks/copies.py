"""What a picture costs to match when thousands like it are there: N near-copies of 5 originals, spread over 50 cases.

A store that keeps a row for every pair slows down with each copy, so the peer of the last tenth is the first tenth.
Run: python -m benchmarks.copies [--size N]
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from clew.domain.cases import service as cases
from clew.domain.exhibits import service as exhibits
from clew.domain.links import service as links
from clew.domain.matching.jobs import JOBS
from clew.domain.matching.match import match
from clew.kernel.ids import CaseId
from clew.signals.orientations import NAMES, turned
from clew.store import jobs
from clew.store.db import database
from clew.store.postgres import database_name
from tests.database import running_server
from tests.node import Node, cheap_passwords, make_test_node

ORIGINALS, CASES = 5, 50
Hash = NDArray[np.uint8]


def copy_of(original: Hash, rng: np.random.Generator) -> Hash:
    """Return the hash of an edited copy: most within 16 bits of the original, one in ten up to 28."""
    bits = int(rng.integers(0, 29 if rng.random() < 0.1 else 17))
    flat = np.unpackbits(original, axis=1)
    flat[:, rng.choice(256, bits, replace=False)] ^= 1
    for n in range(1, len(NAMES)):
        flat[n, rng.choice(256, 2, replace=False)] ^= 1
    return np.packbits(flat, axis=1)


@contextmanager
def node_of_two() -> Iterator[tuple[Node, psycopg.Connection[Any]]]:
    """Run a throw-away node with ada of one agency and ben of another."""
    with (running_server() as server, tempfile.TemporaryDirectory(dir="/var/tmp") as home,
          server.database(Path(home)) as at, cheap_passwords(),
          psycopg.connect(server.server.admin_dsn(database_name(at)), autocommit=True) as admin):
        node = make_test_node(at)
        for code, name in (("XA", "ada"), ("XB", "ben")):
            node.agency(code)
            node.officer(code, name)
        yield node, admin
        database().close()


def opened_cases(node: Node, admin: psycopg.Connection[Any]) -> list[tuple[CaseId, uuid.UUID]]:
    """Open the cases, ada's and ben's in turn, ben's in her sight; return each with a contribution."""
    made = []
    for number in range(CASES):
        viewer = node.viewers[("ada", "ben")[number % 2]]
        case = cases.open_case(viewer, f"C-{number}").id
        delivery = uuid.uuid4()
        admin.execute("INSERT INTO clew.contributions (id, case_id, officer_id) VALUES (%s, %s, %s)",
                      (delivery, case, viewer.officer_id))
        made.append((case, delivery))
    admin.execute("UPDATE clew.cases SET audience = 'network'")
    return made


def bring(admin: psycopg.Connection[Any], where: tuple[CaseId, uuid.UUID], value: bytes, number: int) -> uuid.UUID:
    """Write one described picture that is not matched yet; return its file."""
    media, exhibit, file = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    admin.execute("INSERT INTO clew.media (id, sha256, sha1, md5, size, object_name, kind, media_type, described_at) VALUES "
                  "(%s, sha256(%s::text::bytea), '', '', 1, %s, 'picture', 'image/jpeg', now())", (media, media, media))
    admin.execute("INSERT INTO clew.exhibits (id, case_id, contribution_id, media_id, path, state, compared) VALUES "
                  "(%s, %s, %s, %s, %s, 'imported', true)", (exhibit, *where, media, f"{number}.jpg"))
    admin.execute("INSERT INTO clew.files (id, contribution_id, case_id, exhibit_id, path, status) VALUES "
                  "(%s, %s, %s, %s, %s, 'imported')", (file, where[1], where[0], exhibit, f"{number}.jpg"))
    admin.execute("INSERT INTO clew.signals (media_id, matcher, version, value) VALUES (%s, 'pdq', 1, %s)", (media, value))
    return file


def measure(size: int) -> dict[str, Any]:
    """Return {"machine", "figures"} of matching `size` pictures one after the other and of looking at them."""
    rng = np.random.default_rng(1)
    originals = [turned(rng.bytes(32)) for _ in range(ORIGINALS)]
    with node_of_two() as (node, admin):
        places = opened_cases(node, admin)
        took = []
        for number in range(size):
            file = bring(admin, places[number % CASES], copy_of(originals[number // CASES % ORIGINALS], rng).tobytes(), number)
            start = time.perf_counter()
            match({"file": str(file)})
            took.append((time.perf_counter() - start) * 1000)
            if number % (size // 10) == size // 10 - 1:
                jobs.drain(JOBS)
                admin.execute("ANALYZE")
        told = [*_looking(node, places[0][0]), *_rows(admin)]
    tenth = size // 10
    first, last = took[tenth // 2:tenth], took[-tenth:]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return {"machine": machine, "figures": [
        _figure(f"match job, the last tenth of {size:,} copies", "ms", last, f"the first tenth of {size:,}", first),
        _figure(f"match jobs of {size:,} copies, all", "s", [sum(took) / 1000]), *told]}


def _looking(node: Node, case: CaseId) -> Iterator[dict[str, Any]]:
    ada = node.viewers["ada"]
    acts: dict[str, Callable[[], Sized]] = {
        "overlap": lambda: links.overlap(ada, case), "links, first 100": lambda: links.list_links(ada, case),
        "grid of 60": lambda: exhibits.list_exhibits(ada, case).tiles}
    for name, act in acts.items():
        runs = []
        for _ in range(3):
            start = time.perf_counter()
            found = act()
            runs.append((time.perf_counter() - start) * 1000)
        yield _figure(f"{name} of one case of {CASES} ({len(found)})", "ms", runs)


def _rows(admin: psycopg.Connection[Any]) -> Iterator[dict[str, Any]]:
    tables = admin.execute("SELECT relname FROM pg_class WHERE relnamespace = 'clew'::regnamespace AND relkind = 'r' AND "
                           "(relname LIKE 'stack%' OR relname = 'links') ORDER BY 1").fetchall()
    for (table,) in tables:
        rows, size = admin.execute(
            f"SELECT count(*), pg_total_relation_size('clew.{table}') FROM clew.{table}".encode()).fetchall()[0]
        yield _figure(f"rows of {table}", "rows", [rows])
        yield _figure(f"size of {table}", "MB", [size / 1e6])


def _figure(name: str, unit: str, runs: list[float], peer: str | None = None, other: list[float] | None = None) -> dict[str, Any]:
    value = statistics.median(runs)
    against = statistics.median(other) if other else None
    return {"name": name, "value": round(value, 2), "unit": unit, "better": "lower", "peer": peer,
            "peer_value": against and round(against, 2), "ratio": against and round(against / value, 3),
            "runs": len(runs), "spread": [round(min(runs), 2), round(max(runs), 2)]}


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--size", type=int, default=5_000)
    print(json.dumps(measure(reader.parse_args().size), indent=1))


if __name__ == "__main__":
    main()
