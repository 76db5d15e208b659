"""Pure rules of contributions: what a path may be and where a page begins."""

import base64
import binascii
import json
import unicodedata
from datetime import datetime

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


def cursor(made_at: datetime, key: str) -> str:
    """Return an opaque place in a list ordered by time and id."""
    return base64.urlsafe_b64encode(json.dumps([made_at.isoformat(), key]).encode()).decode().rstrip("=")


def read_cursor(after: str) -> tuple[datetime, str]:
    """Return the time and id a page begins after. Raises BadInput for a cursor that is not ours."""
    try:
        made_at, key = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        return datetime.fromisoformat(made_at), str(key)
    except (ValueError, TypeError, binascii.Error):
        raise BadInput("This page address is damaged. Begin again at the first page.") from None
