"""Runs a revision's plain SQL files in name order, for the revisions in migrations/versions."""

from importlib.resources import files

from alembic import op
from psycopg import Connection


def run_sql_files(revision: str) -> None:
    """Run migrations/sql/<revision>/*.sql in name order inside the running migration."""
    folder = files("clew.store") / "migrations" / "sql" / revision
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            run_sql(file.read_text(encoding="utf-8"), f"{file.name} of revision {revision}")


def run_sql(statements: str, name: str) -> None:
    """Send statements to the server whole and as they are: `%` and `:` mean nothing special."""
    conn = op.get_bind().connection.driver_connection
    assert isinstance(conn, Connection)  # noqa: S101
    try:
        conn.execute(statements.encode())
    except Exception as error:
        error.add_note(f"in {name}")
        raise
