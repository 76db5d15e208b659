"""Pure rules of contributions: what a path may be and where a page begins."""

import unicodedata
from datetime import datetime

from clew.kernel import cursor as place
from clew.kernel.errors import BadInput

LONGEST_PATH = 1000


def check_path(path: str) -> str:
    """Return the path as found, normalised to NFC with forward slashes. Raises BadInput for what hides itself."""
    spelled = unicodedata.normalize("NFC", path.replace("\\", "/")).lstrip("/")
    parts = spelled.split("/")
    if not spelled or len(spelled) > LONGEST_PATH or ".." in parts:
        raise BadInput(f"A path has 1 to {LONGEST_PATH} characters and no '..'.")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in spelled):
        raise BadInput("A path holds no control characters. Rename the file and contribute it again.")
    return spelled


def noted_path(path: str) -> str:
    """Return any path as it can be written down beside a reason: what cannot be shown is spelled out, the rest cut."""
    shown = path.encode("utf-8", "backslashreplace").decode()
    return "".join(letter if letter.isprintable() else f"%{ord(letter):02X}" for letter in shown)[:LONGEST_PATH] or "?"


def cursor(made_at: datetime, key: str) -> str:
    """Return an opaque place in a list ordered by time and id."""
    return place.cursor(made_at.isoformat(), key)


def read_cursor(after: str) -> tuple[datetime, str]:
    """Return the time and id a page begins after. Raises BadInput for a cursor that is not ours."""
    made_at, key = place.read_cursor(after, (str, str))
    try:
        return datetime.fromisoformat(str(made_at)), str(key)
    except ValueError:
        raise BadInput(place.DAMAGED) from None
