"""Strange codes and secrets at the door are wrong, not errors: an error would tell which password was right."""

import pytest

from clew.domain.accounts import door, service
from clew.kernel.errors import BadInput, NotLoggedIn
from clew.kernel.settings import Settings
from tests.node import PASSWORD, make_test_node


@pytest.mark.parametrize("code", ["é23456", "１２３４５６", "\ud800", "", "123456" * 100])
def test_a_code_of_any_letters_is_just_wrong(database: Settings, code: str) -> None:
    make_test_node(database)
    with pytest.raises(NotLoggedIn):
        door.log_in("root", PASSWORD, code)


@pytest.mark.parametrize("secret", ["A" * 16, "A" * 33, "a" * 32, "é" * 32, "", "A" * 31 + "="])
def test_a_weak_or_broken_secret_is_refused(database: Settings, secret: str) -> None:
    node = make_test_node(database)
    node.agency("XA-VIU")
    invited = service.add_officer(node.viewers["admin.xa-viu"], "anna", full_name="Anna", roles=["analyst"])
    with pytest.raises(BadInput):
        door.enrol("anna", invited.code, PASSWORD, secret, "123456")
