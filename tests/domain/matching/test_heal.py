"""Stored content that is missing or damaged is healed when the same bytes come again, for everybody who holds it."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clew.cli.upkeep import _expected
from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions, service
from clew.domain.exhibits.arrive import agency_key
from clew.domain.matching import heal as job
from clew.domain.matching import tools
from clew.domain.matching.describe import DAMAGED
from clew.domain.matching.heal import heal, prove_held
from clew.domain.matching.jobs import JOBS
from clew.kernel.errors import Damaged
from clew.kernel.ids import CaseId, ExhibitId
from clew.kernel.settings import Settings
from clew.kernel.viewer import Viewer
from clew.store import jobs
from clew.store.blobs import check_objects
from clew.store.db import database as opened
from clew.store.vault import vault
from clew.web.api import uploads
from tests.node import Node, make_test_node
from tests.robust.material import jpeg, scene

CONTENT = jpeg(scene(1))
SHA = hashlib.sha256(CONTENT).digest()


@pytest.fixture
def node(database: Settings) -> Iterator[Node]:
    made = make_test_node(database)
    for code, name in (("XA-ONE", "ann"), ("XB-TWO", "ben"), ("XC-TRI", "cid")):
        made.agency(code)
        made.officer(code, name)
    yield made
    tools.sandbox().close()
    opened().close()


def bring(viewer: Viewer, case: CaseId | None = None) -> tuple[CaseId, ExhibitId, str]:
    case = case or cases.open_case(viewer, "2026-1").id
    into = contributions.begin_contribution(viewer, case).id
    file = uploads._add(viewer, into, "a.jpg", vault().blobs.put([CONTENT]))
    assert file.exhibit_id is not None
    return case, file.exhibit_id, file.status


def held() -> tuple[Path, str]:
    with opened().system_work() as work:
        name = work.value("SELECT object_name FROM clew.media WHERE sha256 = :sha", {"sha": SHA})
    return Path(opened().settings.blob_place) / name[:2] / name[2:4] / name, name


def read(viewer: Viewer, exhibit: ExhibitId) -> bytes:
    """Read as a reveal does, without its mode."""
    with opened().viewer_work(viewer.token) as (work, fresh):
        row = work.first("SELECT * FROM clew.exhibit_key(:one)", {"one": exhibit})
        assert row is not None
        work.record(service.event(fresh, "test"))
        key = agency_key(work, row.agency_id).unwrap(row.object_name, bytes(row.wrapped_key))
    return vault().blobs.read_all(row.object_name, key)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def flip(path: Path) -> None:
    """Change one bit of an object and nothing of its length."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [Path.unlink, cut, flip], ids=["missing", "cut", "flipped"])
def test_the_same_bytes_heal_what_was_lost(node: Node, harm: Callable[[Path], None]) -> None:
    ann, ben, cid = (node.viewers[name] for name in ("ann", "ben", "cid"))
    case, mine, _ = bring(ann)
    _, theirs, _ = bring(ben)
    jobs.drain(JOBS)
    path, former = held()
    harm(path)
    with pytest.raises(Damaged):
        read(ann, mine)
    assert bring(ann, case)[2] == "duplicate"  # in the same case
    _, third, status = bring(cid)
    assert status == "waiting"
    jobs.drain(JOBS)
    prove_held()
    assert held()[1] != former
    for viewer, exhibit in ((ann, mine), (ben, theirs), (cid, third)):
        assert read(viewer, exhibit) == CONTENT
    assert check_objects(vault().blobs, _expected()).whole
    with opened().system_work() as work:
        assert work.value("SELECT count(*) FROM clew.spare_objects") == 0
        told = work.rows("SELECT payload -> 'detail' ->> 'healed' AS healed, agency_id FROM clew.events "
                         "WHERE verb = 'heal' AND payload -> 'detail' -> 'healed' IS NOT NULL")
        # One for each copy, the first one too; no agency may read from it that there was another before.
        assert sorted(row.healed for row in told) == ["false", "false", "false", "true"]
        assert {row.agency_id for row in told} == {None}
        assert {found.name for found in vault().blobs.found()} == {held()[1]}


