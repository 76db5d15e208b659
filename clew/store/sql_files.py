"""Runs a revision's plain SQL files in name order, for the revisions in migrations/versions."""

from importlib.resources import files

from alembic import op
from psycopg import Connection


def run_sql_files(revision: str) -> None:
    """Run migrations/sql/<revision>/*.sql in name order inside the running migration.

    Each file goes to the server whole and as it is: no parameters, so `%` and `:` mean nothing special.
    """
    folder = files("clew.store") / "migrations" / "sql" / revision
    conn = op.get_bind().connection.driver_connection
    assert isinstance(conn, Connection)  # noqa: S101
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            try:
                conn.execute(file.read_text(encoding="utf-8").encode())
            except Exception as error:
                error.add_note(f"in {file.name} of revision {revision}")
                raise
