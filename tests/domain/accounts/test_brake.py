"""Anonymous tries: none keeps an officer out, and what is written down of them is bounded."""

import pyotp
import pytest

from clew.domain.accounts import brake, door, service
from clew.domain.accounts.brake import Brake
from clew.kernel.errors import NotLoggedIn, TooMany
from tests.domain.conftest import House
from tests.node import PASSWORD


def test_wrong_enrolments_never_make_an_account_rest_and_the_right_code_passes_at_once(house: House) -> None:
    officer = house.node.officer("XA-VIU", "ines")
    told = [wrong_enrolment("ines", "192.0.2.50") for _ in range(brake.PER_ADDRESS + 10)]
    assert told == [NotLoggedIn] * brake.PER_ADDRESS + [TooMany] * 10
    assert house.behind("SELECT failed_tries, locked_until FROM clew.officers WHERE login = 'ines'") == [(0, None)]
    assert recorded(house, "enrol_failed", "192.0.2.50") == brake.PER_ADDRESS

    code = service.reset_login(house.viewer("admin.xa-viu"), officer.officer_id).code
    fresh = door.new_secret("ines")
    door.enrol("ines", code, PASSWORD, fresh.secret, pyotp.TOTP(fresh.secret).now(), address="192.0.2.50")
    assert wrong_enrolment("ines", "192.0.2.50") is TooMany


def test_a_resting_account_does_not_rest_longer_for_wrong_enrolments(house: House) -> None:
    house.node.officer("XA-VIU", "jan")
    for _ in range(5):
        with pytest.raises(NotLoggedIn):
            door.log_in("jan", "wrong password", "000000", address="192.0.2.60")
    row = "SELECT failed_tries, locked_until FROM clew.officers WHERE login = 'jan'"
    before = house.behind(row)
    assert before[0][0] == 5
    for _ in range(3):
        wrong_enrolment("jan", "192.0.2.61")
    assert house.behind(row) == before


@pytest.mark.parametrize("login", ["nobody.at.all", "art"])
def test_failed_logins_of_nobody_and_of_the_resting_are_written_down_a_bounded_number_of_times(house: House, login: str) -> None:
    address = f"2001:db8:0:{len(login)}::"
    house.behind("UPDATE clew.officers SET locked_until = now() + interval '1 hour' WHERE login = 'art'")
    before = recorded(house, "log_in_failed", address)
    for number in range(brake.PER_ADDRESS + 5):
        with pytest.raises(NotLoggedIn):
            door.log_in(login, "x", "000000", address=f"{address}{number:x}")
    assert recorded(house, "log_in_failed", address) - before == brake.PER_ADDRESS
    house.behind("UPDATE clew.officers SET locked_until = NULL WHERE login = 'art'")


def test_a_brake_holds_each_network_and_all_together_and_lets_go() -> None:
    held = Brake(per_address=2, overall=5)
    assert [held.allows("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert [held.allows(f"2001:db8::{number}") for number in range(3)] == [True, True, False]
    assert [held.allows("no address"), held.allows("198.51.100.7")] == [True, False]
    mapped = Brake(per_address=1, overall=9)  # an IPv4 caller at an IPv6 door is that caller, not everybody
    assert [mapped.allows(f"::ffff:192.0.2.{number}") for number in (1, 2, 1)] == [True, True, False]
    anew = Brake(per_address=1, window=0)
    assert [anew.allows("192.0.2.1") for _ in range(3)] == [True] * 3


def wrong_enrolment(login: str, address: str) -> type[Exception]:
    """Try to enrol with a code that is not the officer's; return how it is refused."""
    fresh = door.new_secret(login)
    with pytest.raises((NotLoggedIn, TooMany)) as refusal:
        door.enrol(login, "AAAA-AAAA-AAAA-AAAA", PASSWORD, fresh.secret, pyotp.TOTP(fresh.secret).now(), address=address)
    return type(refusal.value)


def recorded(house: House, verb: str, address: str) -> int:
    """Return how many events of a verb tell of this address (or of its network)."""
    found: int = house.behind("SELECT count(*) FROM clew.events WHERE verb = %s AND "
                              "starts_with(payload -> 'detail' ->> 'address', %s)", verb, address)[0][0]
    return found
