"""A sound's print as bytes: its grid and its peaks, compressed; about 10 KB a minute. Bytes from elsewhere are not trusted."""

import struct
import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clew.kernel.errors import BadInput
from clew.signals.sounds.grid import Grid, grid, standing_out
from clew.signals.sounds.landmarks import Marks, marks
from clew.signals.sounds.overlay import FEW
from clew.signals.sounds.spectrum import HOP, RATE, loudness

MOST_ROWS: Final = 15_000
"""16 minutes: a little more than what the sandbox hands out."""
_HEAD: Final = struct.Struct("<BHH")
_FORM: Final = 1
_ROW: Final = 16
_MARK: Final = 3
_MOST_MARKS: Final = 65_535
_DAMAGED: Final = "This print of a sound is damaged; describe the file again."


@dataclass(frozen=True, slots=True)
class Print:
    """What is kept of a sound."""

    grid: Grid
    marks: Marks


def printed(samples: NDArray[np.float32]) -> Print:
    """Return the print of mono samples at 16 kHz; what lies beyond MOST_ROWS is left out."""
    out = standing_out(loudness(samples[:MOST_ROWS * HOP]))
    return Print(grid(out), marks(out))


def telling(print_: Print) -> int:
    """Return how many rows say something: silence, hum and steady tones have none."""
    said = (print_.grid.loud | print_.grid.low).astype("<u8").view(np.uint8).reshape(-1, 8)
    return int((np.unpackbits(said, axis=1).sum(axis=1) >= FEW).sum())


def to_bytes(print_: Print) -> bytes:
    """Return the stored form."""
    kept = print_.marks
    body = b"".join((print_.grid.loud.astype("<u8").tobytes(), print_.grid.low.astype("<u8").tobytes(),
                     np.diff(kept.rows, prepend=np.uint16(0)).astype("<u2").tobytes(), kept.pitches.tobytes()))
    return _HEAD.pack(_FORM, len(print_.grid), len(kept)) + zlib.compress(body, 9)


def from_bytes(value: bytes) -> Print:
    """Return the print of its stored form; anything else raises BadInput."""
    try:
        form, rows, peaks = _HEAD.unpack_from(value)
        size = rows * _ROW + peaks * _MARK
        if form != _FORM or rows > MOST_ROWS:
            raise BadInput(_DAMAGED)
        unpacking = zlib.decompressobj()
        body = unpacking.decompress(value[_HEAD.size:], size + 1)
    except (struct.error, zlib.error) as error:
        raise BadInput(_DAMAGED) from error
    if len(body) != size:
        raise BadInput(_DAMAGED)
    words = np.frombuffer(body, "<u8", 2 * rows).astype(np.uint64)
    steps = np.frombuffer(body, "<u2", peaks, rows * _ROW).astype(np.int64)
    places = np.cumsum(steps)
    if peaks and places[-1] >= rows:
        raise BadInput(_DAMAGED)
    pitches = np.frombuffer(body, np.uint8, peaks, rows * _ROW + 2 * peaks)
    return Print(Grid(words[:rows], words[rows:]), Marks(places.astype(np.uint16), pitches))


def seconds(rows: float) -> float:
    """Return how long so many rows last, or when a row is."""
    return rows * HOP / RATE
