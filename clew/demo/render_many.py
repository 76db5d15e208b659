"""Many distinct pictures quickly, for benchmarks: views through ever new cameras of rooms whose surfaces are drawn once."""

from collections.abc import Iterator

import numpy as np

from clew.demo.render_camera import NOISE, jpeg
from clew.demo.render_colours import chance
from clew.demo.render_sources import Source, seen


def rendered_pictures(n: int, seed: int = 0, *, size: tuple[int, int] = (1152, 864)) -> Iterator[bytes]:
    raise NotImplementedError
