"""Puts jobs into the queue inside the caller's own transaction: they exist when it commits, or never."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pgqueuer.adapters.persistence.qb import DBSettings, Durability, QueryBuilderEnvironment, QueryQueueBuilder
from pgqueuer.domain.types import Channel
from psycopg import Connection as Driver
from psycopg import RawCursor
from psycopg.types.json import Jsonb
from sqlalchemy import Connection

Payload = Mapping[str, Any]
CHANNEL = "ch_pgqueuer"
NAMES = DBSettings(db_schema="clew", prefix="", durability=Durability.durable, channel=Channel(CHANNEL))


def enqueue(conn: Connection, entrypoint: str, payload: Payload, *, priority: int = 0, about: str = "",
            delay: timedelta = timedelta(0)) -> int:
    """Queue one job with the caller's transaction and return its id.

    `payload` becomes JSON; `about` names what the job belongs to (a contribution's id, say) so that
    `pending` can count it; higher `priority` runs first; `delay` keeps it back at first.
    """
    return enqueue_many(conn, entrypoint, [payload], priority=priority, about=about, delay=delay)[0]


def enqueue_many(conn: Connection, entrypoint: str, payloads: Sequence[Payload], *, priority: int = 0,
                 about: str = "", delay: timedelta = timedelta(0)) -> list[int]:
    """Queue one job for each payload in one statement and return their ids in order."""
    many = len(payloads)
    if not many:
        return []
    driver = conn.connection.driver_connection
    assert isinstance(driver, Driver)  # noqa: S101
    bodies = [json.dumps(payload).encode() for payload in payloads]
    headers = [Jsonb({"about": about}) if about else None] * many
    # pgqueuer's own statement on our connection: its driver insists on autocommit and would leave the
    # caller's transaction.
    rows = RawCursor(driver).execute(
        ENQUEUE, [[priority] * many, [entrypoint] * many, bodies, [delay] * many, [None] * many, headers])
    return [int(row[1]) for row in rows]


def install_statement() -> str:
    """Return pgqueuer's own DDL for its tables in our schema, for the first migration."""
    return QueryBuilderEnvironment(NAMES).build_install_query(create_schema=False)


ENQUEUE = QueryQueueBuilder(NAMES).build_enqueue_query()
