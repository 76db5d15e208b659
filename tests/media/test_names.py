"""Names that leave the archive, hide or confuse are refused as they stand."""

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.media import names


@pytest.mark.parametrize(("name", "word"), [
    ("/etc/passwd", "name_path"), ("../x", "name_path"), ("a/../../x", "name_path"), ("a/./b", "name_path"),
    ("..", "name_path"), ("a\\b", "name_path"), ("C:x", "name_path"), ("~root/x", "name_path"), ("a//b", "name_path"),
    ("a\0b", "name_characters"), ("a\nb", "name_characters"), ("a\u202egpj.exe", "name_characters"),
    ("\ud800", "name_characters"), ("", "name_length"), ("a" * 600, "name_length"),
    ("a.jpg", None), ("Été/été 1.jpg", None), ("الصور/1.jpg", None), ("a..b/...c", None), ("写真.heic", None),
])
def test_faults(name: str, word: str | None) -> None:
    assert names.fault(name) == word


@given(st.text(st.sampled_from("ab./\\~: "), max_size=12))
def test_a_name_without_fault_stays_where_it_is(name: str) -> None:
    if names.fault(name) is None:
        assert posixpath.normpath(posixpath.join("/x", name)).startswith("/x/")


@given(st.text(max_size=700))
def test_what_is_shown_is_printable_and_stable(name: str) -> None:
    shown = names.shown(name)
    assert shown.isprintable() and shown and len(shown) <= 512
    assert names.shown(shown) == shown
