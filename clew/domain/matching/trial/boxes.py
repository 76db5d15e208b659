"""The marked parts of queries: read from `boxes.csv` (query,x,y,w,h) beside them. Opens no picture."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from clew.domain.matching.trial.truth import plain, read_table
from clew.kernel.errors import BadInput
from clew.media.opened import Opened
from clew.signals.contract import Signal
from clew.signals.details import Box, describe_region

NAME: Final = "boxes.csv"
WHOLE: Final = (0.0, 0.0, 1.0, 1.0)
_COLUMNS: Final = ("query", "x", "y", "w", "h")
Boxes = Mapping[str, list[Box]]


def read_boxes(queries: Path) -> dict[str, list[Box]]:
    """Return the boxes of each query as they were written; none where there is no such file.

    Raise BadInput for a row that is not four numbers with a width and a height.
    """
    path = queries / NAME
    if not path.is_file():
        return {}
    boxes: dict[str, list[Box]] = {}
    for number, row in enumerate(read_table(path, _COLUMNS, "The list of boxes"), start=2):
        try:
            x, y, w, h = (float(row[name]) for name in _COLUMNS[1:])
        except ValueError:
            raise BadInput(f"Line {number} of {NAME} needs four numbers: x, y, w, h.") from None
        if not (x >= 0 and y >= 0 and w > 0 and h > 0):
            raise BadInput(f"Line {number} of {NAME} marks no part: x and y are 0 or more, w and h more than 0.")
        boxes.setdefault(plain(row["query"]), []).append((x, y, w, h))
    return boxes


def describe_marked(opened: Opened, marked: list[Box]) -> list[Signal]:
    """Return the signals of the marked parts of a picture; without one, the whole picture is the region."""
    parts = dict.fromkeys(in_shares(box, opened.width, opened.height) for box in marked) or {WHOLE: None}
    return [signal for box in parts for signal in describe_region(opened, box)]


def in_shares(box: Box, width: int, height: int) -> Box:
    """Return a box in shares of the picture: one with a number above 1 is in pixels of the upright file."""
    if max(box) > 1:
        box = (box[0] / width, box[1] / height, box[2] / width, box[3] / height)
    x, y = min(box[0], 1.0), min(box[1], 1.0)
    return x, y, min(box[2], 1.0 - x), min(box[3], 1.0 - y)
