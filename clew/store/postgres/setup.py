"""Makes roles and databases as an administrator of the server; the only code that needs such rights."""

from pathlib import Path

import psycopg
from psycopg import sql

from clew.kernel.errors import Unavailable
from clew.store.postgres.logins import APP, DOOR, LOGINS, OWNER, SYSTEM, password

OLDEST = 150000
TOO_STRONG = """
    SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)
       AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)"""


def prepare(admin_dsn: str, keys: Path) -> None:
    """Make the logins of this server with the passwords of `keys`, and check that none has power."""
    with psycopg.connect(admin_dsn, autocommit=True) as conn:
        if conn.info.server_version < OLDEST:
            raise Unavailable("Clew needs PostgreSQL 15 or newer. Upgrade the server, then run this again.")
        for login, limit in LOGINS.items():
            _make_login(conn, login, limit, password(keys, login, make=True))
        too_strong = conn.execute(TOO_STRONG, [list(LOGINS)]).fetchall()
    if too_strong:
        names = ", ".join(row[0] for row in too_strong)
        raise Unavailable(f"These logins have rights that would break the second wall: {names}. Take "
                          "SUPERUSER, BYPASSRLS, CREATEROLE, CREATEDB and REPLICATION from them.")


def _make_login(conn: psycopg.Connection, login: str, limit: int, secret: str) -> None:
    """Create or correct one login; the server sees the SCRAM verifier only, so no log has the password."""
    verifier = conn.pgconn.encrypt_password(secret.encode(), login.encode(), b"scram-sha-256").decode()
    known = conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login]).fetchone()
    verb = sql.SQL("ALTER ROLE" if known else "CREATE ROLE")
    conn.execute(sql.SQL("{} {} LOGIN NOINHERIT CONNECTION LIMIT {} PASSWORD {}").format(
        verb, sql.Identifier(login), sql.Literal(limit), sql.Literal(verifier)))


def create_database(admin_dsn: str, name: str, *, template: str = "template0",
                    missing_only: bool = False) -> None:
    """Make database `name`, owned by clew_owner and closed to everybody but these logins.

    `template` may be a migrated database without connections: tables come along, which takes ~30 ms.
    """
    with psycopg.connect(admin_dsn, autocommit=True) as conn:
        if missing_only and conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        database, owner = sql.Identifier(name), sql.Identifier(OWNER)
        borrowed = _borrow_owner(conn)
        utf8 = sql.SQL(" ENCODING 'UTF8'" if template == "template0" else "")
        conn.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            database, owner, sql.Identifier(template)) + utf8)
        # No TEMPORARY for anyone: a temporary table could stand before a real one in a search path.
        conn.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        conn.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}, {}").format(
            database, sql.Identifier(APP), sql.Identifier(DOOR), sql.Identifier(SYSTEM)))
        conn.execute(sql.SQL("ALTER DATABASE {} SET timezone = 'UTC'").format(database))
        conn.execute(sql.SQL("ALTER DATABASE {} SET search_path = clew").format(database))
        if borrowed:
            conn.execute(sql.SQL("REVOKE {} FROM CURRENT_USER").format(owner))


def _borrow_owner(conn: psycopg.Connection) -> bool:
    """Join clew_owner for the moment when the administrator is no superuser (hosted servers)."""
    row = conn.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if row and row[0]:
        return False
    conn.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
    return True


def drop_database(admin_dsn: str, name: str) -> None:
    """Remove database `name` with whatever is connected to it; nothing happens when it is missing."""
    with psycopg.connect(admin_dsn, autocommit=True) as conn:
        conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
