"""The three hashes equal those of the standard library, whatever the pieces."""

import hashlib
import os
import random

import pytest

from clew.store.blobs.hashing import SPLIT, Hashes, _other_core


@pytest.mark.parametrize("sizes", [[], [0], [1, 2, 3], [SPLIT - 1, SPLIT, SPLIT + 1], [3 * SPLIT, 1]])
def test_equal_to_hashlib(sizes: list[int]) -> None:
    pieces = [random.Random(size).randbytes(size) for size in sizes]
    hashes = Hashes()
    for piece in pieces:
        hashes.update(memoryview(piece))
    whole = b"".join(pieces)
    assert hashes.digests() == tuple(hashlib.new(name, whole).digest() for name in ("sha256", "sha1", "md5"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # forking with threads is what is tried here
def test_works_in_a_forked_child() -> None:
    Hashes().update(memoryview(bytes(SPLIT)))  # the thread exists in the parent
    child = os.fork()
    if child == 0:
        _other_core()
        hashes = Hashes()
        hashes.update(memoryview(bytes(SPLIT)))
        os._exit(0 if hashes.digests()[2] == hashlib.md5(bytes(SPLIT)).digest() else 1)
    assert os.waitpid(child, 0)[1] == 0
