"""Keys open only what they were made for, show nothing of themselves, and survive a rotation step by step."""

import base64
import copy
import logging
import os
import pickle
import threading
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.kernel.errors import BadInput, Conflict, Unavailable
from clew.store.keys import (
    AgencyKey,
    KeyRing,
    add_master,
    make_keys,
    read_keys,
    read_secret,
    retire_masters,
    seal,
    unseal,
    write_secret,
)

ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)
NAME, OTHER = "ab" * 32, "cd" * 32


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def folder(tmp_path: Path, data: Path) -> Path:
    made = tmp_path / "keys"
    make_keys(made, data=data)
    return made


@pytest.fixture
def ring(folder: Path, data: Path) -> KeyRing:
    return KeyRing.open(folder, data=data)


@given(st.binary(max_size=200), st.binary(max_size=40))
def test_seal_undone_by_unseal(plain: bytes, bound: bytes) -> None:
    key = bytes(32)
    sealed = seal(key, plain, bound)
    assert len(sealed) == len(plain) + 28
    assert unseal(key, sealed, bound) == plain
    assert seal(key, plain, bound) != sealed


def test_every_changed_bit_is_refused() -> None:
    sealed = seal(bytes(32), b"word", b"here")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Unavailable):
            unseal(bytes(32), bytes(changed), b"here")
    for cut in (b"", sealed[:11], sealed[:27], sealed[:-1]):
        with pytest.raises(Unavailable):
            unseal(bytes(32), cut, b"here")


def test_a_data_key_opens_for_its_agency_and_object_only(ring: KeyRing) -> None:
    mine, theirs = (ring.agency(agency, ring.new_agency_key(agency)) for agency in (ONE, TWO))
    wrapped = mine.wrap(NAME, b"k" * 32)
    assert len(wrapped) == 60
    assert mine.unwrap(NAME, wrapped) == b"k" * 32
    for key, name in ((theirs, NAME), (mine, OTHER)):
        with pytest.raises(Unavailable):
            key.unwrap(name, wrapped)


def test_the_agency_is_bound_in_even_under_one_key() -> None:
    wrapped = AgencyKey(ONE, bytes(32)).wrap(NAME, b"k" * 32)
    with pytest.raises(Unavailable):
        AgencyKey(TWO, bytes(32)).unwrap(NAME, wrapped)


def test_an_agency_key_belongs_to_its_agency(ring: KeyRing) -> None:
    wrapped = ring.new_agency_key(ONE)
    with pytest.raises(Unavailable):
        ring.agency(TWO, wrapped)
    assert ring.agency(ONE, wrapped) is ring.agency(ONE, wrapped)
    with pytest.raises(Unavailable):  # also once it is known for its own agency
        ring.agency(TWO, wrapped)


def test_small_values_open_in_their_own_context_only(ring: KeyRing) -> None:
    sealed = ring.seal_small(b"otp secret", f"totp:{ONE}")
    assert b"otp secret" not in sealed
    assert ring.open_small(sealed, f"totp:{ONE}") == b"otp secret"
    with pytest.raises(Unavailable):
        ring.open_small(sealed, f"totp:{TWO}")


def test_another_master_key_opens_nothing(ring: KeyRing, tmp_path: Path, data: Path) -> None:
    make_keys(tmp_path / "others", data=data)
    other = KeyRing.open(tmp_path / "others", data=data)
    with pytest.raises(Unavailable):
        other.agency(ONE, ring.new_agency_key(ONE))
    with pytest.raises(Unavailable):
        other.open_small(ring.seal_small(b"x", "c"), "c")


def test_keys_show_nothing_and_stay_in_the_process(ring: KeyRing, caplog: pytest.LogCaptureFixture) -> None:
    key = ring.agency(ONE, ring.new_agency_key(ONE))
    assert repr(ring) == str(ring) == "<KeyRing>"
    assert repr(key) == f"{key}" == "<AgencyKey>"
    logging.getLogger("test").warning("%s %r", ring, key)
    assert ring.object_key.hex() not in caplog.text
    for secret in (ring, key):
        with pytest.raises(BadInput):
            pickle.dumps(secret)
        with pytest.raises(BadInput):
            copy.copy(secret)
    assert not hasattr(AgencyKey, "__dict__") or not hasattr(key, "__dict__")


def test_made_keys_are_private_random_and_never_made_anew(folder: Path, data: Path, tmp_path: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in folder.iterdir()} == {"master.key", "object.key", "small.key"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert [len(key) for key in read_keys(folder / "master.key")] == [32]
    make_keys(folder, data=data)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    make_keys(tmp_path / "again", data=data)
    assert (tmp_path / "again" / "master.key").read_bytes() != before["master.key"]


def test_two_that_make_keys_at_once_hold_the_same(tmp_path: Path, data: Path) -> None:
    for turn in range(10):
        folder, gate = tmp_path / f"keys{turn}", threading.Barrier(4)
        rings: list[KeyRing] = []

        def begin(folder: Path = folder, gate: threading.Barrier = gate, rings: list[KeyRing] = rings) -> None:
            gate.wait()
            make_keys(folder, data=data)
            rings.append(KeyRing.open(folder, data=data))

        threads = [threading.Thread(target=begin) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wrapped, small = rings[0].new_agency_key(ONE), rings[0].seal_small(b"x", "c")
        for ring in rings:
            ring.agency(ONE, wrapped)
            assert ring.open_small(small, "c") == b"x"
            assert ring.object_key == rings[0].object_key
        assert len(rings) == 4
        assert len(list(folder.iterdir())) == 3


def test_no_new_master_key_over_a_lost_one(folder: Path, data: Path) -> None:
    (folder / "master.key").unlink()
    with pytest.raises(Conflict, match="copy"):
        make_keys(folder, data=data)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o601])
