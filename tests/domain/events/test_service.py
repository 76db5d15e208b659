"""The record as administrators and auditors read it: own agency's or all, never content; and the node's health."""

import datetime

import pytest

from clew.domain.accounts import service as accounts
from clew.domain.cases import service as cases
from clew.domain.events import health, service
from clew.kernel.errors import NotYourRole
from tests.domain.conftest import House


@pytest.fixture(scope="module")
def auditor(house: House) -> str:
    invited = accounts.appoint_officer(house.viewer("root"), house.node.agencies["XC-VIU"].id, login="auditor",
                                       full_name="Auditor", roles=["auditor"])
    house.node.enrol(invited)
    return "auditor"


def test_an_administrator_reads_his_agencys_events_only(house: House) -> None:
    cases.open_case(house.viewer("anna"), "E-1")
    cases.open_case(house.viewer("ben"), "E-2")
    told = service.list_events(house.viewer("admin.xa-viu"), verb_name="open_case")
    assert {one.agency_code for one in told} == {"XA-VIU"}
    assert told[0].officer == "anna"
    assert told[0].case_id is not None


def test_an_auditor_reads_all(house: House, auditor: str) -> None:
    for name in ("anna", "ben"):
        cases.open_case(house.viewer(name), f"A-{name}")
    told = service.list_events(house.viewer(auditor), verb_name="open_case")
    assert {one.agency_code for one in told} >= {"XA-VIU", "XB-VIU"}


def test_events_are_filtered_and_paged_backwards(house: House) -> None:
    admin = house.viewer("admin.xa-viu")
    for number in range(4):
        cases.open_case(house.viewer("art"), f"P-{number}")
    first = service.list_events(admin, officer="art", verb_name="open_case", limit=2)
    rest = service.list_events(admin, officer="art", verb_name="open_case", after=first[-1].id)
    assert len(first) == 2
    assert [one.at for one in (*first, *rest)] == sorted((one.at for one in (*first, *rest)), reverse=True)
    assert not {one.id for one in first} & {one.id for one in rest}
    assert service.list_events(admin, officer="ben") == []
    assert service.list_events(admin, before=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)) == []


def test_reading_the_record_is_in_the_record(house: House, auditor: str) -> None:
    service.list_events(house.viewer(auditor))
    assert service.list_events(house.viewer(auditor), verb_name="list_events")


@pytest.mark.parametrize("name", ["anna", "root"])
def test_nobody_else_reads_events(house: House, name: str) -> None:
    with pytest.raises(NotYourRole):
        service.list_events(house.viewer(name))


def test_health_is_the_system_administrators_and_names_every_part(house: House) -> None:
    found = health.get_health(house.viewer("root"))
    assert {part.name for part in found.parts} >= {"PostgreSQL", "bubblewrap", "CLEW_HOME", "likeness", "place"}
    assert all(part.state in ("ok", "off", "broken") for part in found.parts)
    for name in ("anna", "admin.xa-viu"):
        with pytest.raises(NotYourRole):
            health.get_health(house.viewer(name))


def test_what_is_missing_comes_with_its_remedy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.shutil, "which", lambda name: None)
    part = next(one for one in health.get_health(house.viewer("root")).parts if one.name == "bubblewrap")
    assert part.state == "broken"
    assert part.remedy


def test_every_table_the_record_binds_can_be_hashed(house: House) -> None:
    for table, statement in service.AUDITED.items():
        rows = house.behind(statement)
        assert all(len(row[1]) == 64 for row in rows), table
    assert len(service.AUDITED) == 4
