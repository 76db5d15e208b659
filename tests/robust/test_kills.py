"""Random kill -9 during an ingest by the real client: nothing lost, nothing doubled, nothing stuck, nobody let in."""

import hashlib
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from clew.cli import client as cli
from clew.cli import ingest
from clew.cli.gather import Found
from clew.cli.upkeep import _expected
from clew.domain.accounts import service as accounts
from clew.domain.cases import service as cases
from clew.domain.events.service import AUDITED
from clew.domain.exhibits import contributions
from clew.domain.exhibits import service as exhibits
from clew.domain.matching.jobs import JOBS
from clew.kernel.errors import NotFound
from clew.kernel.settings import Settings, use_settings
from clew.store import jobs, postgres
from clew.store.audit.checks.verify import verify
from clew.store.audit.sequencer import sequence
from clew.store.blobs import check_objects
from clew.store.db import database
from clew.store.vault import vault
from tests.node import Node, make_test_node
from tests.robust import told
from tests.robust.kills import Killer
from tests.robust.live import LiveNode, live_node
from tests.robust.material import material, write

ENDED = {"imported", "duplicate", "refused"}


@dataclass
class Expected:
    """What an undisturbed run of the same files told."""

    links: Any
    stacks: Any
    endings: dict[str, list[tuple[str, str]]]


def officers(node: Node) -> None:
    node.agency("XA-ONE")
    node.agency("XB-TWO")
    for code, name in (("XA-ONE", "ann"), ("XA-ONE", "bea"), ("XB-TWO", "cid")):
        accounts.set_preferences(node.officer(code, name), language="en", mode="full")


def undisturbed(at: Settings, files: dict[str, bytes]) -> Expected:
    node = make_test_node(at)
    officers(node)
    viewer = node.viewers["ann"]
    case = cases.open_case(viewer, "2026-1")
    contribution = contributions.begin_contribution(viewer, case.id)
    for path, content in files.items():
        stored = vault().blobs.put([content])
        if not contributions.add_file(viewer, contribution.id, path, stored=stored)[1]:
            vault().blobs.drop(stored.object_name)
    jobs.drain(JOBS, at)
    assert contributions.get_progress(viewer, contribution.id).finished
    return Expected(told.links(), told.stacks(), told.endings(contribution.id))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> dict[str, cli.Client]:
    """Let the command line's own functions speak through a client made here."""
    kept: dict[str, cli.Client] = {}
    monkeypatch.setattr(ingest, "client", lambda: kept["one"])
    return kept


def deliver(contribution: str, folder: Path, pace: Iterator[None]) -> dict[str, dict[str, Any]]:
    """Send every file as `clew ingest` does, a few at a time; return the answers, which are acknowledgements."""
    def send(item: tuple[Path, str]) -> tuple[str, dict[str, Any]]:
        return item[1], ingest._send(contribution, Found(*item))

    found = [(path, str(path.relative_to(folder))) for path in sorted(folder.rglob("*")) if path.is_file()]
    with ThreadPoolExecutor(ingest.AT_ONCE) as crew:
        return dict(crew.map(send, [item for item, _ in zip(found, pace, strict=False)]))


def paced(killer: Killer, kills: int, files: int) -> Iterator[None]:
    """Hold files back, so that the last ones come with the last kills."""
    for number in range(files + 1):
        while sum(killer.hit.values()) < kills * number // (files + 1) and killer.going:
            time.sleep(0.02)
        yield None


def ingest_under_fire(live: LiveNode, kept: dict[str, cli.Client], folder: Path, kills: int) -> tuple[str, dict[str, Any]]:
    viewer = live.node.viewers["ann"]
    kept["one"] = cli.Client(live.address, viewer.token)
    kept["one"].patience = ingest.PATIENCE
    case = kept["one"].ask("POST", "/cases", json={"reference": "2026-1"})["id"]
    contribution = ingest._contribution(case, "seized", resume=False)[0]
    killer, files = Killer(live, seed=kills), sum(path.is_file() for path in folder.rglob("*"))
    thread = threading.Thread(target=killer.strikes, args=(kills, 1.0))
    began = time.monotonic()
    thread.start()
    try:
        answers = deliver(contribution, folder, paced(killer, kills, files))
        kept["one"].ask("POST", f"/contributions/{contribution}/close")
    finally:
        thread.join()
    struck = time.monotonic()
    ready = live.until_ready()
    ingest._wait(contribution, quiet=True)
    print(f"\n{sum(killer.hit.values())} kills {dict(killer.hit)} in {struck - began:.0f} s; ready again after "
          f"{statistics.median(killer.back):.1f} s (median), {max(killer.back):.1f} s (most of {len(killer.back)}), "
          f"{ready:.1f} s (last); all ended {time.monotonic() - struck:.0f} s after the last kill")
    assert killer.failed is None and sum(killer.hit.values()) == kills
    return contribution, answers


