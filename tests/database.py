"""A real PostgreSQL for tests: one embedded server a run, one migrated template, one database a test."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from clew.kernel.settings import Settings
from clew.store import postgres
from clew.store.db import close_database
from clew.store.migrate import migrate

TEMPLATE = "clew_test_template"


@dataclass(frozen=True)
class TestServer:
    """The run's server, its keys folder and its migrated template."""

    __test__ = False
    server: postgres.Server

    def settings(self, database: str, home: Path) -> Settings:
        """Return settings of `home` that point at a database of this server."""
        return Settings(home=home, keys=self.server.keys, dsn=self.server.place(database), work_processes=1)

    @contextmanager
    def database(self, home: Path, template: str = TEMPLATE) -> Iterator[Settings]:
        """Lend a new database copied from the template, dropped at the end with all its connections."""
        name = f"clew_test_{secrets.token_hex(6)}"
        postgres.create_database(self.server.admin_dsn(), name, template=template)
        at = self.settings(name, home)
        try:
            yield at
        finally:
            close_database(at)
            postgres.drop_database(self.server.admin_dsn(), name)


@contextmanager
def running_server() -> Iterator[TestServer]:
    """Run a server in a folder that its own user may enter (pytest's folders are closed to it)."""
    with tempfile.TemporaryDirectory(prefix="clew-test-", dir="/var/tmp", ignore_cleanup_errors=True) as name:
        place = Path(name)
        place.chmod(0o755)
        server = postgres.Server(place / "server", place / "keys")
        server.start()
        try:
            postgres.prepare(server.admin_dsn(), server.keys)
            _hurry(server)
            run = TestServer(server)
            postgres.create_database(server.admin_dsn(), TEMPLATE)
            migrate(run.settings(TEMPLATE, place))
            yield run
        finally:
            server.stop()


def _hurry(server: postgres.Server) -> None:
    """Spare this throw-away server its flushes to disk: a kill -9 loses nothing by that, only a power cut."""
    with psycopg.connect(server.admin_dsn(), autocommit=True) as conn:
        for name in ("fsync", "full_page_writes"):
            conn.execute(f"ALTER SYSTEM SET {name} = off")
        conn.execute("SELECT pg_reload_conf()")
