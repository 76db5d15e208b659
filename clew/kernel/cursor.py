"""A place in a list, opaque to whoever holds it: short values in, one word for an address out, and back."""

import base64
import binascii
import json
from collections.abc import Sequence

from clew.kernel.errors import BadInput

DAMAGED = "This page address is damaged. Begin again at the first page."


def cursor(*place: str | float | None) -> str:
    """Return the word for a place."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(after: str, kinds: Sequence[type | tuple[type, ...]]) -> list[str | float | None]:
    """Return the values of a place, each of its kind. Raises BadInput for a word that is not ours."""
    try:
        place = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        if b"\\u0000" in (said := json.dumps(place, ensure_ascii=False).encode()) or not said:
            raise ValueError  # no text the database could hold
    except (ValueError, RecursionError, binascii.Error):
        raise BadInput(DAMAGED) from None
    if not isinstance(place, list) or len(place) != len(kinds) or not all(map(isinstance, place, kinds)):
        raise BadInput(DAMAGED)
    return place
