"""Withdrawing takes back what one contribution brought, no more and no less, whatever happens at the same time."""

import io
import threading
import zipfile

import numpy as np
import pytest
from PIL import Image

from clew.domain.accounts import service as accounts
from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions, service
from clew.domain.exhibits.model import File
from clew.domain.matching import archives, describe
from clew.domain.matching.jobs import JOBS
from clew.kernel.errors import Conflict
from clew.kernel.ids import CaseId, ContributionId
from clew.kernel.settings import Settings
from clew.kernel.viewer import Viewer
from clew.store import jobs
from clew.store.db import database as opened
from clew.store.vault import vault
from tests.node import Node, make_test_node


def picture(seed: int) -> bytes:
    coarse = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8)
    held = io.BytesIO()
    Image.fromarray(coarse).resize((320, 240), Image.Resampling.BICUBIC).save(held, "JPEG", quality=90)
    return held.getvalue()


def zipped(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.jpg"), content)  # no time of day in it
    return held.getvalue()


def bring(viewer: Viewer, contribution: ContributionId, path: str, content: bytes) -> File:
    stored = vault().blobs.put([content])
    file, kept = contributions.add_file(viewer, contribution, path, stored=stored)
    if not kept:
        vault().blobs.drop(stored.object_name)
    return file


def shown(viewer: Viewer, case: CaseId) -> dict[str, str]:
    return {tile.path: tile.state for tile in service.list_exhibits(viewer, case).tiles}


@pytest.fixture
def node(database: Settings) -> Node:
    made = make_test_node(database)
    made.agency("XA-VIU")
    made.agency("XB-VIU")
    made.officer("XA-VIU", "anna")
    made.officer("XB-VIU", "ben")
    return made


def test_what_another_contribution_brought_as_well_stays(node: Node) -> None:
    anna = node.viewers["anna"]
    case = cases.open_case(anna, "A-1").id
    first, second = (contributions.begin_contribution(anna, case).id for _ in range(2))
    bring(anna, first, "one.jpg", picture(1))
    bring(anna, first, "only.jpg", picture(2))
    bring(anna, first, "all.zip", zipped(a=picture(3)))
    jobs.drain(JOBS)
    assert bring(anna, second, "two.jpg", picture(1)).status == "duplicate"
    assert bring(anna, second, "again.zip", zipped(a=picture(3))).status == "duplicate"
    assert contributions.withdraw(anna, first) == 2
    jobs.drain(JOBS)
    assert shown(anna, case) == {"two.jpg": "imported", "again.zip": "imported", "again.zip!/a.jpg": "imported"}
    assert contributions.get_progress(anna, second).finished
    assert contributions.withdraw(anna, second) == 3
    assert shown(anna, case) == {}


def test_no_file_slips_in_behind_a_withdrawal(node: Node) -> None:
    anna = node.viewers["anna"]
    case = cases.open_case(anna, "A-1").id
    contribution = contributions.begin_contribution(anna, case).id
    stored = vault().blobs.put([picture(1)])
    with opened().viewer_work(anna.token) as (work, viewer):
        contributions.add_file.within(work, viewer, contribution, "late.jpg", stored=stored)
        withdrawing = threading.Thread(target=contributions.withdraw, args=(anna, contribution))
        withdrawing.start()
        withdrawing.join(0.5)
        assert withdrawing.is_alive()
    withdrawing.join()
    assert shown(anna, case) == {}
    with pytest.raises(Conflict):
        bring(anna, contribution, "later.jpg", picture(2))


@pytest.mark.parametrize("ending", ["withdrawn", "suspended", "cut off"])
@pytest.mark.parametrize("when", ["before", "while it is opened"])
def test_a_file_whose_officer_is_stopped_goes_no_further(node: Node, ending: str, when: str,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept of what opening it found, and the file says why."""
    anna = node.viewers["anna"]
    contribution = contributions.begin_contribution(anna, cases.open_case(anna, "A-1").id).id
    bring(anna, contribution, "one.jpg", picture(1))
    looked = describe.registry.describe

    def look_and_end(*given: object) -> object:
        _end(node, contribution, ending)
        return looked(*given)  # type: ignore[arg-type]

    if when == "before":
        _end(node, contribution, ending)
    else:
        monkeypatch.setattr(describe.registry, "describe", look_and_end)
    jobs.drain(JOBS)
    with opened().system_work() as work:
        file = work.first("SELECT status, reason FROM clew.files")
        kept = work.rows("SELECT 1 FROM clew.media WHERE described_at IS NOT NULL OR refusal <> ''")
        signals = work.rows("SELECT 1 FROM clew.signals")
    assert tuple(file or ()) == ("refused", archives.WITHDRAWN if ending == "withdrawn" else archives.SUSPENDED)
    assert (kept, signals) == ([], [])


@pytest.mark.parametrize("ending", ["withdrawn", "suspended", "cut off"])
def test_an_archive_stops_at_the_next_member(node: Node, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = node.viewers["anna"]
    case = cases.open_case(anna, "A-1").id
    contribution = contributions.begin_contribution(anna, case).id
    bring(anna, contribution, "all.zip", zipped(a=picture(1), b=picture(2), c=picture(3)))
    put, brought = vault().blobs.put, []

    def put_and_end(chunks: object) -> object:
        brought.append(put(chunks))  # type: ignore[arg-type]
        if len(brought) == 2:
            _end(node, contribution, ending)
        return brought[-1]

    monkeypatch.setattr(vault().blobs, "put", put_and_end)
    jobs.drain(JOBS)
    assert len(brought) == 2
    left = shown(node.viewers["anna"], case) if ending == "withdrawn" else {}
    assert left == {}
    with opened().system_work() as work:
        rows = work.rows("SELECT path, reason FROM clew.files WHERE path LIKE 'all.zip%' ORDER BY path")
        refusals = work.rows("SELECT refusal FROM clew.media WHERE refusal <> ''")
    reason = archives.WITHDRAWN if ending == "withdrawn" else archives.SUSPENDED
    assert [row.path for row in rows] == ["all.zip", "all.zip!/a.jpg"]
    assert rows[0].reason == reason
    assert refusals == []


def _end(node: Node, contribution: ContributionId, ending: str) -> None:
    if ending == "withdrawn":
        contributions.withdraw(node.viewers["anna"], contribution)
    elif ending == "cut off":
        accounts.cut_off_agency(node.viewers["root"], node.viewers["anna"].agency_id, off=True)
    else:
        accounts.suspend_officer(node.viewers["admin.xa-viu"], node.viewers["anna"].officer_id)


def test_what_became_of_one_delivery_is_not_told_to_another_agency(node: Node) -> None:
    anna, ben = node.viewers["anna"], node.viewers["ben"]
    mine, theirs = cases.open_case(anna, "A-1").id, cases.open_case(ben, "B-1").id
    damaged = b"\xff\xd8\xff\xe0" + b"no picture" * 50
    at_ben = contributions.begin_contribution(ben, theirs).id
    bring(ben, at_ben, "bad.jpg", damaged)
    jobs.drain(JOBS)
    told = service.list_exhibits(ben, theirs, only="refused").tiles[0].reason
    assert "damaged" in told
    contribution = contributions.begin_contribution(anna, mine).id
    bring(anna, contribution, "bad.jpg", damaged)
    bring(anna, contribution, "good.jpg", picture(1))
    contributions.withdraw(anna, contribution)
    jobs.drain(JOBS)
    assert service.list_exhibits(ben, theirs, only="refused").tiles[0].reason == told
    bring(ben, at_ben, "good.jpg", picture(1))
    jobs.drain(JOBS)
    tile = service.list_exhibits(ben, theirs).tiles[0]
    assert (tile.kind, tile.state) == ("picture", "imported")
    assert tile.thumbnail is not None


def test_what_a_suspended_officer_brought_is_opened_when_it_is_brought_again(node: Node) -> None:
    anna, carl, admin = node.viewers["anna"], node.officer("XA-VIU", "carl"), node.viewers["admin.xa-viu"]
    case = cases.open_case(anna, "A-1").id
    bring(anna, contributions.begin_contribution(anna, case).id, "one.jpg", picture(1))
    accounts.suspend_officer(admin, anna.officer_id)
    jobs.drain(JOBS)
    assert shown(carl, case) == {}
    again = contributions.begin_contribution(carl, case).id
    assert bring(carl, again, "again.jpg", picture(1)).status == "waiting"
    jobs.drain(JOBS)
    assert shown(carl, case) == {"one.jpg": "imported"}
    assert contributions.get_progress(carl, again).imported == 1
    assert bring(carl, again, "third.jpg", picture(1)).status == "duplicate"
