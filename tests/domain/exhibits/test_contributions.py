"""Bringing material: begun, added to, closed, withdrawn; the same bytes once in a case; nothing tells of other cases."""

import uuid
from typing import Any

import pytest
from sqlalchemy import Connection

from clew.domain.exhibits import contributions, service, uploads
from clew.kernel.errors import BadInput, Conflict, NotFound, NotYourRole
from clew.kernel.ids import CaseId, ContributionId
from clew.store.db import Work
from clew.store.vault import vault
from tests.domain.conftest import House


def test_a_delivery_from_beginning_to_end(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    delivery = contributions.begin_contribution(anna, case, source="phone 3")
    assert (delivery.source, delivery.closed_at) == ("phone 3", None)
    added, kept = contributions.add_file(anna, delivery.id, "a/x.jpg", stored=vault().blobs.put([b"first"]))
    assert (added.status, added.path, kept) == ("waiting", "a/x.jpg", True)
    progress = contributions.get_progress(anna, delivery.id)
    assert (progress.files, progress.waiting, progress.size, progress.finished) == (1, 1, 5, False)
    assert contributions.close_contribution(anna, delivery.id).contribution.closed_at
    with pytest.raises(Conflict, match="closed"):
        contributions.add_file(anna, delivery.id, "b.jpg", stored=vault().blobs.put([b"second"]))
    with pytest.raises(Conflict):
        uploads.begin_upload(anna, delivery.id, "b.jpg", length=5)
    assert [one.contribution.id for one in contributions.list_contributions(anna, case)] == [delivery.id]


def test_the_same_bytes_are_one_exhibit_of_a_case(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    first = house.bring("anna", case, "same")
    delivery = contributions.begin_contribution(anna, case)
    added, _ = contributions.add_file(anna, delivery.id, "copy.jpg", stored=vault().blobs.put([b"same"]))
    assert (added.status, added.exhibit_id) == ("duplicate", first[0])
    assert service.list_exhibits(anna, case).total == 1


def test_contributions_are_listed_with_their_counts_in_one_statement(
        house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    for number in range(3):
        house.bring("anna", case, *(f"{number} of {many}" for many in range(number + 1)))
    asked: list[str] = []
    rows, first = Work.rows, Work.first

    def heard(real: Any) -> Any:
        return lambda work, sql, *given: asked.append(sql) or real(work, sql, *given)

    monkeypatch.setattr(Work, "rows", heard(rows))
    monkeypatch.setattr(Work, "first", heard(first))
    listed = contributions.list_contributions(anna, case)
    assert [(one.files, one.imported) for one in listed] == [(3, 3), (2, 2), (1, 1)]
    assert len([sql for sql in asked if "clew.files" in sql]) == 1
    assert listed == [contributions.get_progress(anna, one.contribution.id) for one in listed]


def test_bytes_known_to_others_answer_as_new(house: House) -> None:
    house.bring("ben", house.case("ben"), "known elsewhere")
    delivery = contributions.begin_contribution(house.viewer("anna"), house.case("anna"))
    added, kept = contributions.add_file(house.viewer("anna"), delivery.id, "x.jpg",
                                         stored=vault().blobs.put([b"known elsewhere"]))
    # The object stays until the worker has read the one that is known: the answer does not tell of it.
    assert (added.status, kept) == ("waiting", True)


def test_known_and_new_bytes_cost_the_same_statements(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = house.viewer("anna")
    delivery = contributions.begin_contribution(anna, house.case("anna"))
    house.bring("ben", house.case("ben"), "known to ben")
    asked: list[str] = []
    real: Any = Connection.execute

    def heard(conn: Connection, sql: Any, *given: Any) -> Any:
        asked.append(str(sql))
        return real(conn, sql, *given)

    monkeypatch.setattr(Connection, "execute", heard)
    told = []
    for content in (b"known to ben", b"known to nobody"):
        asked.clear()
        contributions.add_file(anna, delivery.id, f"{content.decode()}.jpg", stored=vault().blobs.put([content]))
        told.append(list(asked))
    assert told[0] == told[1] and any("offer_object" in sql for sql in told[0])


def test_a_path_again_with_the_same_bytes_changes_nothing_and_with_others_is_refused(house: House) -> None:
    anna = house.viewer("anna")
    delivery = contributions.begin_contribution(anna, house.case("anna"))
    first, _ = contributions.add_file(anna, delivery.id, "x.jpg", stored=vault().blobs.put([b"one"]))
    again, kept = contributions.add_file(anna, delivery.id, "x.jpg", stored=vault().blobs.put([b"one"]))
    assert (again.id, again.exhibit_id, kept) == (first.id, first.exhibit_id, False)
    with pytest.raises(Conflict, match="Another file"):
        contributions.add_file(anna, delivery.id, "x.jpg", stored=vault().blobs.put([b"two"]))
    with pytest.raises(BadInput):
        contributions.add_file(anna, delivery.id, "../x.jpg", stored=vault().blobs.put([b"two"]))


def test_a_file_that_could_not_be_read_then_takes_its_place_when_it_comes(house: House) -> None:
    anna, content = house.viewer("anna"), b"readable now"
    delivery = contributions.begin_contribution(anna, house.case("anna"))
    noted = contributions.note_refused(anna, delivery.id, "x.jpg", reason="Cannot be read: Input/output error.")
    brought, kept = contributions.add_file(anna, delivery.id, "x.jpg", stored=vault().blobs.put([content]))
    assert (brought.id, brought.status, brought.reason, kept) == (noted.id, "waiting", "", True)
    with pytest.raises(Conflict):
        contributions.add_file(anna, delivery.id, "x.jpg", stored=vault().blobs.put([b"other"]))
    assert [(file.path, file.status) for file in contributions.list_files(anna, delivery.id)] == [("x.jpg", "waiting")]


def test_withdrawing_hides_at_once_from_everybody(house: House) -> None:
    anna, ben = house.viewer("anna"), house.viewer("ben")
    case = house.case("anna", audience_kind="network")
    exhibit = house.bring("anna", case, "to be taken back")[0]
    assert service.get_exhibit(ben, exhibit).path == "to be taken back.jpg"
    delivery = contributions.list_contributions(anna, case)[0].contribution.id
    with pytest.raises(NotFound):
        contributions.withdraw(ben, delivery)
    assert contributions.withdraw(anna, delivery) == 1
    assert contributions.withdraw(anna, delivery) == 0
    for viewer in (anna, ben):
        with pytest.raises(NotFound):
            service.get_exhibit(viewer, exhibit)
    assert service.list_exhibits(anna, case).total == 0


def test_deliveries_are_the_teams(house: House) -> None:
    case = house.case("anna", audience_kind="network")
    house.bring("anna", case, "a file")
    delivery = contributions.list_contributions(house.viewer("art"), case)[0].contribution.id
    assert [one.status for one in contributions.list_files(house.viewer("art"), delivery)] == ["imported"]
    for act in (contributions.get_progress, contributions.list_files, contributions.close_contribution):
        for one in (delivery, ContributionId(uuid.uuid4())):
            with pytest.raises(NotFound):
                act(house.viewer("ben"), one)
    with pytest.raises(NotFound):
        contributions.begin_contribution(house.viewer("ben"), case)
    with pytest.raises(NotFound):
        contributions.list_contributions(house.viewer("ben"), case)
    with pytest.raises(NotYourRole):
        contributions.begin_contribution(house.viewer("admin.xa-viu"), case)


def test_an_analyst_works_in_the_cases_of_his_team(house: House) -> None:
    house.node.officer("XA-VIU", "ana.lyst", "analyst")
    case = house.case("anna")
    assert len(house.bring("ana.lyst", case, "by the analyst")) == 1
    other = house.case("ben", audience_kind="network")
    with pytest.raises(NotFound):
        contributions.begin_contribution(house.viewer("ana.lyst"), other)


def test_files_are_listed_in_order_and_by_status(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    house.bring("anna", case, "f1", "f2", "f3")
    delivery = contributions.list_contributions(anna, case)[0].contribution.id
    first = contributions.list_files(anna, delivery, limit=2)
    rest = contributions.list_files(anna, delivery, after=first[-1].id)
    assert [one.path for one in (*first, *rest)] == ["f1.jpg", "f2.jpg", "f3.jpg"]
    assert contributions.list_files(anna, delivery, status="refused") == []


def test_an_upload_is_its_officers_own_and_becomes_a_file(house: House) -> None:
    anna = house.viewer("anna")
    case = house.case("anna")
    delivery = contributions.begin_contribution(anna, case)
    upload = uploads.begin_upload(anna, delivery.id, "big.bin", length=4)
    assert uploads.get_upload(anna, upload.id) == upload
    for name in ("art", "ben"):
        with pytest.raises(NotFound):
            uploads.get_upload(house.viewer(name), upload.id)
        with pytest.raises(NotFound):
            uploads.drop_upload(house.viewer(name), upload.id)
    file, kept = uploads.finish_upload(anna, upload.id, stored=vault().blobs.put([b"four"]))
    assert (file.path, file.status, kept) == ("big.bin", "waiting", True)
    assert uploads.get_upload(anna, upload.id).finished
    uploads.drop_upload(anna, upload.id)
    with pytest.raises(NotFound):
        uploads.get_upload(anna, upload.id)
    for length in (-1, uploads.LARGEST + 1):
        with pytest.raises(BadInput):
            uploads.begin_upload(anna, delivery.id, "big.bin", length=length)


def test_a_case_that_is_not_there_takes_nothing(house: House) -> None:
    with pytest.raises(NotFound):
        contributions.begin_contribution(house.viewer("anna"), CaseId(uuid.uuid4()))


def test_how_many_were_looked_at_in_depth_is_told_of_ones_own_files_alone(house: House) -> None:
    """Bytes that somebody else's file was looked at with count only once one's own file was looked at as well."""
    case = house.case("anna")
    house.bring("ben", house.case("ben"), "deep one", "deep two")
    house.behind("UPDATE clew.files SET in_depth = 'done'")
    mine = house.bring("anna", case, "deep one", "deep two", "deep three")
    [told] = contributions.list_contributions(house.viewer("anna"), case)
    assert (told.in_depth, told.matched) == (0, 3)
    house.behind("UPDATE clew.files SET in_depth = 'done' WHERE exhibit_id = %s", mine[1])
    house.behind("UPDATE clew.files SET in_depth = 'queued' WHERE exhibit_id = %s", mine[2])
    told = contributions.get_progress(house.viewer("anna"), told.contribution.id)
    assert (told.in_depth, told.matched, told.finished) == (1, 3, True), "in depth nobody waits for"
