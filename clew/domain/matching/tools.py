"""What a worker process keeps warm: one sandbox and one index. Nothing of a file stays in either."""

from clew.kernel.settings import Settings, settings
from clew.media.sandbox import Sandbox
from clew.store.snapshots import SignalIndex

_sandboxes: dict[str, Sandbox] = {}
_indexes: dict[Settings, SignalIndex] = {}


def sandbox() -> Sandbox:
    """Return this process's warm sandbox."""
    if "one" not in _sandboxes:
        _sandboxes["one"] = Sandbox()
    return _sandboxes["one"]


def index() -> SignalIndex:
    """Return this process's index of the node."""
    at = settings()
    if at not in _indexes:
        _indexes[at] = SignalIndex(at.home / "index")
    return _indexes[at]
