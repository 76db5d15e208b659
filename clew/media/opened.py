"""What the sandbox lets out: pixels, samples and plain values. No file, no name, no handle."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["picture", "film", "sound"]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Frame:
    """One still of a film: `time` in seconds from the start, `rgb` (height, width, 3) 8-bit sRGB."""

    time: float
    rgb: Pixels


@dataclass(frozen=True, slots=True)
class Glance:
    """A moment of a film between two stills, small and without colour: `grey` (height, width) 8 bit."""

    time: float
    grey: Pixels


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono samples, float32 in -1..1 at `rate` Hz."""

    rate: int
    samples: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Opened:
    """A file opened safely.

    `picture` is the upright still (EXIF and rotation flags applied, alpha over white, CMYK and 16 bit
    brought to 8-bit sRGB), at most `media.limits.PICTURE_SIDE` pixels on its long side; for a film its
    most telling frame; absent for sound. `width`, `height` are those of the file, upright. `frames` are
    the sampled stills of a film or an animated picture, in time order; `glances` are moments between the stills of a film,
    several a second, at most `media.limits.GLANCE_SIDE` pixels. `facts` are plain metadata values.
    """

    kind: Kind
    media_type: str
    width: int = 0
    height: int = 0
    duration: float = 0.0
    picture: Pixels | None = None
    frames: Sequence[Frame] = ()
    glances: Sequence[Glance] = ()
    sound: Sound | None = None
    facts: dict[str, str | int | float] = field(default_factory=dict)
