"""A reader gets a read-only descriptor of its own."""

import io
import os
from pathlib import Path

import pytest

from clew.kernel.errors import Refused
from clew.media import limits
from clew.media.incoming import read_only


def test_bytes_cannot_be_changed_by_the_reader() -> None:
    fd = read_only(b"abc")
    assert os.pread(fd, 9, 0) == b"abc"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.write(fd, b"x")
    again = os.open(f"/proc/self/fd/{fd}", os.O_RDWR)  # no reader has /proc; even so the seal holds
    with pytest.raises(PermissionError):
        os.write(again, b"x")
    os.close(again)
    os.close(fd)


def test_a_file_opened_for_writing_is_handed_on_read_only(tmp_path: Path) -> None:
    with (tmp_path / "x").open("w+b") as file:
        file.write(b"abc")
        fd = read_only(file)
        assert os.pread(fd, 9, 0) == b"abc"
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(fd, b"x")
        os.close(fd)


def test_what_is_too_big_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 10)
    (tmp_path / "x").write_bytes(bytes(11))
    with (tmp_path / "x").open("rb") as file, pytest.raises(Refused, match="larger"):
        read_only(file)
    with pytest.raises(Refused, match="larger"):
        read_only(io.BytesIO(bytes(11)))
