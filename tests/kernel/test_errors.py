"""Errors are told apart by code and status, are safe to show, and say what to do next."""

import pytest

from clew.kernel import errors
from clew.kernel.errors import ClewError, NotFound

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ClewError)]


def test_every_error_has_a_code_of_its_own_or_that_of_its_parent() -> None:
    codes = [kind.code for kind in KINDS if "code" in vars(kind)]
    assert len(codes) == len(set(codes)) > 8


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_and_a_sentence(kind: type[ClewError]) -> None:
    assert 400 <= kind.status < 600
    made = NotFound() if kind is NotFound else kind("Do this next.")
    assert made.message == str(made)
    assert kind.__doc__


def test_missing_and_hidden_have_one_message() -> None:
    assert NotFound().message == NotFound().message
    with pytest.raises(TypeError):
        NotFound("case 17")  # type: ignore[call-arg]


def test_what_tells_people_apart_from_programs() -> None:
    assert {kind.code: kind.status for kind in KINDS if kind.status in (401, 403, 404, 409, 422, 429, 503)} == {
        "not_logged_in": 401, "not_your_role": 403, "not_found": 404, "conflict": 409, "refused": 422, "too_many": 429,
        "unavailable": 503, "damaged": 503}
