"""What may be found by its hash, and what not."""

import numpy as np

from clew.signals.contract import Signal
from clew.signals.pairing import indexed

TURNED = np.random.default_rng(3).integers(0, 256, (8, 32), np.uint8)


def test_a_plain_picture_is_never_found_by_its_hash():
    assert indexed(Signal("pdq", 1, TURNED.tobytes(), quality=50)) == TURNED[0].tobytes()
    assert indexed(Signal("frames", 1, TURNED.tobytes(), quality=49, time=1.0)) is None
    assert indexed(Signal("exact", 1, TURNED.tobytes())) is None
