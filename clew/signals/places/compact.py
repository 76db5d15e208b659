"""One short vector for all points of a picture: what each group of alike surroundings leaves over, summed (VLAD).

It proposes pictures of the same place from an index; the networks decide. The groups were learned from harmless pictures
(benchmarks/place_codebook.py) for the descriptors of one card.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.embedding import packed
from clew.signals.places.points import Floats

_POWER: Final = 0.5


@dataclass(frozen=True)
class Codebook:
    """`centroids` (k, d) of unit descriptors; `axes` (k * d, size) and `middle` (k * d,): what the sums are reduced by."""

    centroids: Floats
    middle: Floats
    axes: Floats


@cache
def codebook() -> Codebook:
    """Return the codebook in the package."""
    with files("clew.signals.places").joinpath("codebook.npz").open("rb") as file, np.load(file, allow_pickle=False) as held:
        scale = held["scale"].astype(np.float32)
        return Codebook(held["centroids"].astype(np.float32), held["middle"].astype(np.float32),
                        held["axes"].astype(np.float32) * scale)


def code(tag: bytes, descriptors: Floats) -> bytes:
    """Return the value of a signal that an index of vectors holds, for descriptors (n, d) of length one."""
    return packed(tag, vector(descriptors))


def vector(descriptors: Floats) -> Floats:
    """Return the vector of length one for descriptors (n, d) of one picture."""
    book = codebook()
    short = (summed(descriptors, book.centroids) - book.middle) @ book.axes
    return unit(short)


def summed(descriptors: Floats, centroids: Floats) -> Floats:
    """Return (k * d,): the sum of what descriptors differ by from their nearest centroid, each group of length one."""
    groups = (descriptors @ centroids.T).argmax(axis=1)
    sums = np.zeros_like(centroids)
    np.add.at(sums, groups, descriptors - centroids[groups])
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    flat = sums.ravel()
    return unit(np.sign(flat) * np.abs(flat) ** _POWER)


def unit(values: NDArray[Any]) -> Floats:
    """Return a vector of length one, float32."""
    shared: Floats = (values / max(float(np.linalg.norm(values)), 1e-9)).astype(np.float32)
    return shared
