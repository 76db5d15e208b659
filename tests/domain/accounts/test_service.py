"""Agencies, officers, roles and sessions: who may, what it changes, and what is written down."""

import uuid

import pytest

from clew.domain.accounts import service
from clew.domain.accounts.invitations import TAKEN, enrolment_code
from clew.domain.accounts.model import Officer
from clew.kernel.errors import BadInput, Conflict, NotFound, NotLoggedIn, NotYourRole, TooMany
from clew.kernel.ids import AgencyId, OfficerId, SessionId
from clew.store.db import database
from tests.domain.conftest import House


def officer(house: House, name: str) -> Officer:
    admin = house.viewer("admin.xa-viu")
    return next(one for one in service.list_officers(admin) if one.login == name)


def test_me(house: House) -> None:
    me = service.get_me(house.viewer("anna"))
    assert (me.login, me.agency_code, me.country, me.roles) == ("anna", "XA-VIU", "XA", ("investigator",))
    assert "judge" in me.rights
    assert "manage_officers" not in me.rights


def test_agencies_are_known_to_all_and_added_by_the_system_administrator(house: House) -> None:
    made = service.add_agency(house.viewer("root"), "xd-new", name="New", country="xd", kind="bureau", contact="desk")
    assert (made.code, made.country, made.kind) == ("XD-NEW", "XD", "bureau")
    assert made in service.list_agencies(house.viewer("ben"))
    with pytest.raises(Conflict):
        service.add_agency(house.viewer("root"), "XD-NEW", name="Again", country="XD")
    for wrong in ({"kind": "club"}, {"country": "D"}, {"country": "é1"}):
        with pytest.raises(BadInput):
            service.add_agency(house.viewer("root"), "XD-2", **({"name": "n", "country": "XD"} | wrong))
    with pytest.raises(NotYourRole):
        service.add_agency(house.viewer("admin.xa-viu"), "XE-1", name="n", country="XE")


def test_the_system_administrator_appoints_the_first_administrator_only(house: House) -> None:
    root, agency = house.viewer("root"), house.node.agencies["XA-VIU"].id
    with pytest.raises(NotYourRole, match="has an administrator"):
        service.appoint_officer(root, agency, login="second.admin", full_name="S", roles=["agency_administrator"])
    with pytest.raises(NotYourRole):
        service.appoint_officer(root, agency, login="his.man", full_name="S", roles=["investigator"])
    with pytest.raises(NotFound):
        service.appoint_officer(root, AgencyId(uuid.uuid4()), login="his.man", full_name="S", roles=["auditor"])
    service.appoint_officer(root, agency, login="auditor.xa", full_name="Auditor", roles=["auditor"])
    further = service.add_officer(house.viewer("admin.xa-viu"), "second.admin", full_name="S", roles=["agency_administrator"])
    appointed = {one.login: one for one in service.list_appointed(root)}
    assert appointed.keys() >= {"auditor.xa", "second.admin", "admin.xb-viu"}
    assert "anna" not in appointed
    assert service.reset_administrator(root, further.officer_id).code != further.code


def test_the_system_administrator_resets_nobody_but_the_appointed(house: House) -> None:
    with pytest.raises(NotYourRole):
        service.reset_administrator(house.viewer("root"), house.viewer("anna").officer_id)
    with pytest.raises(NotYourRole, match="himself"):
        service.reset_administrator(house.viewer("root"), house.viewer("root").officer_id)
    with pytest.raises(NotFound):
        service.reset_administrator(house.viewer("root"), OfficerId(uuid.uuid4()))


def test_officers_are_added_to_ones_own_agency(house: House) -> None:
    admin = house.viewer("admin.xa-viu")
    made = service.add_officer(admin, "Jan.X", full_name="Jan", roles=["analyst", "investigator"])
    assert officer(house, "jan.x").roles == ("analyst", "investigator")
    assert not officer(house, "jan.x").enrolled
    assert {one.login for one in service.list_officers(admin)} & {"ben", "cleo"} == set()
    assert house.last_event("add_officer")[1] == f"officer:{made.officer_id}"
    with pytest.raises(Conflict, match="taken"):
        service.add_officer(admin, "ben", full_name="Ben of another agency", roles=["analyst"])
    for roles in ([], ["chief"]):
        with pytest.raises(BadInput):
            service.add_officer(admin, "kim.x", full_name="Kim", roles=roles)
    for roles in (["auditor"], ["system_administrator"], ["biometric", "investigator"]):
        with pytest.raises(NotYourRole):
            service.add_officer(admin, "kim.x", full_name="Kim", roles=roles)


