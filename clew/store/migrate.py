"""Brings a database to the newest revision, as clew_owner; forward only, each revision whole or not."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from clew.kernel.errors import Unavailable
from clew.kernel.settings import Settings
from clew.store.postgres import OWNER, dsn_for

LOCK = 0x636C6577  # "clew": two migrations of one database wait for each other
SCHEMA = """
    CREATE SCHEMA IF NOT EXISTS clew;
    REVOKE ALL ON SCHEMA clew FROM PUBLIC;
    GRANT USAGE ON SCHEMA clew TO clew_app, clew_door, clew_system;
    -- Not in any backup, so said again before each migration.
    ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
"""


def migrate(at: Settings | None = None) -> str:
    """Migrate the database of these settings to the newest revision and return that revision.

    Safe to call at every start: an up-to-date database is left alone. Raises Unavailable when the
    database is newer than this Clew.
    """
    engine = _engine(at)
    with engine.connect() as conn:
        conn.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})  # let go with the connection
        conn.commit()
        found = _revision(conn)
        _refuse_newer(found)
        if found != newest():
            conn.execute(text(SCHEMA))
            conn.commit()
            config = _config()
            config.attributes["connection"] = conn
            command.upgrade(config, "head")
            conn.commit()
    engine.dispose()
    return newest()


def revision(at: Settings | None = None) -> str | None:
    """Return the database's revision, or None when it has never been migrated."""
    engine = _engine(at)
    with engine.connect() as conn:
        return _revision(conn)


def newest() -> str:
    """Return the revision that this Clew works with."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _engine(at: Settings | None) -> Engine:
    return create_engine(make_url(dsn_for(OWNER, at)).set(drivername="postgresql+psycopg"),
                         poolclass=NullPool)


def _revision(conn: Connection) -> str | None:
    found = MigrationContext.configure(conn, opts={"version_table_schema": "clew"}).get_current_revision()
    conn.rollback()
    return found


def _refuse_newer(found: str | None) -> None:
    """Stop an old Clew from working on tables it does not know."""
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise Unavailable("The database was upgraded by a newer Clew. Install that version, or restore the "
                          "backup made before the upgrade.")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("clew.store") / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
