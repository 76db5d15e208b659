"""Milliseconds of looking at hits: overlap, links and grid of a case of 2,000 and of 100,000 exhibits, a tenth linked."""

import json
import os
import platform
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from clew.domain.cases import service as cases
from clew.domain.exhibits import service as exhibits
from clew.domain.links import service as links
from clew.kernel.ids import CaseId, ExhibitId
from clew.kernel.viewer import Viewer
from clew.store.db import database
from clew.store.postgres import database_name
from tests.database import running_server
from tests.node import Node, cheap_passwords, make_test_node

SIZES, RUNS = (2_000, 100_000), 5
# Every tenth exhibit has a link: into a case that tells a contact, one that shows itself, one that is owner-first, and
# the case's own; every hundredth lies with the same bytes in the first.
OTHERS = {"contact": ("own", "contact"), "shown": ("network", "contact"), "first": ("own", "owner-first")}


@contextmanager
def filled_node(size: int) -> Iterator[tuple[Node, CaseId, psycopg.Connection[Any]]]:
    """Run a throw-away node whose officer ada works on a case of `size` exhibits; ben's three cases hit it."""
    with (running_server() as server, tempfile.TemporaryDirectory(dir="/var/tmp") as home,
          server.database(Path(home)) as at, cheap_passwords(),
          psycopg.connect(server.server.admin_dsn(database_name(at)), autocommit=True) as admin):
        node = make_test_node(at)
        for code, name in (("XA", "ada"), ("XB", "ben")):
            node.agency(code)
            node.officer(code, name)
        yield node, fill(node, admin, size), admin
        database().close()


def fill(node: Node, admin: psycopg.Connection[Any], size: int) -> CaseId:
    """Write the cases and what is in them straight into the tables; return ada's case."""
    ada, ben = node.viewers["ada"], node.viewers["ben"]
    mine = cases.open_case(ada, "BENCH-1").id
    admin.execute("UPDATE clew.cases SET hits = 'owner-first' WHERE id = %s", (mine,))
    admin.execute("SET session_replication_role = replica")
    media = [*_exhibits(admin, mine, ada, size)]
    every, tenth = 4 * 10, size // 40
    for place, (name, (audience, hits)) in enumerate(OTHERS.items()):
        other = cases.open_case(ben, name).id
        admin.execute("UPDATE clew.cases SET audience = %s, hits = %s WHERE id = %s", (audience, hits, other))
        theirs = _exhibits(admin, other, ben, tenth)
        _links(admin, media[place * 10::every], theirs)
        if name == "contact":
            _exhibits(admin, other, ben, size // 100, media[5::100])
    _links(admin, media[30::every], media[31::every])
    admin.execute("VACUUM ANALYZE")
    return mine


def _exhibits(admin: psycopg.Connection[Any], case: CaseId, of: Viewer, count: int,
              media: list[uuid.UUID] | None = None) -> list[uuid.UUID]:
    """Write `count` exhibits of a case; of new media where none are given. Return the media."""
    delivery = uuid.uuid4()
    admin.execute("INSERT INTO clew.contributions (id, case_id, officer_id) VALUES (%s, %s, %s)",
                  (delivery, case, of.officer_id))
    if media is None:
        media = [uuid.uuid4() for _ in range(count)]
        admin.execute("""
            INSERT INTO clew.media (id, sha256, sha1, md5, size, object_name, kind, media_type, width, height)
            SELECT m, sha256(m::text::bytea), '', '', 300000, m, 'picture', 'image/jpeg', 1152, 864
            FROM unnest(%s::uuid[]) m""", (media,))
    admin.execute("""
        INSERT INTO clew.exhibits (id, case_id, contribution_id, media_id, path, state, compared, made_at)
        SELECT gen_random_uuid(), %s, %s, m, 'filled/' || n || '.jpg', 'imported', true, now() + n * interval '1 millisecond'
        FROM unnest(%s::uuid[]) WITH ORDINALITY x (m, n)""", (case, delivery, media))
    return media


def _links(admin: psycopg.Connection[Any], mine: list[uuid.UUID], theirs: list[uuid.UUID]) -> None:
    admin.execute("""
        INSERT INTO clew.links (id, media_a, media_b, matcher, version, value, verdict, why)
        SELECT gen_random_uuid(), least(a, b), greatest(a, b), 'pdq', 1, 0.9 + random() / 10, 'match', 'near'
        FROM unnest(%s::uuid[], %s::uuid[]) x (a, b)""", (mine[:len(theirs)], theirs[:len(mine)]))


def measured(size: int) -> Iterator[tuple[str, list[float]]]:
    """Yield what was done and the milliseconds of each run."""
    with filled_node(size) as (node, case, _):
        ada = node.viewers["ada"]
        known = links.overlap(ada, case)
        assert [one.level for one in known] == ["asked", "audience", "contact"], known
        assert sum(one.exhibits for one in known) == 2 * (size // 40) + size // 100
        second = exhibits.list_exhibits(ada, case).after
        linked = exhibits.list_exhibits(ada, case, only="linked").tiles
        one = ExhibitId(linked[0].id)
        acts: dict[str, Callable[[], Any]] = {
            "overlap": lambda: links.overlap(ada, case),
            "links, first 20": lambda: links.list_links(ada, case, limit=20),
            "links, 20 not judged": lambda: links.list_links(ada, case, unjudged=True, limit=20),
            "links of one exhibit": lambda: links.list_links(ada, case, exhibit_id=one),
            "grid, first page": lambda: exhibits.list_exhibits(ada, case),
            "grid, second page": lambda: exhibits.list_exhibits(ada, case, after=second),
            "grid of linked, first page": lambda: exhibits.list_exhibits(ada, case, only="linked"),
            "cases": lambda: cases.list_cases(ada)}
        for name, act in acts.items():
            yield f"{name}, {size:,} exhibits", [_took(act) for _ in range(RUNS)]


def _took(act: Callable[[], Any]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    figures = [{"name": name, "value": round(statistics.median(runs), 1), "unit": "ms", "better": "lower", "peer": "",
                "peer_value": None, "ratio": None, "runs": RUNS, "spread": [round(min(runs), 1), round(max(runs), 1)]}
               for size in SIZES for name, runs in measured(size)]
    machine = {"cpus": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()}
    print(json.dumps({"machine": machine, "figures": figures}))


if __name__ == "__main__":
    main()
