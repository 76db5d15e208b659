"""The address of a node, before anything is sent to it."""

import pytest

from clew.cli.client import usable
from clew.kernel.errors import BadInput


@pytest.mark.parametrize(("given", "used"), [
    ("https://clew.example/", "https://clew.example"), ("http://127.0.0.1:8420", "http://127.0.0.1:8420"),
    ("http://[::1]:8420/", "http://[::1]:8420"), ("http://localhost:1", "http://localhost:1")])
def test_an_address_that_is_one_is_used(given: str, used: str) -> None:
    assert usable(given) == used


@pytest.mark.parametrize("given", [
    "foo", "", "clew.example:8420", "ftp://clew.example", "https://", "https://clew.example:99999", "https://clew.example/cases",
    "https://[", "https://clew.example?x=1"])
def test_what_is_no_address_is_told(given: str) -> None:
    with pytest.raises(BadInput, match="scheme, name and port"):
        usable(given)


@pytest.mark.parametrize("given", ["http://clew.example", "http://10.0.0.1:8420", "http://127.0.0.1.example:8420"])
def test_no_password_travels_unsealed(given: str) -> None:
    with pytest.raises(BadInput, match="unsealed"):
        usable(given)
