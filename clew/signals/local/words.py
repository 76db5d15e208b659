"""A local descriptor as a word of 18 bits and a signature of 64: what the index of words keeps of it instead of numbers.

Word: the nearest of 512 centroids in each half of the compact descriptor (inverted multi-index, Babenko and Lempitsky
2012). Signature: on which side of the medians of those centroids it lies along 64 directions (Hamming embedding, Jegou
and others 2008). The codebook is made by `benchmarks/codebook.py`; a new codebook means describing every picture again.
"""

import hashlib
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.compiled import compiled
from clew.signals.local.compact import compacted, expanded, product
from clew.signals.local.features import Bytes, Floats

SIDES: Final = 512
WORDS: Final = SIDES * SIDES
_HALF: Final = 32
Words = NDArray[np.uint32]
Signatures = NDArray[np.uint64]


class Codebook(NamedTuple):
    """`order` (2, 32) of the numbers in each half, `centroids` and `medians` (2, 512, 32), `turns` (2, 32, 32)."""

    order: NDArray[np.uint8]
    centroids: Floats
    medians: Floats
    turns: Floats


@cache
def codebook() -> Codebook:
    """Return the codebook that belongs to this version."""
    with np.load(BytesIO(_file()), allow_pickle=False) as held:
        wide = [held[name].astype(np.float32) for name in ("centroids", "medians", "turns")]
        return Codebook(held["order"], *wide)


@cache
def mark() -> str:
    """Return what tells this codebook from any other: words of different codebooks must never meet."""
    return hashlib.sha256(_file()).hexdigest()[:16]


def assign(descriptors: Bytes) -> tuple[Words, Signatures]:
    """Return word and signature, each (n,), of (n, 128) RootSIFT descriptors."""
    return of_compact(compacted(descriptors))


def of_compact(packed: Bytes) -> tuple[Words, Signatures]:
    """Return word and signature, each (n,), of (n, 32) compact descriptors: the same as `assign` of their originals."""
    words, signatures = probes(packed, 1)
    return words[:, 0], signatures[:, 0]


def probes(packed: Bytes, count: int) -> tuple[Words, Signatures]:
    """Return the `count` (at most 32) nearest words of each compact descriptor, nearest first, and its signature in each.

    Shapes (n, count). The signature differs from word to word because each word has its own medians.
    """
    if not len(packed):
        return np.zeros((0, count), np.uint32), np.zeros((0, count), np.uint64)
    numbers = expanded(packed)
    sides = [_side(np.ascontiguousarray(numbers[:, which]), half, count) for half, which in enumerate(codebook().order)]
    (near_a, far_a, bits_a), (near_b, far_b, bits_b) = sides
    left, right = _pairs(count)
    best = np.argsort(far_a[:, left] + far_b[:, right], axis=1, kind="stable")[:, :count]
    left, right = left[best], right[best]
    words = np.take_along_axis(near_a, left, 1) * np.uint32(SIDES) + np.take_along_axis(near_b, right, 1)
    signatures = np.take_along_axis(bits_a, left, 1) | np.take_along_axis(bits_b, right, 1) << np.uint64(_HALF)
    return words.astype(np.uint32), signatures.astype(np.uint64)


@cache
def _pairs(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the ranks (of one half, of the other) that can be among the `count` nearest: no more lie before them."""
    left, right = np.divmod(np.arange(count * count), count)
    possible = (left + 1) * (right + 1) <= count
    return left[possible], right[possible]


def _side(numbers: Floats, half: int, count: int) -> tuple[Words, Floats, Signatures]:
    """Return the `count` nearest centroids of one half, how far they are, and 32 bits of the signature in each."""
    book = codebook()
    centroids = book.centroids[half]
    far = (centroids**2).sum(axis=1) - 2 * product(numbers, centroids)
    turned = product(numbers, np.ascontiguousarray(book.turns[half].T))
    near, apart, bits = _nearest(far, turned, np.ascontiguousarray(book.medians[half]), count)
    return near, apart, bits


@compiled
def _nearest(far: Any, turned: Any, medians: Any, count: int) -> Any:
    """Return (n, count) the nearest centroids of each row in order, how far they are, and which medians the row lies above."""
    rows, columns = far.shape
    near, bits = np.zeros((rows, count), np.uint32), np.zeros((rows, count), np.uint64)
    apart = np.full((rows, count), np.inf, np.float32)
    for i in range(rows):
        worst = np.float32(np.inf)
        for j in range(columns):
            value = far[i, j]
            if value >= worst:
                continue
            at = count - 1
            while at > 0 and apart[i, at - 1] > value:
                apart[i, at], near[i, at] = apart[i, at - 1], near[i, at - 1]
                at -= 1
            apart[i, at], near[i, at] = value, j
            worst = apart[i, count - 1]
        for k in range(count):
            above, mark = medians[near[i, k]], np.uint64(0)
            for d in range(_HALF):
                mark |= (np.uint64(1) if turned[i, d] > above[d] else np.uint64(0)) << np.uint64(d)
            bits[i, k] = mark
    return near, apart, bits


def _file() -> bytes:
    return files("clew.signals.local").joinpath("codebook.npz").read_bytes()
