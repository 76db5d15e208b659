"""The door: wrong tries rest longer and longer, a code works once, enrolment works once, every try is an event."""

import threading
import time

import pyotp
import pytest

from clew.domain.accounts import door, service
from clew.domain.accounts.node import make_node
from clew.kernel.errors import BadInput, Conflict, NotLoggedIn, TooMany
from clew.kernel.viewer import Viewer
from clew.store.db import database
from tests.domain.conftest import House
from tests.node import PASSWORD


def invite(house: House, name: str, *roles: str) -> str:
    return service.add_officer(house.viewer("admin.xa-viu"), name, full_name=name, roles=roles or ["investigator"]).code


def let_rest_end(house: House, name: str) -> None:
    house.behind("UPDATE clew.officers SET locked_until = now() - interval '1 second' WHERE login = %s", name)


def test_a_session_opens_with_password_and_code_and_is_an_event(house: House) -> None:
    opened = door.log_in(" ANNA ", PASSWORD, house.node.logins["anna"].code(), kind="command-line", address="192.0.2.1")
    with database().viewer_work(opened.token) as (_, viewer):
        assert (viewer.name, viewer.roles) == ("anna", {"investigator"})
    assert house.last_event("log_in")[3] == {"kind": "command-line", "address": "192.0.2.1"}


@pytest.mark.parametrize("wrong", ["login", "password", "code"])
def test_what_is_wrong_is_not_told(house: House, wrong: str) -> None:
    right = {"login": "art", "password": PASSWORD, "code": house.node.logins["art"].code()}
    with pytest.raises(NotLoggedIn) as refusal:
        door.log_in(**(right | {wrong: "000000" if wrong == "code" else "somebody"}))
    assert refusal.value.message == door._WRONG
    house.behind("UPDATE clew.officers SET failed_tries = 0 WHERE login = 'art'")


def test_a_code_works_once(house: House) -> None:
    code = house.node.logins["ben"].code()
    door.log_in("ben", PASSWORD, code)
    with pytest.raises(NotLoggedIn):
        door.log_in("ben", PASSWORD, code)


def test_an_older_code_than_the_last_one_used_is_refused(house: House) -> None:
    login = house.node.logins["cleo"]
    step = login.used
    with pytest.raises(NotLoggedIn):
        door.log_in("cleo", PASSWORD, pyotp.TOTP(login.secret).at((step - 1) * 30))


def test_codes_drift_by_one_step_and_no_more() -> None:
    secret, present = pyotp.random_base32(), int(time.time()) // 30
    totp = pyotp.TOTP(secret)
    assert {step for step in range(present - 4, present + 5) if door.step_of(secret, totp.at(step * 30), 0)} <= set(
        range(present - 1, present + 3))
    assert door.step_of(secret, totp.at(present * 30), present + 2) is None


def test_wrong_tries_make_the_account_rest_longer_each_time(house: House) -> None:
    house.node.officer("XA-VIU", "dora")
    rests = []
    for _ in range(5):
        with pytest.raises(NotLoggedIn):
            door.log_in("dora", "wrong password", "000000")
    for _ in range(3):
        rest = house.behind("SELECT extract(epoch FROM locked_until - now()) FROM clew.officers WHERE login = 'dora'")
        rests.append(float(rest[0][0]))
        with pytest.raises(NotLoggedIn):
            door.log_in("dora", PASSWORD, house.node.logins["dora"].code())  # right, but it rests
        let_rest_end(house, "dora")
        with pytest.raises(NotLoggedIn):
            door.log_in("dora", "wrong password", "000000")
    assert rests[0] > 5
    assert rests[0] < rests[1] < rests[2] <= 3600
    let_rest_end(house, "dora")
    house.behind("UPDATE clew.officers SET totp_step = 0 WHERE login = 'dora'")
    door.log_in("dora", PASSWORD, pyotp.TOTP(house.node.logins["dora"].secret).now())
    assert house.behind("SELECT failed_tries, locked_until FROM clew.officers WHERE login = 'dora'") == [(0, None)]


def test_tries_while_resting_do_not_make_it_longer(house: House) -> None:
    house.node.officer("XA-VIU", "emil")
    for _ in range(5):
        with pytest.raises(NotLoggedIn):
            door.log_in("emil", "wrong password", "000000")
    before = house.behind("SELECT failed_tries FROM clew.officers WHERE login = 'emil'")
    for _ in range(3):
        with pytest.raises(NotLoggedIn):
            door.log_in("emil", "wrong password", "000000")
    assert house.behind("SELECT failed_tries FROM clew.officers WHERE login = 'emil'") == before