def ending(exhibit: ExhibitId) -> tuple[str, str]:
    with opened().system_work() as work:
        row = work.first("SELECT status, reason FROM clew.files WHERE exhibit_id = :one ORDER BY id DESC LIMIT 1",
                         {"one": exhibit})
        assert row is not None
        return row.status, row.reason


@pytest.mark.parametrize("harm", [Path.unlink, cut, flip], ids=["missing", "cut", "flipped"])
def test_a_file_whose_stored_copy_is_damaged_ends_and_comes_in_with_the_next(
        node: Node, harm: Callable[[Path], None]) -> None:
    ann, ben = node.viewers["ann"], node.viewers["ben"]
    case, mine, _ = bring(ann)
    harm(held()[0])
    jobs.drain(JOBS)
    assert ending(mine) == ("refused", DAMAGED)
    _, theirs, status = bring(ben)  # his copy is sound: he waits for nothing
    jobs.drain(JOBS)
    assert (status, ending(theirs)) == ("waiting", ("imported", ""))
    assert bring(ann, case)[1:] == (mine, "waiting")
    jobs.drain(JOBS)
    assert ending(mine) == ("imported", "")
    assert read(ann, mine) == read(ben, theirs) == CONTENT


def test_a_job_that_runs_twice_at_once_keeps_what_it_put_in_place(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = node.viewers["ann"]
    case, mine, _ = bring(ann)
    held()[0].unlink()
    bring(ann, case)
    with opened().system_work() as work:
        name = work.value("SELECT object_name FROM clew.spare_objects WHERE object_name NOT IN "
                          "(SELECT object_name FROM clew.media)")
    real = job._hash

    def beaten(object_name: str, key: bytes) -> bytes:
        """Let another run of the same job finish while this one reads."""
        monkeypatch.setattr(job, "_hash", real)
        heal({"object": name})
        return real(object_name, key)

    monkeypatch.setattr(job, "_hash", beaten)
    heal({"object": name})
    assert held()[1] == name and read(ann, mine) == CONTENT


def test_sound_content_is_never_replaced_and_false_copies_never_used(node: Node) -> None:
    ann = node.viewers["ann"]
    _, mine, _ = bring(ann)
    path, former = held()
    right, wrong = vault().blobs.put([CONTENT]), vault().blobs.put([b"something else"])
    with opened().system_work() as work:
        media = work.value("SELECT id FROM clew.media WHERE sha256 = :sha", {"sha": SHA})
        for offered in (right, wrong):
            key = agency_key(work, ann.agency_id).wrap(offered.object_name, offered.data_key)
            work.write("SELECT clew.offer_object(:media, :name, :agency, :key)",
                       {"media": media, "name": offered.object_name, "agency": ann.agency_id, "key": key})
        work.record(service.event(ann, "test"))
    heal({"object": right.object_name})  # what is held is whole: the copy goes
    assert held() == (path, former) and read(ann, mine) == CONTENT
    path.unlink()
    heal({"object": wrong.object_name})  # what is held is gone, but these are other bytes
    heal({"object": wrong.object_name})
    assert held() == (path, former)
    assert {found.name for found in vault().blobs.found()} == set()


def test_of_what_is_in_use_nothing_is_done_and_the_queue_of_copies_empties(node: Node) -> None:
    _, mine, _ = bring(node.viewers["ann"])
    where = held()
    assert prove_held() == 0  # its own object was offered like every other
    with opened().system_work() as work:
        assert work.value("SELECT count(*) FROM clew.spare_objects") == 0
    bring(node.viewers["ben"])
    assert (prove_held(), prove_held()) == (1, 0)
    assert held() == where and {found.name for found in vault().blobs.found()} == {where[1]}
    assert read(node.viewers["ann"], mine) == CONTENT
