"""A search by picture among 100,000: open, describe, propose, read, lay 24 over it; milliseconds of each part and of all.

Run: python -m benchmarks.search_pictures --cache FOLDER [--size N] [--queries N] [--json]
A throw-away node with its own PostgreSQL; the index holds the pictures of benchmarks/words_index.py. Whatever it proposes has
stored signals: a photograph its own, a synthetic picture those of some photograph; and where less than 24 are proposed, others
are read and compared beside them, so that every search pays for 24. Queries are heavy edits as JPEG files, given to the code
that answers a search, in one worker.
"""

import argparse
import io
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

import numpy as np
import psycopg

from benchmarks.heavy_edits import HEAVY
from benchmarks.words_index import EDITS, Material, figure, material, paths, photograph, pieces
from clew.domain.matching import depth, lookup, tools
from clew.signals import details, registry
from clew.signals.contract import Signal
from clew.signals.indexes.words import index as words_index
from clew.signals.local.codec import unpack
from clew.store import signal_rows
from clew.store.db import Work, database
from clew.store.postgres import database_name
from clew.store.vault import vault
from tests.database import running_server
from tests.node import cheap_passwords, make_test_node

_LEAST = 80
_ROWS = (
    "INSERT INTO clew.contributions (id, case_id, officer_id) VALUES (%(delivery)s, %(case)s, %(officer)s)",
    """INSERT INTO clew.media (id, sha256, sha1, md5, size, object_name, kind, media_type, described_at)
    SELECT gen_random_uuid(), sha256(('search ' || n)::bytea), '', '', 1, n, 'picture', 'image/jpeg', now()
    FROM generate_series(1, %(size)s) AS n""",
    """INSERT INTO clew.exhibits (id, case_id, contribution_id, media_id, path, state, compared, in_depth)
    SELECT gen_random_uuid(), %(case)s, %(delivery)s, id, object_name, 'imported', true, true FROM clew.media""",
    """INSERT INTO clew.signals (id, media_id, matcher, version, value) OVERRIDING SYSTEM VALUE
    SELECT object_name::bigint, id, 'details', %(version)s, '' FROM clew.media""",
    "SELECT setval(pg_get_serial_sequence('clew.signals', 'id'), %(size)s + 1)",
)
_EMPTY = "SELECT id, media_id FROM clew.signals WHERE media_id = ANY (%s) AND value = ''"
Admin = psycopg.Connection[Any]
Parts = dict[str, float]


@dataclass
class Clock:
    """Adds up seconds by part, by the wall and by the processor (all threads of this process)."""

    wall: Parts = field(default_factory=dict)
    busy: Parts = field(default_factory=dict)

    def timed(self, part: str, act: Callable[..., Any]) -> Callable[..., Any]:
        """Return the act, timed."""

        def done(*given: Any, **named: Any) -> Any:
            began, began_busy = time.perf_counter(), time.process_time()
            try:
                return act(*given, **named)
            finally:
                self.wall[part] = self.wall.get(part, 0.0) + time.perf_counter() - began
                self.busy[part] = self.busy.get(part, 0.0) + time.process_time() - began_busy

        return done


@contextmanager
def filled_node(size: int) -> Iterator[Admin]:
    """Run a throw-away node with `size` pictures whose signals are empty until something proposes them."""
    with (running_server() as server, tempfile.TemporaryDirectory(dir="/var/tmp") as home,
          server.database(Path(home)) as at, cheap_passwords(),
          psycopg.connect(server.server.admin_dsn(database_name(at)), autocommit=True) as admin):
        node = make_test_node(at)
        node.agency("XA")
        given = {"size": size, "case": uuid4(), "delivery": uuid4(), "officer": node.officer("XA", "ada").officer_id,
                 "version": details.VERSION}
        admin.execute("SET session_replication_role = replica")  # no triggers: only what bulk needs
        for statement in _ROWS:
            admin.execute(statement, given)
        admin.execute("VACUUM ANALYZE")
        yield admin
        database().close()


def hold(admin: Admin, proposed: Sequence[UUID], held: Sequence[Sequence[Signal]]) -> list[UUID]:
    """Give these pictures stored signals where they have none, the grey part sealed; return those that had none."""
    rows = admin.execute(_EMPTY, (list(proposed),)).fetchall()
    rich = [both for both in held if both]
    for number, media in rows:
        points, grey = held[number - 1] if number <= len(held) else rich[number % len(rich)]
        admin.execute("UPDATE clew.signals SET value = %s WHERE id = %s", (points.value, number))
        admin.execute("INSERT INTO clew.signals (media_id, matcher, version, value, sealed) VALUES (%s, 'details', %s, %s, true)",
                      (media, details.VERSION, vault().keyring.seal_small(grey.value, f"signal:{media}")))
    return [media for _, media in rows]


