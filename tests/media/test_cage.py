"""Without a working cage nothing is opened, and the reason says what to do."""

import shutil
import socket
from pathlib import Path

import pytest

from clew.kernel.errors import Unavailable
from clew.media import cage, seccomp
from clew.media.cage import Cage
from clew.media.sandbox import Sandbox
from tests.media.made import picture


def test_it_works_here() -> None:
    assert cage.probe() is None


def test_without_bubblewrap_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with Sandbox() as sandbox, pytest.raises(Unavailable, match=cage.INSTALL_LINE):
        sandbox.open(picture("PNG"))
    told = cage.probe()
    assert told is not None and cage.INSTALL_LINE in told


def test_an_unknown_processor_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "supported", lambda: False)
    with pytest.raises(Unavailable, match="processor"):
        Cage().start()


def test_a_cage_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable, match="no_such_module"):
        Cage(entry="no_such_module").start()
    monkeypatch.setattr(Cage, "arguments", lambda *_: iter(["--no-such-option"]))
    with pytest.raises(Unavailable, match="does not start"):
        Cage().start()


def test_a_system_without_namespaces_is_told_what_to_allow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(program))
    told = cage.probe()
    assert told is not None and cage.NAMESPACE_LINE in told


def test_only_libraries_and_our_own_readers_are_seen() -> None:
    ours, theirs = socket.socketpair()
    words = list(Cage().arguments(5, theirs.fileno()))
    ours.close()
    theirs.close()
    assert "--unshare-all" in words and "--clearenv" in words and "--die-with-parent" in words
    assert "--bind" not in words and "--dev" not in words and "--proc" not in words
    seen = {words[at + 1] for at, word in enumerate(words) if word.startswith("--ro-bind")}
    repository = Path(cage.__file__).resolve().parents[2]
    assert not {str(repository), str(repository / "clew"), "/", "/etc", "/home", "/root", "/usr"} & seen
