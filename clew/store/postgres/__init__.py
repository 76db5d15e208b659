"""The system of record: the embedded PostgreSQL or one of your own, its logins and its databases.

Nothing here knows a table; `migrate` makes those. Never starts a server when `settings().dsn` names one.
"""

from psycopg.conninfo import conninfo_to_dict

from clew.kernel.errors import Unavailable
from clew.kernel.settings import Settings, settings
from clew.store.postgres.logins import APP, DOOR, LOGINS, OWNER, SYSTEM, dsn, password
from clew.store.postgres.server import Server
from clew.store.postgres.setup import create_database, drop_database, prepare

DATABASE = "clew"

__all__ = ["APP", "DATABASE", "DOOR", "LOGINS", "OWNER", "SYSTEM", "Server", "create_database", "database_name",
           "demand_running", "drop_database", "dsn_for", "embedded", "ensure", "prepare", "stop", "wake"]


def embedded(at: Settings | None = None) -> Server:
    """Return the embedded server of these settings, running or not."""
    at = at or settings()
    return Server.of_home(at.home, at.keys, at.postgres_folder)


def dsn_for(login: str, at: Settings | None = None) -> str:
    """Return the libpq address of `login` (APP, DOOR, SYSTEM or OWNER), password included: never log it.

    It is a postgresql:// URL that psycopg takes as it is; SQLAlchemy takes it as
    `make_url(...).set(drivername="postgresql+psycopg")`. Raises Unavailable when `clew init` has not run.
    """
    at = at or settings()
    place = at.dsn or embedded(at).place(DATABASE)
    return dsn(place, login, password(at.keys, login, make=False))


def ensure(at: Settings | None = None, *, admin_dsn: str = "") -> None:
    """Have a running server with the logins and Clew's database; call it as often as you like.

    `admin_dsn` is needed once for a server of your own (settings().dsn): a login that may create roles
    and databases. Without it such a server is taken as prepared. Raises Unavailable or BadInput.
    """
    at = at or settings()
    if at.dsn:
        if admin_dsn:
            prepare(admin_dsn, at.keys)
            create_database(admin_dsn, database_name(at), missing_only=True)
        return
    server = embedded(at)
    _demand_keys(server, at)
    server.start()
    if not (server.folder / "prepared").exists():
        prepare(server.admin_dsn(), at.keys)
        create_database(server.admin_dsn(), DATABASE, missing_only=True)
        (server.folder / "prepared").touch()


def _demand_keys(server: Server, at: Settings) -> None:
    """Refuse a database whose passwords are gone: a home that was removed, or keys that were lost or lie elsewhere."""
    if (server.folder / "prepared").exists() and not (at.keys / f"{OWNER}.password").exists():
        raise Unavailable(f"The database of an earlier node is still in {server.folder}, and its passwords are not in {at.keys}. "
                          "Put the keys back (CLEW_KEYS), or remove that folder to begin anew.")


def wake(at: Settings | None = None) -> None:
    """Have the server of a node running and make nothing. Raises Unavailable where `clew init` has not run."""
    _demand_made(at or settings())
    ensure(at)


def demand_running(at: Settings | None = None) -> None:
    """Raise Unavailable, saying what to do, unless there is a node whose server runs; start and make nothing."""
    at = at or settings()
    _demand_made(at)
    if not at.dsn and not embedded(at).running():
        raise Unavailable("The database does not run. `clew serve` and `clew work` start it.")


def _demand_made(at: Settings) -> None:
    if not at.dsn and not (embedded(at).folder / "prepared").exists():
        raise Unavailable(f"There is no node at {at.home}. Make one with: clew init - or set CLEW_HOME to where it is.")
    password(at.keys, OWNER, make=False)


def database_name(at: Settings | None = None) -> str:
    """Return the name of Clew's database on its server."""
    return str(conninfo_to_dict((at or settings()).dsn).get("dbname") or DATABASE)


def stop(at: Settings | None = None) -> None:
    """Stop the embedded server; do nothing to a server of your own."""
    at = at or settings()
    if not at.dsn:
        embedded(at).stop()