def test_colleagues_are_who_can_be_of_a_team(house: House) -> None:
    found = {one.login for one in service.list_colleagues(house.viewer("anna"))}
    assert {"anna", "art"} <= found
    assert not found & {"admin.xa-viu", "ben", "auditor.xa"}


def test_roles_act_at_the_next_request(house: House) -> None:
    leo = house.node.officer("XA-VIU", "leo")
    service.set_roles(house.viewer("admin.xa-viu"), leo.officer_id, roles=["agency_administrator"])
    assert service.get_me(leo).roles == ("agency_administrator",)
    assert service.list_officers(leo)
    service.set_roles(house.viewer("admin.xa-viu"), leo.officer_id, roles=["analyst"])
    with pytest.raises(NotYourRole):
        service.list_officers(leo)
    assert house.last_event("set_roles")[3] == {"roles": ["analyst"]}


def test_nobody_administers_himself_his_betters_or_another_agency(house: House) -> None:
    admin = house.viewer("admin.xa-viu")
    with pytest.raises(NotYourRole, match="himself"):
        service.set_roles(admin, admin.officer_id, roles=["investigator"])
    for target in (house.viewer("ben"), house.viewer("root")):
        with pytest.raises(NotFound):
            service.set_roles(admin, target.officer_id, roles=["analyst"])
        with pytest.raises(NotFound):
            service.suspend_officer(admin, target.officer_id)
        with pytest.raises(NotFound):
            service.reset_login(admin, target.officer_id)
    auditor = officer(house, "auditor.xa").id
    with pytest.raises(NotYourRole):
        service.reset_login(admin, auditor)
    with pytest.raises(NotYourRole):
        service.set_roles(admin, house.viewer("anna").officer_id, roles=["auditor"])


def test_cutting_off_an_agency_nobody_has_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        service.cut_off_agency(house.viewer("root"), AgencyId(uuid.uuid4()), off=True)


def test_sessions_are_ones_own_and_end_at_once(house: House) -> None:
    first = house.log_in("ben")
    second = house.log_in("ben")
    listed = {one.id: one.current for one in service.list_sessions(second)}
    assert listed[second.session_id]
    assert not listed[first.session_id]
    service.revoke_session(second, first.session_id)
    with pytest.raises(NotLoggedIn):
        service.get_me(first)
    assert first.session_id not in {one.id for one in service.list_sessions(second)}
    for gone in (first.session_id, house.viewer("anna").session_id, SessionId(uuid.uuid4())):
        with pytest.raises(NotFound):
            service.revoke_session(second, gone)


def test_preferences(house: House) -> None:
    anna = house.viewer("anna")
    service.set_preferences(anna, language="ar", mode="none")
    me = service.get_me(anna)
    assert (me.language, me.mode) == ("ar", "none")
    for wrong in ({"language": "de"}, {"mode": "everything"}):
        with pytest.raises(BadInput):
            service.set_preferences(anna, **({"language": "en", "mode": "safe"} | wrong))
    service.set_preferences(anna, language="en", mode="safe")


def test_an_enrolment_code_is_hard_to_guess_and_easy_to_read() -> None:
    codes = {enrolment_code() for _ in range(200)}
    assert len(codes) == 200
    assert not set("".join(codes)) & set("01IOl")
    assert all(len(one) == 19 for one in codes)


def test_accounts_are_bound_by_their_events(house: House) -> None:
    admin = house.viewer("admin.xa-viu")
    anna = house.viewer("anna").officer_id
    with database().viewer_work(admin.token) as (work, viewer):
        before = service.audited(work, "officers", anna)
        work.record(service.event(viewer, "test"))
    house.behind("UPDATE clew.officers SET full_name = 'Another' WHERE id = %s", anna)
    with database().viewer_work(admin.token) as (work, viewer):
        assert service.audited(work, "officers", anna) != before
        work.record(service.event(viewer, "test"))


def test_who_finds_too_many_logins_taken_learns_of_no_more(house: House) -> None:
    """Each taken login tells of an officer somewhere: it is an event, ten a day are told, then free ones are refused alike."""
    house.node.agency("XQ-VIU")
    admin, told = house.viewer("admin.xq-viu"), []
    for login in (*["ben", "cleo"] * (TAKEN // 2), "anna", "nobody.has.this"):
        with pytest.raises((Conflict, TooMany)) as refusal:
            service.add_officer(admin, login, full_name="A guess", roles=["analyst"])
        told.append(refusal.value.message)
    assert len(set(told[:TAKEN])) == 1 and "taken on this node" in told[0]
    assert told[TAKEN] == told[TAKEN + 1] != told[0]
    events = "SELECT count(*) FROM clew.events WHERE verb = 'login_taken' AND officer_id = %s"
    assert house.behind(events, admin.officer_id) == [(TAKEN,)]
