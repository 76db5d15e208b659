"""What the tests of the demo world share: hashes of pictures by the published implementation."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

Bits = NDArray[np.int32]


class Hashes:
    """PDQ of picture files in all eight orientations; skipped clearly where pdqhash is not installed."""

    def __init__(self) -> None:
        self.pdqhash = pytest.importorskip("pdqhash", reason="pdqhash (extra `bench`) is not installed")

    def bits(self, content: bytes) -> tuple[Bits, int]:
        """Eight orientations (8, 256) and the quality."""
        with Image.open(io.BytesIO(content)) as picture:
            every, quality = self.pdqhash.compute_dihedral(np.asarray(picture.convert("RGB")))
        return np.array(every, np.int32), int(quality)

    def apart(self, one: Bits, two: Bits) -> int:
        """The smallest distance over orientations."""
        return int(np.abs(one - two[0]).sum(axis=1).min())


@pytest.fixture(scope="session")
def hashes() -> Hashes:
    return Hashes()
