"""The embedded server: no trust, no open folders, no network, and alive again after a kill."""

import os
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clew.kernel.errors import BadInput, Unavailable
from clew.kernel.settings import Settings
from clew.store import postgres


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Return a folder that the server's user may enter, as pytest's own (0700) is not for root's server."""
    with tempfile.TemporaryDirectory(prefix="clew-", dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def at(place: Path) -> Iterator[Settings]:
    given = Settings(home=place / "home", keys=place / "keys", postgres_folder=place / "server")
    postgres.ensure(given)
    yield given
    postgres.stop(given)


def test_each_login_arrives_with_its_own_password(at: Settings) -> None:
    for login in postgres.LOGINS:
        with psycopg.connect(postgres.dsn_for(login, at)) as conn:
            row = conn.execute("SELECT current_user, current_database(), current_setting('fsync')").fetchone()
        assert row == (login, "clew", "on")
    assert len({postgres.dsn_for(login, at) for login in postgres.LOGINS}) == len(postgres.LOGINS)


@pytest.mark.parametrize("login", [*postgres.LOGINS, "clew_admin", "postgres"])
def test_nobody_comes_in_without_a_password(at: Settings, login: str) -> None:
    for secret in ("''", "wrong"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"{postgres.embedded(at).place('clew')} user={login} password={secret}")


def test_logins_have_no_power(at: Settings) -> None:
    with psycopg.connect(postgres.embedded(at).admin_dsn("clew")) as conn:
        rows = conn.execute("""SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb
            OR rolreplication, rolconnlimit FROM pg_roles WHERE rolname LIKE 'clew\\_%'
            AND rolname <> 'clew_admin'""").fetchall()
        owner = conn.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'clew'").fetchone()
    assert {name: (power, limit) for name, power, limit in rows} == {
        name: (False, limit) for name, limit in postgres.LOGINS.items()}
    assert owner == ("clew_owner",)


@pytest.mark.parametrize("statement", [
    "CREATE TABLE public.x (a int)", "CREATE TEMPORARY TABLE x (a int)", "CREATE SCHEMA x",
    "SET ROLE clew_owner", "SELECT pg_read_file('postgresql.conf')", "COPY (SELECT 1) TO PROGRAM 'true'"])
def test_the_web_login_can_make_nothing(at: Settings, statement: str) -> None:
    with psycopg.connect(postgres.dsn_for(postgres.APP, at)) as conn, \
            pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(statement)


def test_no_network_and_no_open_folder(at: Settings) -> None:
    server = postgres.embedded(at)
    with psycopg.connect(server.admin_dsn()) as conn:
        assert conn.execute("SHOW listen_addresses").fetchone() == ("",)
        hba = conn.execute("SELECT DISTINCT type, auth_method FROM pg_hba_file_rules").fetchall()
    assert set(hba) == {("local", "reject"), ("local", "scram-sha-256")}
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(at.keys.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in at.keys.iterdir()} == {0o600}
    assert server.folder not in [at.home, *at.home.parents]


def test_parents_keep_their_modes_and_a_closed_one_is_refused(place: Path, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root's server runs as another user")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = postgres.Server(closed / "server", place / "keys2")
    with pytest.raises(BadInput):
        server.start()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_a_killed_server_is_started_again_with_its_rows(at: Settings) -> None:
    server = postgres.embedded(at)
    with psycopg.connect(server.admin_dsn("clew")) as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS public.kept (a int)")
        conn.execute("INSERT INTO public.kept VALUES (1)")
    os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    postgres.ensure(at)
    with psycopg.connect(server.admin_dsn("clew")) as conn:
        assert conn.execute("SELECT count(*) FROM public.kept").fetchone() == (1,)


def test_a_pid_file_of_some_other_program_does_not_stop_the_start(at: Settings) -> None:
    server = postgres.embedded(at)
    server.stop()
    assert not server.running()
    pid_file = server.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{server.data}\n")
    server.start()
    assert server.running()


def test_a_second_setup_finds_its_server_by_its_home() -> None:
    one = postgres.Server.of_home(Path("/a/clew"), Path("/k"))
    two = postgres.Server.of_home(Path("/b/clew"), Path("/k"))
    assert one.folder != two.folder
    assert Path("/a/clew") not in [one.folder, *one.folder.parents]


def test_a_long_folder_still_gets_a_socket() -> None:
    server = postgres.Server(Path("/x" * 80), Path("/k"))
    assert len(str(server.socket)) < 90


def test_missing_passwords_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="clew init"):
        postgres.dsn_for(postgres.APP, Settings(home=tmp_path, keys=tmp_path / "none", dsn="host=/x"))


def test_the_database_of_a_node_whose_keys_are_gone_is_named_and_left_alone(at: Settings, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"earlier node is still in .*server") as told:
        postgres.ensure(at.model_copy(update={"keys": tmp_path / "new"}))
    assert str(tmp_path / "new") in told.value.message
    assert not (tmp_path / "new").exists()


def test_an_address_keeps_its_options() -> None:
    place = "host=db.example port=6000 dbname=c1 sslmode=verify-full user=root"
    made = postgres.logins.dsn(place, "clew_app", "p/w")
    assert psycopg.conninfo.conninfo_to_dict(made) == {
        "host": "db.example", "port": "6000", "dbname": "c1", "sslmode": "verify-full", "user": "clew_app",
        "password": "p/w"}


def test_databases_come_from_templates_and_go(at: Settings) -> None:
    admin = postgres.embedded(at).admin_dsn()
    postgres.create_database(admin, "clew_test_one")
    postgres.create_database(admin, "clew_test_two", template="clew_test_one")
    two = Settings(home=at.home, keys=at.keys, dsn=postgres.embedded(at).place("clew_test_two"))
    with psycopg.connect(postgres.dsn_for(postgres.APP, two)) as conn:
        assert conn.execute("SELECT current_database(), current_setting('search_path')").fetchone() == (
            "clew_test_two", "clew")
    for name in ("clew_test_one", "clew_test_two", "clew_test_two"):
        postgres.drop_database(admin, name)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.dsn_for(postgres.APP, two))


