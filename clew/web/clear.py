"""Clear pictures for a reveal: opened in this process's sandbox, encoded by us, never kept."""

import atexit

from clew.domain.exhibits.service import Revealed, content
from clew.media.renditions import clear_rendition
from clew.media.sandbox import Sandbox

SIDE = 2048
_sandbox = Sandbox()  # starts nothing before its first use
atexit.register(_sandbox.close)


def clear_picture(revealed: Revealed, *, time: float | None = None, side: int = SIDE) -> bytes:
    """Return a JPEG of a revealed picture, or of a film at `time` seconds; long side at most `side` pixels."""
    side = max(64, min(side, SIDE))
    with content(revealed) as opened:
        return clear_rendition(_sandbox.render(opened, time=time, side=side), side)
