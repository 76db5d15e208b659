"""Transactions: every one has a viewer or a named job, and a write without an event cannot commit."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, RootTransaction, Row, TextClause, create_engine, make_url, text
from sqlalchemy.exc import InterfaceError, OperationalError, PendingRollbackError

from clew.kernel.errors import NotLoggedIn, Unavailable
from clew.kernel.events import Event
from clew.kernel.ids import AgencyId, OfficerId, SessionId
from clew.kernel.settings import Settings, settings
from clew.kernel.viewer import Viewer
from clew.store import postgres
from clew.store.audit.record import record_many

# Whatever a lost connection is called; a commit may have happened all the same.
_AWAY = (OperationalError, InterfaceError, PendingRollbackError, psycopg.OperationalError)


T = TypeVar("T")


class UnrecordedWrite(RuntimeError):
    """A programming error: something was written and no event says so. The transaction is rolled back."""


@lru_cache(maxsize=2048)
def _statement(sql: str) -> TextClause:
    return text(sql)


class Work:
    """One transaction. Reads and writes go through it, and its events commit with them."""

    def __init__(self, conn: Connection, keys: Path | None = None) -> None:
        self.conn = conn
        self._keys = keys
        self.events: list[Event] = []
        self._wrote = False

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row[Any]]:
        """Return all rows of a reading statement (the event owed for a read is the verb's business)."""
        return list(self.conn.execute(_statement(sql), params or {}))

    def stream(self, sql: str, params: Mapping[str, Any] | None = None) -> Iterator[Row[Any]]:
        """Yield the rows of a reading statement a few thousand at a time, however many there are."""
        yield from self.conn.execute(_statement(sql), params or {}, execution_options={"yield_per": 2000})

    def first(self, sql: str, params: Mapping[str, Any] | None = None) -> Row[Any] | None:
        """Return the first row of a reading statement, or None."""
        return self.conn.execute(_statement(sql), params or {}).first()

    def value(self, sql: str, params: Mapping[str, Any] | None = None) -> Any:
        """Return the first column of the first row, or None."""
        row = self.first(sql, params)
        return None if row is None else row[0]

    def write(self, sql: str, params: Mapping[str, Any] | list[dict[str, Any]] | None = None) -> list[Row[Any]]:
        """Change rows (one statement, or the same one for a list of parameters); return what it RETURNs."""
        self._wrote = True
        result = self.conn.execute(_statement(sql), params or {})
        return list(result) if result.returns_rows else []

    def changed(self, sql: str, params: Mapping[str, Any] | None = None) -> int:
        """Change rows and return how many were touched."""
        self._wrote = True
        return self.conn.execute(_statement(sql), params or {}).rowcount

    def record(self, event: Event) -> None:
        """Write down what is being done; it commits with the transaction or not at all."""
        self.events.append(event)

    def finish(self) -> None:
        """Append the events. Raises UnrecordedWrite when something was written and nothing recorded."""
        if self._wrote and not self.events:
            raise UnrecordedWrite("a write without an event")
        record_many(self.conn, self.events, keys=self._keys)


class Database:
    """The pools of one process: the web's login, the door's and the jobs', each opened on first use."""

    def __init__(self, at: Settings) -> None:
        self.settings = at
        self._engines: dict[str, Engine] = {}
        self._making = Lock()  # two threads asking first at once would leave a pool behind that nobody closes

    def engine(self, login: str) -> Engine:
        """Return the pool of a login."""
        with self._making:
            if login not in self._engines:
                url = make_url(postgres.dsn_for(login, self.settings)).set(drivername="postgresql+psycopg")
                self._engines[login] = create_engine(
                    url, pool_size=12, max_overflow=4, connect_args={"prepare_threshold": 2})
            return self._engines[login]

    @contextmanager
    def _work(self, login: str, opening: Callable[[Work], T]) -> Iterator[tuple[Work, T]]:
        try:
            try:
                conn, transaction, work, opened = self._begin(login, opening)
            except _AWAY:  # lost since its last use (the server was restarted): once more, on a new one
                conn, transaction, work, opened = self._begin(login, opening)
            with closing(conn), transaction:
                yield work, opened
                work.finish()
        except _AWAY as lost:
            raise Unavailable("The database is not available right now. Try again in a moment.") from lost

    def _begin(self, login: str, opening: Callable[[Work], T]) -> tuple[Connection, RootTransaction, Work, T]:
        """Begin a transaction with `opening`, which may be done twice: it also shows whether the connection lives."""
        conn = self.engine(login).connect()
        try:
            transaction = conn.begin()
            work = Work(conn, self.settings.keys)
            return conn, transaction, work, opening(work)
        except BaseException:
            conn.close()
            raise

    @contextmanager
    def viewer_work(self, token: str) -> Iterator[tuple[Work, Viewer]]:
        """Open a transaction as the officer of a session. Raises NotLoggedIn when the session has ended."""
        with self._work(postgres.APP, lambda work: open_session(work, token)) as opened:
            yield opened

    @contextmanager
    def door_work(self) -> Iterator[Work]:
        """Open a transaction with no viewer: logging in and enrolling only, by a login that sees no table."""
        with self._work(postgres.DOOR, _answers) as (work, _):
            yield work

    @contextmanager
    def system_work(self) -> Iterator[Work]:
        """Open a transaction of a named job of the worker."""
        with self._work(postgres.SYSTEM, _answers) as (work, _):
            yield work

    def close(self) -> None:
        """Close all pools (before a fork, or at the end)."""
        with self._making:
            for engine in self._engines.values():
                engine.dispose()
            self._engines.clear()


def _answers(work: Work) -> None:
    work.first("SELECT 1")


def open_session(work: Work, token: str) -> Viewer:
    """Make the officer of `token` the viewer of this transaction. Raises NotLoggedIn."""
    row = work.first("SELECT * FROM clew.open_session(:token)", {"token": token.encode()})
    if row is None:
        raise NotLoggedIn("You are not logged in, or your session has ended. Log in again.")
    return Viewer(
        officer_id=OfficerId(row.officer_id), agency_id=AgencyId(row.agency_id), agency_code=row.agency_code,
        country=row.country, name=row.login, roles=frozenset(row.roles), session_id=SessionId(row.session_id),
        token=token, language=row.language, mode=row.mode)


_open: dict[Settings, Database] = {}


def database() -> Database:
    """Return the process's database, by the process's settings."""
    at = settings()
    return _open.get(at) or _open.setdefault(at, Database(at))


def close_database(at: Settings) -> None:
    """Close the pools of some settings, if they were ever opened: before their database goes away."""
    held = _open.pop(at, None)
    if held is not None:
        held.close()