@pytest.mark.parametrize("name", ["master.key", "object.key", "small.key"])
def test_a_key_file_others_may_touch_is_refused(folder: Path, data: Path, name: str, mode: int) -> None:
    (folder / name).chmod(mode)
    with pytest.raises(Unavailable, match="chmod 600"):
        KeyRing.open(folder, data=data)


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o711])
def test_a_key_folder_others_may_enter_is_refused(folder: Path, data: Path, mode: int) -> None:
    folder.chmod(mode)
    with pytest.raises(Unavailable, match="chmod 700"):
        KeyRing.open(folder, data=data)


def test_keys_inside_the_data_folder_are_refused(tmp_path: Path, folder: Path) -> None:
    inside = tmp_path / "data" / "keys"
    with pytest.raises(Unavailable, match="CLEW_KEYS"):
        make_keys(inside, data=tmp_path / "data")
    assert not inside.exists()
    with pytest.raises(Unavailable, match="CLEW_KEYS"):
        KeyRing.open(folder, data=folder)
    (tmp_path / "alias").symlink_to(tmp_path)
    with pytest.raises(Unavailable, match="CLEW_KEYS"):
        KeyRing.open(folder, data=tmp_path / "alias")


def test_key_files_that_lead_into_the_data_folder_are_refused(folder: Path, data: Path) -> None:
    data.mkdir()
    (folder / "master.key").rename(data / "master.key")
    (folder / "master.key").symlink_to(data / "master.key")
    with pytest.raises(Unavailable, match="CLEW_KEYS"):
        KeyRing.open(folder, data=data)


def test_missing_folder_and_files_name_the_remedy(tmp_path: Path, folder: Path, data: Path) -> None:
    with pytest.raises(Unavailable, match="clew init"):
        KeyRing.open(tmp_path / "nowhere", data=data)
    (folder / "object.key").unlink()
    with pytest.raises(Unavailable, match=r"object\.key"):
        KeyRing.open(folder, data=data)


@pytest.mark.parametrize("content", [b"", b"\n", b"not base64!", base64.b64encode(bytes(31)),
                                     base64.b64encode(bytes(32)) + b"\nxx"])
def test_a_damaged_key_file_is_named(folder: Path, data: Path, content: bytes) -> None:
    write_secret(folder / "master.key", content)
    with pytest.raises(Unavailable, match=r"master\.key is damaged"):
        KeyRing.open(folder, data=data)


def test_messages_hold_no_path_and_no_secret(folder: Path, data: Path) -> None:
    secret = (folder / "master.key").read_text().strip()
    (folder / "master.key").chmod(0o644)
    with pytest.raises(Unavailable) as caught:
        KeyRing.open(folder, data=data)
    assert str(folder) not in caught.value.message
    assert secret not in caught.value.message


def test_rotation_opens_everything_at_every_step(folder: Path, data: Path, ring: KeyRing) -> None:
    wrapped = {agency: ring.new_agency_key(agency) for agency in (ONE, TWO)}
    data_key = ring.agency(ONE, wrapped[ONE]).wrap(NAME, b"k" * 32)
    small = ring.seal_small(b"thumb", "thumb:1")
    old = read_keys(folder / "master.key")

    def opens(keys: dict[uuid.UUID, bytes]) -> None:
        now = KeyRing.open(folder, data=data)
        assert now.agency(ONE, keys[ONE]).unwrap(NAME, data_key) == b"k" * 32
        assert now.open_small(small, "thumb:1") == b"thumb"
        assert now.object_key == ring.object_key

    add_master(folder, data=data)
    assert read_keys(folder / "master.key")[1:] == old
    opens(wrapped)
    both = KeyRing.open(folder, data=data)
    half = {ONE: both.rewrap(ONE, wrapped[ONE]), TWO: wrapped[TWO]}
    opens(half)
    with pytest.raises(Unavailable):
        retire_masters(folder, half.items(), data=data)
    opens(half)
    done = {ONE: half[ONE], TWO: both.rewrap(TWO, wrapped[TWO])}
    retire_masters(folder, done.items(), data=data)
    assert len(read_keys(folder / "master.key")) == 1
    assert read_keys(folder / "master.key") != old
    opens(done)
    with pytest.raises(Unavailable):
        KeyRing.open(folder, data=data).agency(ONE, wrapped[ONE])


def test_a_secret_file_is_wholly_old_or_new(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "word.password"
    write_secret(path, b"old")

    def dies(fd: int) -> None:
        raise OSError(5, "cut")

    monkeypatch.setattr(os, "fsync", dies)
    with pytest.raises(OSError, match="cut"):
        write_secret(path, b"new")
    monkeypatch.undo()
    assert read_secret(path) == b"old"
    write_secret(path, b"late", anew=True)
    assert read_secret(path) == b"old"
    assert [left.name for left in folder.iterdir() if left.name.startswith(".")] == []
    write_secret(path, b"newer")
    assert read_secret(path) == b"newer"
    assert path.stat().st_mode & 0o777 == 0o600
