"""Who reads events through the database itself: administrator own agency, auditor all, officers none."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from clew.kernel.events import Event
from clew.store.audit.record import record
from tests.store.audit.log import Log, reveals

AGENCIES = [uuid.UUID(int=1), uuid.UUID(int=2)]


def officer(log: Log, agency: uuid.UUID, role: str) -> uuid.UUID:
    """Make an officer with a session whose token is his id."""
    made = uuid.uuid4()
    with log.admin.begin() as conn:
        conn.execute(text("INSERT INTO clew.agencies (id, code, name, country, kind, wrapped_key) VALUES "
                          "(:id, :code, 'A', 'XA', 'unit', '') ON CONFLICT DO NOTHING"),
                     {"id": agency, "code": f"A{agency.int}"})
        conn.execute(text("INSERT INTO clew.officers (id, agency_id, login, full_name, roles) VALUES "
                          "(:id, :agency, :login, 'N', :roles)"),
                     {"id": made, "agency": agency, "login": str(made), "roles": [role]})
        conn.execute(text("INSERT INTO clew.sessions (id, officer_id, token_hash, kind, idle_minutes, ends_at) "
                          "VALUES (:id, :id, sha256(:token), 'web', 60, now() + interval '1 hour')"),
                     {"id": made, "token": str(made).encode()})
    return made


@contextmanager
def as_officer(log: Log, token: uuid.UUID) -> Iterator[Connection]:
    with log.app.connect() as conn:
        assert conn.execute(text("SELECT * FROM clew.open_session(:token)"), {"token": str(token).encode()}).first()
        yield conn


def seen(conn: Connection) -> int:
    return int(conn.execute(text("SELECT count(id) FROM clew.events")).scalar_one())


@pytest.mark.parametrize(("role", "expected"), [
    ("auditor", 3), ("agency_administrator", 2), ("investigator", 0), ("analyst", 0), ("system_administrator", 0)])
def test_sight_of_events(log: Log, role: str, expected: int) -> None:
    log.append(*(Event("reveal", uuid.uuid4(), agency) for agency in (AGENCIES[0], AGENCIES[0], AGENCIES[1])))
    log.sequence()
    with as_officer(log, officer(log, AGENCIES[0], role)) as conn:
        assert seen(conn) == expected
        heads = conn.execute(text("SELECT count(*) FROM clew.event_heads")).scalar_one()
    assert heads == (1 if role == "auditor" else 0)


def test_nobody_logged_in_reads_nothing(log: Log) -> None:
    log.append(*reveals(2))
    with log.app.connect() as conn:
        assert seen(conn) == 0


def test_no_officer_writes_in_anothers_name(log: Log) -> None:
    me = officer(log, AGENCIES[0], "investigator")
    for named, agency in ((uuid.uuid4(), AGENCIES[0]), (me, AGENCIES[1]), (None, None)):
        with as_officer(log, me) as conn, pytest.raises(ProgrammingError, match="row-level security"):
            record(conn, Event("reveal", named, agency), keys=log.keys)
    with as_officer(log, me) as conn:
        record(conn, Event("reveal", me, AGENCIES[0]), keys=log.keys)


def test_an_officer_counts_his_own_acts_only(log: Log) -> None:
    me = officer(log, AGENCIES[0], "investigator")
    log.append(Event("reveal", me), Event("reveal", me), Event("search", me), Event("reveal", uuid.uuid4()))
    count = text("SELECT clew.my_events('reveal', now() - interval '1 hour'), clew.my_events('reveal', 'infinity')")
    with as_officer(log, me) as conn:
        assert tuple(conn.execute(count).one()) == (2, 0)
    with log.app.connect() as conn:
        assert tuple(conn.execute(count).one()) == (0, 0)
