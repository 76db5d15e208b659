"""Each vector index proves itself before it serves: its entries, near copies and strangers, looked up in two ways."""

from typing import TYPE_CHECKING

import numpy as np

from clew.kernel.errors import Unavailable
from clew.signals.contract import Signal
from clew.signals.indexes.vectors.scan import Floats, Halves, products
from clew.signals.indexes.vectors.snapshot import Gathered

if TYPE_CHECKING:
    from clew.signals.indexes.vectors.index import VectorIndex

SAMPLE = 16  # of each kind
MOST = 20
NOISE = (0.0, 0.3, 1.0)  # of a vector's own length
ROUNDING = 1e-4


def prove(index: "VectorIndex", held: Gathered) -> int:
    """Look up samples by `index` and by every entry it was built from; return how many, or raise Unavailable."""
    chance = np.random.default_rng()  # another sample at each build
    for tag, (ids, vectors) in held.items():
        queries = planted(vectors, chance)
        for query, due in zip(queries, _due(vectors, queries), strict=True):
            found = index.propose([Signal("", 0, tag + query.tobytes())], MOST)
            places = np.flatnonzero(np.isin(ids, [one.id for one in found]))
            exact = np.sort(products(vectors[places], query[None].astype(np.float32)))
            if len(places) != len(due) or np.abs(exact - due).max(initial=0.0) > ROUNDING:
                raise Unavailable(
                    "The new index failed its own test and is not served: it answered a known vector unlike a comparison "
                    "with every entry. The former index stays; check memory and disk, then build again.")
    return len(held) * SAMPLE * len(NOISE)


def planted(vectors: Halves, chance: np.random.Generator) -> Halves:
    """Return entries as they are, with noise of a third of their length, and with as much noise as there is of them."""
    chosen = vectors[chance.integers(0, len(vectors), SAMPLE * len(NOISE))].astype(np.float32) if len(vectors) else vectors
    lengths = np.linalg.norm(chosen, axis=1, keepdims=True) / max(1.0, chosen.shape[1] ** 0.5)
    share = np.repeat(np.array(NOISE, np.float32), SAMPLE)[:len(chosen), None]
    near: Halves = (chosen + share * lengths * chance.normal(size=chosen.shape)).astype(np.float16)
    return near


def _due(vectors: Halves, queries: Halves) -> Floats:
    """Return for each query the MOST highest products with all vectors, in rising order: by brute force, in one pass."""
    best = np.empty((len(queries), 0), np.float32)
    wide = queries.astype(np.float32)
    for start in range(0, len(vectors), 65_536):
        best = np.concatenate([best, wide @ vectors[start:start + 65_536].astype(np.float32).T], axis=1)
        if best.shape[1] > MOST:
            best = np.partition(best, best.shape[1] - MOST, axis=1)[:, -MOST:]
    return np.sort(best, axis=1)
