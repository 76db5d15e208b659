"""Each index proves itself before it serves: known entries and planted near copies, looked up in two ways."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import Unavailable
from clew.signals.indexes.build import Ids
from clew.signals.indexes.plan import BANDS, BITS, RADIUS, WIDTH, bit_order, thresholds
from clew.signals.indexes.rows import Words, read_only
from clew.signals.indexes.search import DISTANCE_AT, ROW_MASK, scan

if TYPE_CHECKING:
    from clew.signals.indexes.hamming import HammingIndex

Bits = NDArray[np.int64]
SAMPLE = 24  # of each kind


def prove(index: "HammingIndex", words: Words, ids: Ids) -> int:
    """Look up samples by `index` and in the entries it was built from; return how many, or raise Unavailable."""
    if not len(words):
        return 0
    chance = np.random.default_rng()  # another sample at each build
    queries = planted(words, chance)
    for query in queries:
        hits = scan(query[None], read_only(words), RADIUS)
        due = _pairs(ids[hits & ROW_MASK], (hits >> DISTANCE_AT) & 63)
        if not np.array_equal(_pairs(*index.lookup(query)), due):
            raise Unavailable(
                "The new index failed its own test and is not served: it answered a known hash unlike a comparison "
                "with every entry. The former index stays; check memory and disk, then build again.")
    return len(queries)


def _pairs(ids: Ids, distances: NDArray[Any]) -> NDArray[np.int64]:
    """Return the different (id, distance) pairs in order."""
    order = np.lexsort((distances, ids))
    pairs = np.stack((ids.view(np.int64)[order], distances[order]))
    fresh = np.ones(len(order), bool)
    fresh[1:] = (pairs[:, 1:] != pairs[:, :-1]).any(axis=0)
    return pairs[:, fresh]


def planted(words: Words, chance: np.random.Generator) -> Words:
    """Return entries as they are, with up to 31 bits flipped anywhere, and with 31 flipped in the worst places."""
    chosen = words[chance.integers(0, len(words), 3 * SAMPLE)]
    flips: list[Bits] = [np.empty(0, np.int64)] * SAMPLE
    flips += [chance.permutation(BITS)[:chance.integers(1, RADIUS + 1)] for _ in range(SAMPLE)]
    flips += [worst_flips(chance) for _ in range(SAMPLE)]
    for query, bits in zip(chosen, flips, strict=True):
        np.bitwise_xor.at(query, bits >> 6, np.uint64(1) << (bits & 63).astype(np.uint64))
    return chosen


def worst_flips(chance: np.random.Generator) -> Bits:
    """Return 31 bits of a hash that push every band but one past its threshold, so that only that one can find it."""
    order, spared = np.array(bit_order()), int(chance.integers(BANDS))
    return np.concatenate([
        order[band * WIDTH + chance.permutation(WIDTH)[:threshold + (band != spared)]]
        for band, threshold in enumerate(thresholds())])
