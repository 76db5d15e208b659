"""The sealed form: sizes, places of frames, and that no frame passes for another."""

import os
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from clew.kernel.errors import Damaged
from clew.store.blobs.frames import (
    FRAME,
    HEADER,
    TAG,
    Layout,
    Opener,
    Sealer,
    frame_nonce,
    make_header,
    read_header,
    sealed_size,
)

SALT = bytes(range(16))


@given(st.integers(0, 1 << 45))
def test_layout_undoes_sealed_size(size: int) -> None:
    layout = Layout.of(sealed_size(size))
    assert layout.size == size
    assert layout.frames == max(1, -(-size // FRAME))


@given(st.integers(0, 4 * (FRAME + TAG) + HEADER))
def test_a_size_is_possible_or_damaged(sealed: int) -> None:
    try:
        layout = Layout.of(sealed)
    except Damaged:
        return
    assert sealed_size(layout.size) == sealed


@pytest.mark.parametrize("sealed", [0, 31, HEADER, HEADER + TAG - 1, HEADER + FRAME + TAG + 3,
                                    HEADER + FRAME + TAG + TAG])
def test_impossible_sizes_are_damaged(sealed: int) -> None:
    with pytest.raises(Damaged):
        Layout.of(sealed)


def test_spans_cover_the_object_without_gap() -> None:
    layout = Layout.of(sealed_size(2 * FRAME + 5))
    spans = [layout.span(index, 1) for index in range(layout.frames)]
    assert spans[0] == (HEADER, FRAME + TAG)
    assert all(a + length == b for (a, length), (b, _) in pairwise(spans))
    assert sum(spans[-1]) == layout.sealed_size
    assert layout.span(1, 8) == (spans[1][0], FRAME + TAG + 5 + TAG)


def test_nonces_never_repeat_within_an_object() -> None:
    made = [frame_nonce(index, final=final) for index in (0, 1, 255, 256, 1 << 40) for final in (False, True)]
    assert len(set(made)) == len(made)
    assert {len(nonce) for nonce in made} == {12}


def test_header_round_trip_and_refusals() -> None:
    assert read_header(make_header(SALT)) == SALT
    for at in range(HEADER - 16):
        broken = bytearray(make_header(SALT))
        broken[at] ^= 1
        with pytest.raises(Damaged):
            read_header(bytes(broken))
    with pytest.raises(Damaged):
        read_header(make_header(SALT)[:-1])


def test_frames_open_only_in_their_own_place() -> None:
    key, header = os.urandom(32), make_header(SALT)
    sealer = Sealer(key, header)
    frames = [bytes(sealer.seal(memoryview(bytes([i]) * 10), final=i == 2)) for i in range(3)]
    opener = Opener(key, header, Layout(0, 3, 0))
    for index in range(3):
        for other in range(3):
            if index == other:
                assert opener.open(index, frames[other]) == bytes([other]) * 10
            else:
                with pytest.raises(Damaged):
                    opener.open(index, frames[other])
    shorter = Opener(key, header, Layout(0, 2, 0))  # the last frame cut off
    with pytest.raises(Damaged):
        shorter.open(1, frames[1])
    other_header = Opener(key, make_header(bytes(16)), Layout(0, 3, 0))
    with pytest.raises(Damaged):
        other_header.open(0, frames[0])


def test_the_form_is_plain_aes_gcm() -> None:
    """Written out once by hand, so that the format cannot drift unseen."""
    key, header = bytes(32), b"CLEWBLOB" + bytes([1, 20]) + bytes(6) + SALT
    sealed = bytes(Sealer(key, header).seal(memoryview(b"word"), final=True))
    assert sealed == AESGCM(key).encrypt(bytes(11) + b"\1", b"word", header)