def test_a_login_with_power_is_refused(at: Settings) -> None:
    admin = postgres.embedded(at).admin_dsn()
    with psycopg.connect(admin, autocommit=True) as conn:
        conn.execute("ALTER ROLE clew_app BYPASSRLS")
        try:
            with pytest.raises(Unavailable, match="clew_app"):
                postgres.prepare(admin, at.keys)
        finally:
            conn.execute("ALTER ROLE clew_app NOBYPASSRLS")


def test_a_server_of_your_own_is_prepared_by_an_administrator(at: Settings, tmp_path: Path) -> None:
    """A hosted server gives CREATEROLE and CREATEDB, not SUPERUSER; keys here are the server's."""
    server = postgres.embedded(at)
    with psycopg.connect(server.admin_dsn(), autocommit=True) as conn:
        conn.execute("CREATE ROLE landlord LOGIN CREATEDB CREATEROLE PASSWORD 'let'")
        for login in postgres.LOGINS:
            conn.execute(f"GRANT {login} TO landlord WITH ADMIN OPTION, INHERIT FALSE, SET FALSE")
    admin = postgres.logins.dsn(server.place("postgres"), "landlord", "let")
    own = Settings(home=tmp_path, keys=at.keys, dsn=server.place("clew_test_own"))
    postgres.ensure(own, admin_dsn=admin)
    with psycopg.connect(postgres.dsn_for(postgres.OWNER, own)) as conn:
        conn.execute("CREATE SCHEMA clew")
    assert postgres.database_name(own) == "clew_test_own"
    postgres.drop_database(server.admin_dsn(), "clew_test_own")
