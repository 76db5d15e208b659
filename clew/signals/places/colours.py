"""Whether the points that agree have the same colours on either side, relative to each other.

The networks hardly look at colour: a room that is furnished alike in another wallpaper fits as well as the room itself.
Light and cameras shift all colours of a picture together, so each side is taken against its own middle.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from clew.signals.places.points import Bytes

UNKNOWN: Final = 0.5
"""What a picture without colours counts: neither for nor against."""
_GREY: Final = 2.0
"""Standard deviation of the two colour numbers (of 256) below which a picture has no colours to compare."""


def agreeing(a: Bytes, b: Bytes) -> float:
    """Return 0..1 for colours (n, 3) of the same points in two pictures: how well their two colour numbers go together."""
    one, other = _apart(a), _apart(b)
    lengths = [float((side**2).sum()) for side in (one, other)]
    if min(lengths) < 2 * len(a) * _GREY**2:
        return UNKNOWN
    return max(0.0, float((one * other).sum() / np.sqrt(lengths[0] * lengths[1])))


def _apart(colours: Bytes) -> NDArray[np.float64]:
    numbers = colours[:, 1:].astype(np.float64)
    differences: NDArray[np.float64] = numbers - numbers.mean(axis=0)
    return differences
