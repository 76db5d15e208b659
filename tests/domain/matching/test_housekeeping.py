"""Leftovers go after their time, whatever a row needs stays, and foreign rows sweep nothing."""

import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions
from clew.domain.exhibits import uploads as broken_off
from clew.domain.matching.housekeeping import MANY, keep_house, known
from clew.domain.matching.service import search
from clew.kernel.errors import Refused
from clew.kernel.settings import Settings
from clew.store.db import database as opened
from clew.store.vault import vault
from clew.web.api import uploads
from tests.database import TestServer
from tests.node import make_test_node


@pytest.fixture(autouse=True)
def closed(database: Settings) -> Iterator[None]:
    yield
    opened().close()


def age(folder: Path, days: float) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - days * 86_400,) * 2)


def test_only_leftovers_go(database: Settings, server: TestServer) -> None:
    node = make_test_node(database)
    node.agency("XA-ONE")
    ann = node.officer("XA-ONE", "ann")
    case = cases.open_case(ann, "2026-1").id
    into = contributions.begin_contribution(ann, case).id
    needed = vault().blobs.put([b"a file"])
    uploads._add(ann, into, "a.txt", needed)
    asked = vault().blobs.put([b"a question"])
    search(ann, case, purpose="looking for it", name="q", stored=asked)
    left, young = vault().blobs.put([b"left behind"]), uuid.uuid4()
    old = broken_off.begin_upload(ann, into, "b.txt", length=10)
    vault().uploads.create(old.id, 10)
    age(database.home, 6)
    fresh = vault().blobs.put([b"its row comes in a moment"])
    vault().uploads.create(young, 10)
    with psycopg.connect(server.server.admin_dsn(database.dsn.rpartition("dbname=")[2])) as admin:  # behind the guards
        admin.execute("UPDATE clew.uploads SET made_at = now() - interval '6 days'")
    assert keep_house() == 3  # the object, the upload's bytes and its row
    assert {found.name for found in vault().blobs.found()} == {
        needed.object_name, asked.object_name, fresh.object_name} and left.object_name
    assert vault().uploads.offset(young) == 0
    with opened().system_work() as work:
        assert work.value("SELECT count(*) FROM clew.uploads") == 0
        assert work.value("SELECT count(*) FROM clew.events WHERE verb = 'keep_house'") == 1


def test_kept_answers_go_after_a_day(database: Settings, server: TestServer) -> None:
    node = make_test_node(database)
    node.agency("XA-ONE")
    ann = node.officer("XA-ONE", "ann")
    cases.open_case.once("key-of-yesterday", ann, "2026-1")
    first = cases.open_case.once("key-of-today", ann, "2026-2")
    with psycopg.connect(server.server.admin_dsn(database.dsn.rpartition("dbname=")[2])) as admin:  # behind the guards
        admin.execute("UPDATE clew.answers SET made_at = now() - interval '25 hours' WHERE key = 'key-of-yesterday'")
    assert keep_house() == 1
    with opened().viewer_work(ann.token) as (work, _):
        assert [row.key for row in work.rows("SELECT key FROM clew.answers")] == ["key-of-today"]
    with opened().system_work() as work:
        assert work.value("SELECT count(made_at) FROM clew.answers") == 0  # of what is young the worker sees nothing
    assert cases.open_case.once("key-of-today", ann, "2026-2") == first


def test_rows_of_another_node_sweep_nothing(database: Settings) -> None:
    make_test_node(database)
    with pytest.raises(Refused, match="clew check"):
        known([uuid.uuid4().hex * 2 for _ in range(MANY)])
