"""Erases what events say (a person's right, a case's end) and leaves the log provable."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, text

from clew.kernel.errors import Refused
from clew.kernel.events import Event
from clew.store.audit.keys import event_key
from clew.store.audit.record import record
from clew.store.audit.stored import COLUMNS, erasures, fault_of, row_hashes

_NAMED = text(f"SELECT {COLUMNS} FROM clew.events WHERE id = ANY (:ids)")  # noqa: S608


def erase(conn: Connection, event_ids: Sequence[uuid.UUID], event: Event, *,
          keys: Path | None = None) -> uuid.UUID:
    """Empty payload, salt, subject and purpose of events (clew_system) and return the id of the `erase` event.

    `event` says who and why; its verb becomes `erase`. The row hashes of the erased events move into it.
    Raises Refused for an erase event, an unknown one, and one that was tampered with: that must stay to be seen.
    """
    key = event_key(keys)
    known = erasures(conn, key)
    rows = conn.execute(_NAMED, {"ids": list(event_ids)}).all()
    if len(rows) != len(set(event_ids)) or any(row.verb == "erase" for row in rows):
        raise Refused("Only events that exist and are no erasure themselves can be erased.")
    if any(fault_of(row, key, known) for row in rows):
        raise Refused("One of these events was changed behind the program's back. Run `clew audit verify`.")
    named = {row.id: row_hashes(row, known) for row in rows}
    because = record(conn, replace(event, verb="erase", detail=event.detail | {"events": named}), keys=keys)
    conn.execute(text("SELECT clew.erase_events(:ids, :because)"), {"ids": list(event_ids), "because": because})
    return because
