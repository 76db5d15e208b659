"""A place in a list goes out as one word and comes back the same; any other word is refused."""

import base64
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.kernel.cursor import cursor, read_cursor
from clew.kernel.errors import BadInput

VALUES = st.one_of(st.none(), st.text(), st.floats(allow_nan=False, allow_infinity=False))


@given(st.lists(VALUES, max_size=5))
def test_a_place_comes_back_as_it_went(place: list[Any]) -> None:
    word = cursor(*place)
    assert re.fullmatch(r"[A-Za-z0-9_-]*", word)
    assert read_cursor(word, [type(one) for one in place]) == place


@given(st.text(max_size=80))
def test_a_made_up_word_is_refused_or_a_place(word: str) -> None:
    try:
        assert isinstance(read_cursor(word, (str,))[0], str)
    except BadInput as refusal:
        assert "Begin again" in refusal.message


@pytest.mark.parametrize("said", ["x", ["a", "b"], [1], [None], {"0": "a"}, [["a"]], [True]])
def test_a_place_of_another_shape_is_refused(said: Any) -> None:
    word = base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
    with pytest.raises(BadInput):
        read_cursor(word, (str,))


def test_a_word_of_many_brackets_is_refused() -> None:
    with pytest.raises(BadInput):
        read_cursor(base64.urlsafe_b64encode(b"[" * 100_000).decode(), (str,))


@pytest.mark.parametrize("text", ["\ud800", "a\x00b"])
def test_text_no_database_can_hold_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_cursor(base64.urlsafe_b64encode(json.dumps([text]).encode()).decode(), (str,))