def nothing_lost(live: LiveNode, contribution: str, answers: dict[str, Any], files: dict[str, bytes]) -> None:
    """Every acknowledged file is there once, byte for byte, and readable by those who could read it."""
    assert set(answers) == set(files)
    lines = {line["path"]: line for line in ingest._lines(contribution)}
    with database().system_work() as work:
        paths = [row.path for row in work.rows("SELECT path FROM clew.files WHERE contribution_id = :id",
                                               {"id": contribution})]
    assert len(paths) == len(set(paths)) == len(lines)
    for path, content in files.items():
        assert answers[path]["id"] == lines[path]["id"]
        assert lines[path]["sha256"] == answers[path]["sha256"] == hashlib.sha256(content).hexdigest()
        assert lines[path]["status"] in ENDED
    ann, bea, cid = (live.node.viewers[name] for name in ("ann", "bea", "cid"))
    seen = {line["exhibit_id"] for line in lines.values() if line["status"] == "imported"}
    for exhibit in seen:
        for viewer in (ann, bea):
            shown = exhibits.get_exhibit(viewer, exhibit)
            with exhibits.content(exhibits.reveal(viewer, exhibit, purpose="proof of wholeness")) as lent, \
                    open(lent, "rb", closefd=False) as content:
                assert hashlib.file_digest(content, "sha256").hexdigest() == shown.sha256
        with pytest.raises(NotFound):
            exhibits.get_exhibit(cid, exhibit)
    assert told.whole_content() == len({line["sha256"] for line in lines.values() if line["sha256"]})


def nothing_doubled_or_stuck(contribution: str, expected: Expected) -> None:
    assert told.links() == expected.links, told.differences(told.links(), expected.links)
    assert told.stacks() == expected.stacks
    found = told.endings(contribution)
    assert found.keys() == expected.endings.keys()
    for content, ended in expected.endings.items():  # which of two twins came first is chance
        assert sorted(status for _, status in found[content]) == sorted(status for _, status in ended), (
            found[content], ended)
        assert sorted(path for path, _ in found[content]) == sorted(path for path, _ in ended)
    everything_is_looked_at_in_depth(time.monotonic() + 240)
    with database().engine(postgres.SYSTEM).connect() as conn:
        assert jobs.failed(conn) == [] and jobs.counts(conn) == []


def everything_is_looked_at_in_depth(until: float) -> None:
    """What is looked at afterwards outlives the kills too; one file's job at the end may still be noted."""
    with database().engine(postgres.SYSTEM).connect() as conn:
        while conn.execute(text("SELECT EXISTS (SELECT 1 FROM clew.files WHERE status = 'imported' AND in_depth <> 'done')")
                           ).scalar() or jobs.counts(conn):
            assert time.monotonic() < until, jobs.counts(conn)
            conn.rollback()
            time.sleep(0.5)


def all_in_the_signed_tree(contribution: str) -> None:
    with database().engine(postgres.SYSTEM).connect() as conn:
        sequence(conn)
    with database().engine(postgres.SYSTEM).connect() as conn:
        assert verify(conn, AUDITED).findings == []
    with database().system_work() as work:
        rows = work.rows("""
            SELECT x.id, x.state, count(*) FILTER (WHERE e.verb = 'add_file') AS added,
                   count(*) FILTER (WHERE e.verb = 'describe') AS described,
                   count(*) FILTER (WHERE e.verb = 'match') AS matched, count(*) FILTER (WHERE e.seq IS NULL) AS unsigned
            FROM clew.exhibits x LEFT JOIN clew.events e ON e.subject = 'exhibit:' || x.id
            WHERE x.contribution_id = :id GROUP BY x.id""", {"id": contribution})
    for row in rows:
        assert row.added and row.described == 1 and row.unsigned == 0, row


def objects_are_whole() -> int:
    report = check_objects(vault().blobs, _expected(), deep=True, grace=timedelta(0))
    assert report.whole and report.objects > 100
    with database().system_work() as work:
        named = {row[0] for row in work.rows("SELECT object_name FROM clew.media")}
    assert not named & set(report.orphans)
    vault().blobs.sweep(lambda names: [name for name in names if name in named], grace=timedelta(0))
    after = check_objects(vault().blobs, _expected(), deep=False, grace=timedelta(0))
    assert after.whole and after.orphans == []
    return len(report.orphans)


def through_kills(at: Settings, tmp_path: Path, kept: dict[str, cli.Client], pictures: int, kills: int) -> None:
    files = material(pictures)
    expected = undisturbed(at, files)
    assert len(expected.links) > pictures // 2
    write(files, tmp_path / "seized")
    with live_node() as live:
        try:
            use_settings(live.at)
            officers(live.node)
            contribution, answers = ingest_under_fire(live, kept, tmp_path / "seized", kills)
            nothing_lost(live, contribution, answers, files)
            nothing_doubled_or_stuck(contribution, expected)
            all_in_the_signed_tree(contribution)
            print(f"{len(files)} files, {len(expected.links)} links, {objects_are_whole()} leftovers swept")
        except BaseException:
            print(live.words())
            raise
        finally:
            database().close()
            kept["one"]._http.close()


@pytest.mark.timeout(600)
def test_thirty_kills_lose_and_double_nothing(shared_database: Settings, tmp_path: Path,
                                              client: dict[str, cli.Client]) -> None:
    through_kills(shared_database, tmp_path, client, pictures=62, kills=30)


@pytest.mark.soak
@pytest.mark.timeout(3000)
def test_a_hundred_and_twenty_kills(shared_database: Settings, tmp_path: Path, client: dict[str, cli.Client]) -> None:
    through_kills(shared_database, tmp_path, client, pictures=150, kills=120)
