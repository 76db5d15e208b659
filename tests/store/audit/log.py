"""A log of one test's own database: its three doors, its keys and its heads file."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url, text

from clew.kernel.events import Event
from clew.kernel.settings import Settings
from clew.store import postgres
from clew.store.audit.checks.report import Report
from clew.store.audit.checks.rows import Registry
from clew.store.audit.checks.verify import verify
from clew.store.audit.record import record_many
from clew.store.audit.sequencer import sequence
from tests.database import TestServer

CASES = {"cases": """SELECT c.*, (SELECT array_agg(CAST(t.officer_id AS text) ORDER BY t.officer_id)
    FROM clew.case_team t WHERE t.case_id = c.id) AS members FROM clew.cases c"""}


def _engine(dsn: str) -> Engine:
    return create_engine(make_url(dsn).set(drivername="postgresql+psycopg"), poolclass=NullPool)


@dataclass(frozen=True)
class Log:
    """`admin` is the database's superuser: whom the log must catch."""

    app: Engine
    system: Engine
    admin: Engine
    heads: Path
    keys: Path

    @classmethod
    def of(cls, server: TestServer, at: Settings) -> "Log":
        name = postgres.database_name(at)
        return cls(_engine(postgres.dsn_for("clew_app", at)), _engine(postgres.dsn_for("clew_system", at)),
                   _engine(server.server.admin_dsn(name)), at.heads_path, at.keys)

    def append(self, *events: Event) -> list[uuid.UUID]:
        with self.app.begin() as conn:
            return record_many(conn, events, keys=self.keys)

    def sequence(self) -> int:
        with self.system.connect() as conn:
            return sequence(conn, heads_path=self.heads, keys=self.keys)

    def verify(self, registry: Registry | None = None, conn: Connection | None = None) -> Report:
        if conn is not None:
            return verify(conn, registry or {}, heads_path=self.heads, keys=self.keys)
        with self.admin.connect() as own:
            return verify(own, registry or {}, heads_path=self.heads, keys=self.keys)

    @contextmanager
    def behind_our_back(self) -> Iterator[Connection]:
        """Open a transaction of the superuser that is undone at the end."""
        with self.admin.connect() as conn:
            yield conn
            conn.rollback()

    def found_after(self, change: str, registry: Registry | None = None) -> set[str]:
        """Return the kinds of finding after `change`, which is undone again."""
        with self.behind_our_back() as conn:
            conn.execute(text(change))
            return kinds(self.verify(registry, conn))


def kinds(report: Report) -> set[str]:
    return {finding.kind for finding in report.findings}


def reveals(count: int, officer: uuid.UUID | None = None) -> Sequence[Event]:
    return [Event("reveal", officer, subject=f"exhibit {number}", purpose="identify the room",
                  detail={"n": number, "score": number / 7}) for number in range(count)]
