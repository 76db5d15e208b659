"""Appends events in the caller's transaction: one round trip, and gone again if that transaction fails."""

import json
import secrets
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from clew.kernel import clock, ids
from clew.kernel.events import Event
from clew.store.audit import commitment as made
from clew.store.audit.canonical import text as storable
from clew.store.audit.keys import event_key

_KINDS = {"id": "uuid", "at": "timestamptz", "verb": "text", "officer_id": "uuid", "agency_id": "uuid",
          "case_id": "uuid", "owner_agency_id": "uuid", "subject": "text", "purpose": "text",
          "payload": "jsonb", "salt": "bytea", "commitment": "bytea", "seal": "bytea"}
_COLUMNS = f"INSERT INTO clew.events ({', '.join(_KINDS)})"
# Nearly every transaction has one event, and plain values cost a third of arrays.
_APPEND_ONE = text(f"{_COLUMNS} VALUES ({', '.join(f'CAST(:{name} AS {kind})' for name, kind in _KINDS.items())})")
_APPEND = text(f"""
    {_COLUMNS}
    SELECT * FROM unnest({", ".join(
        f"CAST(CAST(:{name} AS {'text' if kind == 'jsonb' else kind}[]) AS {kind}[])"
        for name, kind in _KINDS.items())})
""")  # noqa: S608 - built from the table above only


def record_many(conn: Connection, events: Sequence[Event], *, keys: Path | None = None) -> list[uuid.UUID]:
    """Append `events` in order and return their ids; `keys` is the keys folder, by default the settings'.

    Raises ValueError for what JSON cannot hold.
    """
    if not events:
        return []
    key = event_key(keys)
    rows = [_row(event, key) for event in events]
    if len(rows) == 1:
        conn.execute(_APPEND_ONE, rows[0])
    else:
        conn.execute(_APPEND, {name: [row[name] for row in rows] for name in _KINDS})
    return [row["id"] for row in rows]


def record(conn: Connection, event: Event, *, keys: Path | None = None) -> uuid.UUID:
    """Append one event and return its id."""
    return record_many(conn, [event], keys=keys)[0]


def _row(event: Event, key: bytes) -> dict[str, Any]:
    """Return the columns of a new event; the database adds the order of arrival."""
    at, event_id, salt = clock.now(), ids.random(), secrets.token_bytes(made.SALT)
    committed = made.commitment(event, salt, at, event_id)
    sealed = made.seal(key, made.leaf_data(made.header(event, at, event_id), committed))
    return {"id": event_id, "at": at, "verb": storable(event.verb), "officer_id": event.officer_id,
            "agency_id": event.agency_id, "case_id": event.case_id, "owner_agency_id": event.owner_agency_id,
            "subject": storable(event.subject), "purpose": storable(event.purpose),
            "payload": json.dumps(made.payload(event)), "salt": salt,
            "commitment": committed, "seal": sealed}
