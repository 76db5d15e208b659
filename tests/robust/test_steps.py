"""The n-th step fails, for every n, before it is done and after: all or nothing, and the repeat succeeds once."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from clew.cli.upkeep import _expected
from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions
from clew.domain.exhibits import service as exhibits
from clew.domain.exhibits import uploads as broken_off
from clew.domain.links import service as links
from clew.domain.matching import tools
from clew.domain.matching.describe import describe
from clew.domain.matching.jobs import JOBS
from clew.domain.matching.match import match
from clew.kernel.ids import CaseId, ContributionId
from clew.kernel.settings import Settings
from clew.kernel.viewer import Viewer
from clew.store import jobs
from clew.store.blobs import check_objects
from clew.store.db import database
from clew.store.vault import vault
from clew.web.api import uploads
from tests.database import TestServer
from tests.node import make_test_node
from tests.robust.material import archive, jpeg, scene
from tests.robust.steps import Tables, broken_everywhere


@dataclass
class Desk:
    """An officer at work on a case."""

    viewer: Viewer
    case: CaseId
    tables: Tables

    def contribution(self) -> ContributionId:
        return contributions.begin_contribution(self.viewer, self.case).id

    def bring(self, contribution: ContributionId, path: str, content: bytes) -> Any:
        """Upload as the API does."""
        return uploads._add(self.viewer, contribution, path, vault().blobs.put([content]))

    def count(self, sql: str, **params: Any) -> int:
        with database().system_work() as work:
            return int(work.value(f"SELECT count(*) FROM {sql}", params))

    def file_jobs(self, name: str) -> list[dict[str, Any]]:
        """Take the jobs of a name out of the queue and return their payloads."""
        with database().system_work() as work:
            return [json.loads(row[0]) for row in work.conn.exec_driver_sql(
                "DELETE FROM clew.pgqueuer WHERE entrypoint = %s RETURNING payload", (name,))]

    def file_job(self, name: str) -> dict[str, Any]:
        """Take the only job of a name out of the queue and return its payload."""
        found = self.file_jobs(name)
        assert len(found) == 1, found
        return found[0]


@pytest.fixture(scope="module")
def desk(shared_database: Settings, server: TestServer) -> Iterator[Desk]:
    node = make_test_node(shared_database)
    node.agency("XA-ONE")
    viewer = node.officer("XA-ONE", "ann")
    tables = Tables(shared_database, server.server.admin_dsn(shared_database.dsn.rpartition("dbname=")[2]))
    yield Desk(viewer, cases.open_case(viewer, "2026-1").id, tables)
    tools.sandbox().close()
    tables.close()
    database().close()


def whole() -> bool:
    return check_objects(vault().blobs, _expected(), deep=True).whole


def test_upload(desk: Desk) -> None:
    into = desk.contribution()

    def act(trial: int) -> Any:
        return lambda: desk.bring(into, f"a/{trial}.jpg", jpeg(scene(trial)))

    def proof(trial: int, file: Any) -> None:
        assert desk.count("clew.files WHERE path = :path AND status = 'waiting'", path=f"a/{trial}.jpg") == 1
        assert desk.count("clew.exhibits WHERE id = :id", id=file.exhibit_id) == 1
        assert desk.count("clew.events WHERE subject = :one AND verb = 'add_file'", one=f"exhibit:{file.exhibit_id}") == 1
        assert whole()

    # Statements of the act, and flushes of the object before it: each of them was broken, and its answer lost.
    assert broken_everywhere(desk.tables, act, proof) > 15


def test_upload_that_went_on_after_a_break(desk: Desk) -> None:
    into = desk.contribution()

    def act(trial: int) -> Any:
        content = jpeg(scene(1000 + trial))
        upload = broken_off.begin_upload(desk.viewer, into, f"b/{trial}.jpg", length=len(content))
        vault().uploads.create(upload.id, len(content))
        vault().uploads.append(upload.id, 0, [content[:100]])

        def go_on() -> None:
            """Do as a client does that asks for the offset and sends the rest."""
            upload_now = broken_off.get_upload(desk.viewer, upload.id)
            at = uploads._offset_now(desk.viewer, upload_now)
            if at < len(content):
                vault().uploads.append(upload.id, at, [content[at:]])
                uploads._finish(desk.viewer, upload_now)

        return go_on

    def proof(trial: int, _: Any) -> None:
        assert desk.count("clew.files WHERE path = :path", path=f"b/{trial}.jpg") == 1
        assert desk.count("clew.uploads WHERE path = :path AND file_id IS NOT NULL", path=f"b/{trial}.jpg") == 1
        assert whole()

    assert broken_everywhere(desk.tables, act, proof) > 20


def test_set_policy(desk: Desk) -> None:
    def act(trial: int) -> Any:
        policy = replace(cases.get_policy(desk.viewer, desk.case).policy, conditions=f"ask {trial}", deny=("country:XZ",))
        return lambda: cases.set_policy.once(f"policy-{trial}", desk.viewer, desk.case, policy=policy)

    def proof(trial: int, view: Any) -> None:
        assert view.policy.conditions == f"ask {trial}" and view.policy.deny == ("country:XZ",)
        assert cases.get_policy(desk.viewer, desk.case) == view

    assert broken_everywhere(desk.tables, act, proof) > 5


def test_withdraw(desk: Desk) -> None:
    def act(trial: int) -> Any:
        into = desk.contribution()
        desk.bring(into, "w.jpg", jpeg(scene(2000 + trial)))
        return lambda: (into, contributions.withdraw.once(f"withdraw-{trial}", desk.viewer, into))

    def proof(trial: int, answer: tuple[ContributionId, int]) -> None:
        into, gone = answer
        assert gone == 1, "the repeat is told what the first one did"
        assert desk.count("clew.exhibits WHERE contribution_id = :id AND withdrawn_at IS NULL", id=into) == 0
        assert desk.count("clew.events WHERE subject = :one AND verb = 'withdraw' AND payload ->> 'repeated' IS NULL",
                          one=f"contribution:{into}") == 1

    assert broken_everywhere(desk.tables, act, proof) > 5


def _drained(desk: Desk) -> None:
    with database().system_work() as work:
        work.conn.exec_driver_sql("DELETE FROM clew.pgqueuer")


def test_describe(desk: Desk) -> None:
    into = desk.contribution()

    def act(trial: int) -> Any:
        _drained(desk)
        desk.bring(into, f"d/{trial}.jpg", jpeg(scene(3000 + trial)))
        payload = desk.file_job("describe")
        return lambda: describe(payload)

    def proof(trial: int, _: Any) -> None:
        assert desk.count("clew.files WHERE path = :path AND status = 'imported'", path=f"d/{trial}.jpg") == 1
        assert desk.count("clew.signals s JOIN clew.exhibits e ON e.media_id = s.media_id WHERE e.path = :path "
                          "AND s.matcher = 'pdq'", path=f"d/{trial}.jpg") == 1
        desk.file_job("match")  # exactly one

    assert broken_everywhere(desk.tables, act, proof) > 10


def test_describe_of_an_archive_goes_on_where_it_was(desk: Desk) -> None:
    into = desk.contribution()

    def act(trial: int) -> Any:
        _drained(desk)
        desk.bring(into, f"{trial}.zip", archive({f"{k}.jpg": jpeg(scene(10 * trial + 5000 + k)) for k in range(1)}
                                                 | {"../out.jpg": b"MZ"}))
        payload = desk.file_job("describe")
        return lambda: describe(payload)

    def proof(trial: int, _: Any) -> None:
        assert desk.count("clew.files WHERE path LIKE :path AND contribution_id = :id", path=f"{trial}.zip!/%", id=into) == 2
        assert desk.count("clew.files WHERE path = :path AND status = 'imported'", path=f"{trial}.zip") == 1
        assert whole()

    assert broken_everywhere(desk.tables, act, proof, whole=False) > 20


def test_match_and_judge(desk: Desk) -> None:
    into = desk.contribution()

    def act(trial: int) -> Any:
        _drained(desk)
        image = scene(4000 + trial)
        desk.bring(into, f"m/{trial}.jpg", jpeg(image))
        desk.bring(into, f"n/{trial}.jpg", jpeg(image, 40))
        for payload in desk.file_jobs("describe"):
            describe(payload)
        first, second = desk.file_jobs("match")
        match(first)
        return lambda: match(second)

    def proof(trial: int, _: Any) -> None:
        assert desk.count("clew.stacked s JOIN clew.exhibits e ON e.media_id = s.media_id JOIN clew.stack_neighbours n "
                          "ON n.stack = s.stack AND n.neighbour = s.stack WHERE e.path IN (:m, :n)",
                          m=f"m/{trial}.jpg", n=f"n/{trial}.jpg") == 2

    assert broken_everywhere(desk.tables, act, proof) > 8
    _drained(desk)
    link = links.list_links(desk.viewer, desk.case)[0].link_id
    assert link is not None

    def judging(trial: int) -> Any:
        _drained(desk)
        return lambda: links.judge.once(f"judgement-{trial}", desk.viewer, link, answer="POSITIVE", reason=f"seen {trial}")

    def judged(trial: int, judgement: Any) -> None:
        assert judgement.reason == f"seen {trial}"
        assert desk.count("clew.judgements WHERE reason = :why", why=f"seen {trial}") == 1
        assert links.judge.once(f"judgement-{trial}", desk.viewer, link, answer="POSITIVE", reason=f"seen {trial}") == judgement
        assert desk.count("clew.links WHERE id = :link", link=link) == 1

    assert broken_everywhere(desk.tables, judging, judged) > 5


def test_reading_back_after_all_of_it(desk: Desk) -> None:
    """What was brought under broken steps opens byte for byte."""
    jobs.drain(JOBS)
    for number in (1, 2):
        with database().system_work() as work:
            exhibit = work.value("SELECT id FROM clew.exhibits WHERE path = :path", {"path": f"a/{number}.jpg"})
        held = exhibits.get_exhibit(desk.viewer, exhibit)
        assert held.sha256 == hashlib.sha256(jpeg(scene(number))).hexdigest()
