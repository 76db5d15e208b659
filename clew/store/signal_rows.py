"""Signals as rows: read by media, written once for each matcher version, small pictures among them sealed."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Row

from clew.signals import registry
from clew.signals.contract import Signal
from clew.store.db import Work
from clew.store.vault import vault

_READ = """
    SELECT media_id, matcher, version, value, quality, time_s, box, sealed FROM clew.signals
    WHERE media_id = ANY (:media) AND EXISTS (
        SELECT 1 FROM unnest(CAST(:matchers AS text[]), CAST(:versions AS integer[])) k (matcher, version)
        WHERE k.matcher = signals.matcher AND k.version = signals.version)
    ORDER BY media_id, id"""
# A hash that lies in a stack stays: the stack is called after it.
_REPLACE = """
    DELETE FROM clew.signals g WHERE g.media_id = :media AND g.matcher = :matcher AND g.version <> :version
    AND NOT EXISTS (SELECT 1 FROM clew.stacked s WHERE s.signal_id = g.id)"""
_WRITE = """
    INSERT INTO clew.signals (media_id, matcher, version, value, quality, time_s, box, sealed)
    VALUES (:media, :matcher, :version, :value, :quality, :time, :box, :sealed)"""
_FIRST = "INSERT INTO clew.described VALUES (:media, :matcher, :version) ON CONFLICT DO NOTHING"


def read(work: Work, media: Iterable[uuid.UUID], matchers: Iterable[str]) -> dict[uuid.UUID, dict[str, list[Signal]]]:
    """Return the stored signals of some media by some matchers, opened: those of versions that can be compared."""
    wanted = [(name, version) for name in matchers for version in registry.readable(registry.get_matcher(name))]
    found: dict[uuid.UUID, dict[str, list[Signal]]] = defaultdict(lambda: defaultdict(list))
    for row in work.rows(_READ, {"media": list(media), "matchers": [name for name, _ in wanted],
                                 "versions": [version for _, version in wanted]}):
        found[row.media_id][row.matcher].append(_signal(row))
    return {one: dict(by_matcher) for one, by_matcher in found.items()}


def write(work: Work, media: uuid.UUID, matcher: str, version: int, signals: Sequence[Signal],
          is_picture: Callable[[Signal], bool] = lambda signal: False) -> bool:
    """Write what one matcher version yields of a media in place of earlier ones, unless that was done; tell whether it was."""
    if not work.changed(_FIRST, {"media": media, "matcher": matcher, "version": version}):
        return False
    work.write(_REPLACE, {"media": media, "matcher": matcher, "version": version})
    rows = [_row(media, signal, sealed=is_picture(signal)) for signal in signals]
    if rows:
        work.write(_WRITE, rows)
    return True


def _row(media: uuid.UUID, signal: Signal, *, sealed: bool) -> dict[str, Any]:
    value = vault().keyring.seal_small(signal.value, _context(media)) if sealed else signal.value
    return {"media": media, "matcher": signal.matcher, "version": signal.version, "value": value,
            "quality": signal.quality, "time": signal.time, "box": list(signal.box) if signal.box else None,
            "sealed": sealed}


def _signal(row: Row[Any]) -> Signal:
    value = bytes(row.value)
    if row.sealed:
        value = vault().keyring.open_small(value, _context(row.media_id))
    return Signal(row.matcher, row.version, value, row.quality, row.time_s, tuple(row.box) if row.box else None)


def _context(media: uuid.UUID) -> str:
    return f"signal:{media}"
