"""Runs pg_dump and pg_restore as clew_owner; passwords never stand on a command line."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from clew.kernel.errors import Unavailable
from clew.kernel.settings import Settings
from clew.store import postgres
from clew.store.postgres.program import wheel_programs

TABLES = """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'clew' AND c.relkind IN ('r', 'p') ORDER BY c.relname"""
# Row-level security holds for the owner too; a table whose policies hide rows from it would be dumped in part.
HIDDEN = """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'clew' AND c.relrowsecurity AND c.relforcerowsecurity
               AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive
                   AND p.polcmd IN ('*', 'r') AND 'clew_owner'::regrole = ANY (p.polroles)
                   AND pg_get_expr(p.polqual, p.polrelid) = 'true')"""


@contextmanager
def frozen(at: Settings) -> Iterator[tuple[psycopg.Connection, str]]:
    """Hold one moment of the database still: a connection in it, and its name for pg_dump."""
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, at)) as conn:
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        hidden = conn.execute(HIDDEN).fetchall()
        if hidden:
            names = ", ".join(str(row[0]) for row in hidden)
            raise Unavailable(f"The backup login cannot read all rows of {names}. Nothing was backed up; "
                              "upgrade Clew, or use your own pg_dump as an administrator.")
        row = conn.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None  # noqa: S101
        yield conn, str(row[0])


def count_rows(conn: psycopg.Connection) -> dict[str, int]:
    """Return the number of rows of every table of Clew."""
    counted: dict[str, int] = {}
    for (table,) in conn.execute(TABLES).fetchall():
        row = conn.execute(sql.SQL("SELECT count(*) FROM clew.{}").format(sql.Identifier(table))).fetchone()
        counted[table] = int(row[0]) if row else 0
    return counted


def named_objects(conn: psycopg.Connection) -> set[str]:
    """Return the name of every object that any row refers to."""
    tables = conn.execute("""SELECT table_name FROM information_schema.columns
        WHERE table_schema = 'clew' AND column_name = 'object_name'
          AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'clew')""").fetchall()
    names: set[str] = set()
    for (table,) in tables:
        query = sql.SQL("SELECT object_name FROM clew.{}").format(sql.Identifier(table))
        names.update(str(row[0]) for row in conn.execute(query) if row[0])
    return names


def dump(at: Settings, snapshot: str, file: Path) -> None:
    """Write the database of that moment to `file` (PostgreSQL's custom format)."""
    _run(at, "pg_dump", "--format=custom", "--schema=clew", "--enable-row-security", f"--snapshot={snapshot}",
         f"--file={file}")


def load(at: Settings, file: Path) -> None:
    """Fill an empty database from `file`, whole or not at all."""
    _run(at, "pg_restore", "--single-transaction", "--exit-on-error", str(file))


def _run(at: Settings, program: str, *arguments: str) -> None:
    given = {key: str(value) for key, value in conninfo_to_dict(postgres.dsn_for(postgres.OWNER, at)).items()}
    password = given.pop("password")
    done = subprocess.run(  # noqa: S603
        [_find(program), f"--dbname={make_conninfo('', **given)}", "--no-password", *arguments], check=False,
        capture_output=True, text=True, stdin=subprocess.DEVNULL, umask=0o077,
        env={"PGPASSWORD": password, "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"})
    if done.returncode:
        raise Unavailable(f"{program} failed: {done.stderr.strip()[-300:]}")


def _find(program: str) -> Path:
    """Return the program: the wheel's, or the system's where the wheel is not installed."""
    try:
        return wheel_programs() / program
    except Unavailable:
        found = shutil.which(program)
        if found is None:
            raise Unavailable(f"{program} is not installed. Install postgresql-client, then try again.") from None
        return Path(found)
