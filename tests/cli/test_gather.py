"""Which files are sent and what they are called: each once, under a name of its own, and nothing passed over unsaid."""

import os
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clew.cli.gather import LINK, Found, gather, written
from clew.domain.exhibits.rules import check_path


def made(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode("utf-8", "surrogateescape"))
    return folder


def names(*paths: Path) -> list[str]:
    return [one.name for one in gather(paths)]


def test_a_folder_gives_its_name_and_the_way_below_it(tmp_path: Path) -> None:
    made(tmp_path / "phone", "b.jpg", "a/c.jpg")
    assert names(tmp_path / "phone") == ["phone/b.jpg", "phone/a/c.jpg"]
    assert names(tmp_path / "phone" / "b.jpg") == ["b.jpg"]


def test_two_of_one_name_are_told_apart_by_the_way_to_them(tmp_path: Path) -> None:
    made(tmp_path, "p1/DCIM/1.jpg", "p2/DCIM/1.jpg", "x/2.jpg")
    assert names(tmp_path / "p1/DCIM", tmp_path / "p2/DCIM", tmp_path / "x") == ["p1/DCIM/1.jpg", "p2/DCIM/1.jpg", "x/2.jpg"]
    assert names(tmp_path / "p1/DCIM/1.jpg", tmp_path / "p2/DCIM/1.jpg") == ["p1/DCIM/1.jpg", "p2/DCIM/1.jpg"]


def test_here_and_above_are_folders_with_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path / "disk", "in/1.jpg")
    monkeypatch.chdir(tmp_path / "disk" / "in")
    assert names(Path("..")) == ["disk/in/1.jpg"]
    assert names(Path()) == ["in/1.jpg"]


def test_a_file_named_twice_comes_once(tmp_path: Path) -> None:
    made(tmp_path / "a", "1.jpg")
    assert names(tmp_path / "a", tmp_path / "a" / "1.jpg", tmp_path / "a") == ["a/1.jpg"]


def test_two_spellings_of_one_name_both_come(tmp_path: Path) -> None:
    made(tmp_path / "a", "caf\u00e9.jpg", "cafe\u0301.jpg")
    assert sorted(names(tmp_path / "a")) == ["a/caf\u00e9.jpg", "a/caf\u00e9.jpg (2)"]


def test_links_are_told_and_one_that_was_named_is_followed(tmp_path: Path) -> None:
    made(tmp_path / "a", "1.jpg")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "file").symlink_to(tmp_path / "a" / "1.jpg")
    (tmp_path / "b" / "folder").symlink_to(tmp_path / "a")
    assert [(one.name, one.refused) for one in gather([tmp_path / "b"])] == [("b/file", LINK), ("b/folder", LINK)]
    assert gather([tmp_path / "b" / "file"]) == [Found(tmp_path / "b" / "file", "file")]
    assert names(tmp_path / "b" / "folder") == ["folder/1.jpg"]


def test_a_folder_that_cannot_be_looked_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path / "a", "1.jpg", "shut/2.jpg")
    real = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert [(one.name, one.refused) for one in gather([tmp_path / "a"])] == [
        ("a/1.jpg", ""), ("a/shut", "Cannot be read: Permission denied.")]


@given(raw=some.binary(min_size=1, max_size=40).filter(lambda raw: set(raw) - set(b"/\\ .\0")))
def test_whatever_a_file_is_called_the_node_takes_the_name(raw: bytes) -> None:
    name = written("folder/" + os.fsdecode(raw).replace("/", "_"))
    assert ".." in name.split("/") or check_path(name) == name
    assert all(letter.isprintable() or letter in string.whitespace or ord(letter) > 127 for letter in name)
