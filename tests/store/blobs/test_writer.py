"""Writing: nothing shows before it is finished, nothing stays after it is not, nothing clear is on disk."""

import threading
from pathlib import Path

import pytest

from clew.kernel.errors import Unavailable
from clew.store.blobs import Blobs, Stored
from clew.store.blobs.frames import FRAME
from clew.store.blobs.local import INCOMING

CANARY = b"canary-in-the-clear-7f3a9"


def all_files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def assert_sealed(root: Path, *words: bytes) -> None:
    assert all_files(root)
    for path in all_files(root):
        whole = path.read_bytes() + str(path).encode()
        assert not any(word in whole for word in words)


def test_no_content_hash_or_key_is_readable_on_disk(blobs: Blobs, root: Path) -> None:
    with blobs.writer() as writer:
        for _ in range(100):
            writer.write(CANARY * 1000)
            assert_sealed(root, CANARY)
        stored = writer.finish()
    small = blobs.put([CANARY])
    for one in (stored, small):
        for secret in (one.sha256, one.sha1, one.md5, one.data_key):
            assert_sealed(root, CANARY, secret, secret.hex().encode())


def test_files_are_0600_and_folders_0700(blobs: Blobs, root: Path) -> None:
    blobs.put([b"done"])
    with blobs.writer() as writer:
        writer.write(b"x")
        for path in [root, *root.rglob("*")]:
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)


def test_nothing_shows_before_finish_and_abort_leaves_nothing(blobs: Blobs, root: Path) -> None:
    with blobs.writer() as writer:
        writer.write(bytes(3 * FRAME))
        assert list(blobs.found()) == []
        assert len(all_files(root / INCOMING)) == 1
    assert all_files(root) == []
    writer.abort()


def test_a_stream_that_breaks_off_leaves_nothing(blobs: Blobs, root: Path) -> None:
    def broken() -> object:
        yield bytes(2 * FRAME)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        blobs.put(broken())  # type: ignore[arg-type]
    assert all_files(root) == []


def test_the_data_key_is_not_shown(blobs: Blobs) -> None:
    stored = blobs.put([b"x"])
    assert stored.data_key.hex() not in repr(stored)
    assert repr(stored.data_key) not in repr(stored)


def test_equal_content_written_at_once_stays_apart(blobs: Blobs) -> None:
    """Each writer gets an object of its own; the database's unique row decides, losers are dropped."""
    results: list[Stored] = []
    gate = threading.Barrier(8)

    def send() -> None:
        with blobs.writer() as writer:
            writer.write(bytes(FRAME))
            gate.wait()
            writer.write(b"tail")
            results.append(writer.finish())

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({stored.object_name for stored in results}) == 8
    assert len({stored.sha256 for stored in results}) == 1
    for loser in results[1:]:
        blobs.drop(loser.object_name)
    assert blobs.read_all(results[0].object_name, results[0].data_key) == bytes(FRAME) + b"tail"


def test_a_place_that_fails_at_once_leaves_nothing(blobs: Blobs, root: Path,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int, data: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", full)
    with pytest.raises(Unavailable, match="full"):
        blobs.writer()
    monkeypatch.undo()
    assert all_files(root) == []