def test_every_failed_try_is_an_event_with_its_address(house: House) -> None:
    with pytest.raises(NotLoggedIn):
        door.log_in("nobody.at.all", "x", "y", address="192.0.2.9")
    assert house.last_event("log_in_failed")[3] == {"address": "192.0.2.9"}


def enrolled(house: House, name: str) -> tuple[str, Viewer]:
    viewer = house.node.officer("XA-VIU", name)
    return service.reset_login(house.viewer("admin.xa-viu"), viewer.officer_id).code, viewer


def test_enrolment_works_once_and_ends_all_sessions(house: House) -> None:
    code, viewer = enrolled(house, "fritz")
    fresh = door.new_secret("fritz")
    assert fresh.secret in fresh.address
    totp = pyotp.TOTP(fresh.secret)
    door.enrol("fritz", f" {code.lower()} ", "another long sentence", fresh.secret, totp.now())
    with pytest.raises(NotLoggedIn):
        service.get_me(viewer)
    with pytest.raises(NotLoggedIn):
        door.enrol("fritz", code, "a third long sentence", fresh.secret, totp.at(int(time.time()) + 30))


@pytest.mark.parametrize("wrong", ["code", "ended", "login", "totp"])
def test_a_wrong_enrolment_changes_nothing(house: House, wrong: str) -> None:
    name = f"gina.{wrong}"
    code = invite(house, name)
    fresh = door.new_secret(name)
    if wrong == "ended":
        house.behind("UPDATE clew.officers SET enrolment_ends = now() - interval '1 minute' WHERE login = %s", name)
    now = pyotp.TOTP(fresh.secret).now()
    with pytest.raises(NotLoggedIn, match="enrolment code"):
        door.enrol("nobody.else" if wrong == "login" else name, "AAAA-AAAA-AAAA-AAAA" if wrong == "code" else code, PASSWORD,
                   fresh.secret, f"{(int(now) + 1) % 10**6:06}" if wrong == "totp" else now)
    assert house.behind("SELECT password_hash, totp_sealed FROM clew.officers WHERE login = %s", name) == [(None, None)]


def test_a_weak_password_is_refused_before_anything(house: House) -> None:
    code = invite(house, "hans")
    with pytest.raises(BadInput):
        door.enrol("hans", code, "short", door.new_secret("hans").secret, "123456")


def test_a_suspended_officer_and_one_of_an_agency_cut_off_cannot_log_in(house: House) -> None:
    admin, root = house.viewer("admin.xc-viu"), house.viewer("root")
    ida = house.node.officer("XC-VIU", "ida")
    service.suspend_officer(admin, ida.officer_id)
    with pytest.raises(NotLoggedIn):
        service.get_me(ida)
    with pytest.raises(NotLoggedIn):
        house.log_in("ida")
    service.suspend_officer(admin, ida.officer_id, suspended=False)
    again = house.log_in("ida")
    service.cut_off_agency(root, house.node.agencies["XC-VIU"].id, off=True)
    with pytest.raises(NotLoggedIn):
        service.get_me(again)
    service.cut_off_agency(root, house.node.agencies["XC-VIU"].id, off=False)
    assert service.get_me(again).login == "ida"


def test_a_session_ends_by_idleness_and_by_age(house: House) -> None:
    for change in ("seen_at = now() - interval '61 minutes'", "ends_at = now()"):
        viewer = house.log_in("art")
        assert service.get_me(viewer).login == "art"
        house.behind(f"UPDATE clew.sessions SET {change} WHERE id = %s", viewer.session_id)
        with pytest.raises(NotLoggedIn):
            service.get_me(viewer)


def test_a_node_has_one_first_administrator(house: House) -> None:
    with pytest.raises(Conflict, match="first administrator already"):
        make_node("second", full_name="Second", country="XZ")


def test_a_flood_at_the_door_is_turned_away_and_holds_no_thread(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_WAITING", threading.Semaphore(0))
    with pytest.raises(TooMany, match="Try again in a few seconds"):
        door.log_in("anna", PASSWORD, house.node.logins["anna"].code())
    monkeypatch.setattr(door, "_WAITING", threading.Semaphore(1))
    with pytest.raises(NotLoggedIn):
        door.log_in("nobody", PASSWORD, "000000")
    with pytest.raises(NotLoggedIn):  # the place was given back
        door.log_in("nobody", PASSWORD, "000000")