def asked(held: Material, count: int) -> list[tuple[int, bytes]]:
    """Return `count` heavy edits as JPEG files with the number of their photograph, in turn of those with points."""
    every = paths()
    usable = [number for number, value in enumerate(held.references) if number % 2 and len(unpack(value)) >= _LEAST]
    made = []
    for place in range(count):
        number, edit = usable[place % len(usable)], EDITS[(place + place // len(usable)) % len(EDITS)]
        draw = np.random.default_rng([number, place])
        edited = HEAVY[edit](photograph(every[number]), draw, photograph(every[usable[(place + 7) % len(usable)]]))
        content = io.BytesIO()
        edited.convert("RGB").save(content, "JPEG", quality=90)
        made.append((number, content.getvalue()))
    return made


def search(content: bytes, clock: Clock, more: Sequence[UUID]) -> dict[UUID, str]:
    """Answer one search as the worker does and return the verdict of each media found; `more` fill the places to compare."""
    look_up = clock.timed("propose", lookup.proposed)

    def proposed(work: Work, name: str, *given: Any) -> list[UUID]:
        found = look_up(work, name, *given)
        return [*found, *(one for one in more if one not in found)][:lookup.COMPARED] if name == details.NAME else found

    opened = clock.timed("open", tools.sandbox().open)(content)
    signals = depth.by_matcher(clock.timed("describe", registry.describe)(opened))
    read = clock.timed("read", signal_rows.read)
    with (database().system_work() as work, mock.patch.object(depth, "proposed", proposed),
          mock.patch.object(signal_rows, "read", read)):
        clock.timed("by hash", lookup.pairs)(work, signals)
        found = clock.timed("in depth", depth.pairs_in_depth)(work, signals, alike=True)
    return {one.other: one.score.verdict for one in found}


def prepared(admin: Admin, contents: Sequence[bytes]) -> list[UUID]:
    """Give whatever these searches propose stored signals, and some more pictures, which are returned; warm everything up."""
    held = [details.signals_of(np.asarray(photograph(path))) for path in paths()]
    given: list[UUID] = []
    for content in contents:
        signals = depth.by_matcher(registry.describe(tools.sandbox().open(content)))
        with database().system_work() as work:
            given += hold(admin, lookup.proposed(work, details.NAME, signals, set()), held)
    if not given:
        raise SystemExit("The index proposes nothing: its snapshot is not used.")
    more = admin.execute("SELECT media_id FROM clew.signals WHERE value = '' ORDER BY id DESC LIMIT 60").fetchall()
    hold(admin, [media for (media,) in more], held)
    admin.execute("VACUUM ANALYZE clew.signals")
    return [media for (media,) in more]


def measure(size: int = 100_000, queries: int = 120, cache: Path | None = None) -> dict[str, Any]:
    """Return {"machine", "figures"}: the parts of a search and all of it, p50 and p95, among `size` pictures."""
    held = material(cache)
    searches = asked(held, queries)
    with filled_node(size) as admin:
        since = admin.execute("SELECT CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text)").fetchone()
        shelf = tools.shelf(details.NAME)
        shelf.folder.mkdir(parents=True, exist_ok=True)
        mark = {"since": (since or "0")[0], "rows": shelf.kind.where}
        words_index._published(shelf.folder, ((n + 1, points) for n, points in pieces(held, size)), mark)
        more = prepared(admin, [content for _, content in searches])
        numbers = {media: int(name) - 1 for media, name in admin.execute("SELECT id, object_name FROM clew.media").fetchall()}
        wall, busy, matched = list[Parts](), list[Parts](), 0
        for number, content in [*searches[:3], *searches]:
            clock = Clock()
            found = clock.timed("all", search)(content, clock, more)
            wall, busy = [*wall, clock.wall], [*busy, clock.busy]
            matched += any(numbers[media] == number for media, verdict in found.items() if verdict == "match")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return {"machine": machine, "figures": [
        *_figures(wall[3:], "wall", size), *_figures(busy[3:], "processor", size),
        figure(f"true picture matched among {size}", matched / len(wall), "share", "higher", len(wall))]}


def _figures(times: Sequence[Parts], clock: str, size: int) -> Iterator[dict[str, Any]]:
    for part in dict.fromkeys(part for one in times for part in one):
        all_ms = [1e3 * one.get(part, 0.0) for one in times]
        for share in (50, 95):
            value = float(np.percentile(all_ms, share))
            yield figure(f"{part}, p{share} by the {clock} among {size}", value, "ms", "lower", len(times))


def main() -> None:
    """Print the figures."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--size", type=int, default=100_000)
    reader.add_argument("--queries", type=int, default=120)
    reader.add_argument("--cache", type=Path)
    given = reader.parse_args()
    print(json.dumps(measure(given.size, given.queries, given.cache), indent=1))


if __name__ == "__main__":
    main()
