"""Keys of the log: made once, closed to others, never replaced in silence."""

import threading
from pathlib import Path

import pytest

from clew.kernel.errors import Unavailable
from clew.store.audit import keys
from clew.store.audit.heads import is_signed, public, sign


def test_both_are_made_on_first_use_and_stay(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = keys.event_key(folder), public(keys.signing_key(folder))
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "signing.key": 0o600, "events.key": 0o600}
    keys._read.cache_clear()
    assert (keys.event_key(folder), public(keys.signing_key(folder))) == first
    assert len(first[0]) == 32


@pytest.mark.parametrize("lost", ["signing.key", "events.key"])
def test_a_lost_key_is_not_replaced(tmp_path: Path, lost: str) -> None:
    keys.make_keys(tmp_path)
    (tmp_path / lost).unlink()
    with pytest.raises(Unavailable, match=lost):
        (keys.signing_key if lost == "signing.key" else keys.event_key)(tmp_path)


@pytest.mark.parametrize(("content", "mode"), [(b"short\n", 0o600), (b"", 0o600), (None, 0o640)])
def test_a_damaged_or_open_key_is_refused(tmp_path: Path, content: bytes | None, mode: int) -> None:
    keys.make_keys(tmp_path)
    path = tmp_path / "events.key"
    path.write_bytes(path.read_bytes() if content is None else content)
    path.chmod(mode)
    keys._read.cache_clear()
    with pytest.raises(Unavailable, match=r"events\.key"):
        keys.event_key(tmp_path)


def test_the_first_of_two_makers_wins(tmp_path: Path) -> None:
    made: list[bytes] = []

    def make(number: int) -> None:
        keys._write_once(tmp_path / "k", b"%d" % number)
        made.append((tmp_path / "k").read_bytes())

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["k"]


def test_a_signature_is_over_every_field(tmp_path: Path) -> None:
    key = keys.signing_key(tmp_path)
    head = sign(key, 3, b"r" * 32, 5, "0" * 64)
    assert is_signed(head, public(key))
    changes = {"size": 4, "root": "00", "at": 6, "previous": "1" * 64, "signer": "22", "signature": "zz"}
    for name, value in changes.items():
        spoilt = type(head)(**{field: getattr(head, field) for field in changes} | {name: value})
        assert not is_signed(spoilt, public(key)), name
    assert not is_signed(head, "not hex")
