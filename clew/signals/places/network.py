"""What the two learned networks are asked: the maps of a picture, and which points of two pictures are one."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.models.networks import Networks
from clew.signals.places.points import Floats, Maps, Points

LEAST: Final = 0.1
"""How sure a pair must be to be looked at: as the network was published."""
_ALIKE: Final = 0.8
_SHARE: Final = 0.05
"""Of the fewer points: so many have to be each other's nearest, at a cosine of 0.8, or the second network is not asked."""
Ints = NDArray[np.int64]


def maps_of(networks: Networks) -> Maps:
    """Return the network that looks at pictures."""
    def maps(grey: Floats) -> dict[str, NDArray[Any]]:
        return networks.run("points", x=grey)

    return maps


def worth_asking(a: Points, b: Points) -> bool:
    """Tell in a few milliseconds whether enough points look alike for the network that takes half a second.

    Of the tuning half's pairs of one place that are found, the fewest had 70 such points of 1,024; nine in ten different
    pairs have fewer.
    """
    alike = a.descriptors @ b.descriptors.T
    theirs = alike.argmax(axis=1)
    mine = np.arange(len(theirs))
    mutual = (alike.argmax(axis=0)[theirs] == mine) & (alike[mine, theirs] > _ALIKE)
    return int(mutual.sum()) >= _SHARE * min(len(a), len(b))


def paired(networks: Networks, a: Points, b: Points) -> tuple[Ints, Ints, Floats]:
    """Return the numbers of points of a and of b that are one, one to one, and how sure that is (0..1)."""
    said = networks.run("pairs", places0=_around(a), descriptors0=a.descriptors[None],
                        places1=_around(b), descriptors1=b.descriptors[None])["scores"][0]
    theirs = said.argmax(axis=1)
    mine = np.arange(len(theirs))
    sure = np.exp(said[mine, theirs]).astype(np.float32)
    kept = (said.argmax(axis=0)[theirs] == mine) & (sure > LEAST)
    return mine[kept], theirs[kept], sure[kept]


def _around(points: Points) -> Floats:
    """Return the places (1, n, 2) in -1..1 of the longer side, around the middle."""
    height, width = points.size
    middle = np.array([width, height], np.float32) / 2
    return ((points.xy - middle) / np.float32(max(height, width) / 2))[None].astype(np.float32)
