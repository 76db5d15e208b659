"""Messages survive the pipe whole; anything else is Garbled or Silent, never an exception of another kind."""

import os
import struct
import threading
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.media.wire import Garbled, Inbox, Silent, send

plain = st.recursive(st.none() | st.booleans() | st.integers(-2**60, 2**60) | st.text(max_size=20),
                     lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
                     max_leaves=8)


def received(data: bytes, *, seconds: float = 5.0) -> object:
    read, write = os.pipe()
    thread = threading.Thread(target=lambda: (os.write(write, data), os.close(write)))
    thread.start()
    try:
        inbox = Inbox(read, monotonic() + seconds)
        got = inbox.receive()
        return got and (got[0], bytes(inbox.raw(got[1], 1000)))
    finally:
        thread.join()
        os.close(read)


@given(st.dictionaries(st.text(max_size=5), plain, max_size=4), st.binary(max_size=500))
def test_what_is_sent_arrives(header: dict[str, object], raw: bytes) -> None:
    fd = os.memfd_create("sent")
    send(fd, header, raw)
    data = os.pread(fd, 1 << 20, 0)
    os.close(fd)
    assert received(data) == (header, raw)


@given(st.binary(min_size=1, max_size=60))
def test_any_other_bytes_are_garbled(data: bytes) -> None:
    with pytest.raises(Garbled):
        received(data)


@pytest.mark.parametrize("words", [
    b"[1]", b"NaN", b'{"a": Infinity}', b"[" * 50_000, b'{"a":' * 20_000, b"9" * 10_000, b"\xff\xfe", b""])
def test_only_an_object_of_plain_values_is_a_header(words: bytes) -> None:
    with pytest.raises(Garbled):
        received(struct.pack(">IQ", len(words), 0) + words)


def test_more_raw_bytes_than_allowed_are_not_taken() -> None:
    with pytest.raises(Garbled):
        received(struct.pack(">IQ", 2, 1 << 50) + b"{}")


def test_a_clean_end_is_none_and_silence_is_told() -> None:
    assert received(b"") is None
    read, write = os.pipe()
    with pytest.raises(Silent):
        Inbox(read, monotonic() + 0.05).receive()
    os.close(read)
    os.close(write)
