"""What a worker process keeps warm: one sandbox and one index. Nothing of a file stays in either."""

import atexit

from clew.kernel.settings import Settings, settings
from clew.media.sandbox import Sandbox
from clew.signals.indexes.contract import Index
from clew.signals.indexes.hamming import HammingIndex
from clew.store.shelves import IN_DEPTH, Hashes
from clew.store.snapshots import SignalIndex

_sandbox = Sandbox()  # starts nothing before its first use
atexit.register(_sandbox.close)
_indexes: dict[Settings, SignalIndex[HammingIndex]] = {}
_shelves: dict[tuple[Settings, str], SignalIndex[Index]] = {}


def sandbox() -> Sandbox:
    """Return this process's warm sandbox."""
    return _sandbox


def index() -> SignalIndex[HammingIndex]:
    """Return this process's index of the node."""
    at = settings()
    if at not in _indexes:
        _indexes.setdefault(at, SignalIndex(at.home / "index", Hashes()))  # two jobs may ask first at once
    return _indexes[at]


def shelf(matcher: str) -> SignalIndex[Index]:
    """Return this process's index of a matcher that looks in depth."""
    at = settings()
    held = _shelves.get((at, matcher))
    return held or _shelves.setdefault((at, matcher), SignalIndex(at.home / "indexes" / matcher, IN_DEPTH[matcher]))
