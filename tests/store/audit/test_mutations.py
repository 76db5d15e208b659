"""The database's superuser changes something, a thousand times: `verify` finds every single change."""

import random
import uuid

from sqlalchemy import Connection, text

from clew.kernel.events import Event
from clew.store.audit.checks.rows import hash_rows
from clew.store.audit.record import record
from tests.store.audit.log import CASES, Log, reveals
from tests.store.audit.mutations import Stored, mutation

REGISTRY = CASES | {"officers": "SELECT * FROM clew.officers", "agencies": "SELECT * FROM clew.agencies"}
COUNT = 1000


def recorded(conn: Connection, log: Log, table: str, row_id: uuid.UUID, statement: str, **more: object) -> uuid.UUID:
    """Write a row as a verb would: with an event that binds it."""
    conn.execute(text(statement), {"id": row_id} | more)
    hashes = hash_rows(conn, REGISTRY, table, [row_id])
    record(conn, Event("add", subject=str(row_id), detail={"n": 1, "score": 0.25}, row_hashes=hashes), keys=log.keys)
    return row_id


def world(log: Log) -> Stored:
    """Fill a log: three agencies, their officers and cases, reveals between, five signed heads."""
    agencies, officers, cases, sizes = [], [], [], []
    for number in range(3):
        with log.admin.begin() as conn:
            agency = recorded(conn, log, "agencies", uuid.uuid4(), "INSERT INTO clew.agencies (id, code, name, country,"
                              " kind, wrapped_key) VALUES (:id, :code, 'A', 'XA', 'unit', '')", code=f"A{number}")
            officer = recorded(conn, log, "officers", uuid.uuid4(), "INSERT INTO clew.officers (id, agency_id, login, "
                               "full_name) VALUES (:id, :agency, :login, 'N')", agency=agency, login=f"o{number}")
            case = recorded(conn, log, "cases", uuid.uuid4(), "WITH c AS (INSERT INTO clew.cases (id, owner_agency_id, "
                            "reference, expires, made_by) VALUES (:id, :agency, 'R', '2030-01-01', :officer) "
                            "RETURNING id) SELECT 1", agency=agency, officer=officer)
            conn.execute(text("INSERT INTO clew.case_team VALUES (:case, :one)"), {"case": case, "one": officer})
            record(conn, Event("set_policy", row_hashes=hash_rows(conn, REGISTRY, "cases", [case])), keys=log.keys)
        for made, one in ((agencies, agency), (officers, officer), (cases, case)):
            made.append(one)
        log.append(*reveals(4, officer))
        log.sequence()
    log.append(*reveals(4))
    log.sequence()
    with log.admin.connect() as conn:
        events = list(conn.execute(text("SELECT id FROM clew.events ORDER BY seq")).scalars())
        sizes = list(conn.execute(text("SELECT size FROM clew.event_heads ORDER BY size")).scalars())
    return Stored(events, cases, officers, agencies, sizes)


def test_every_mutation_is_found(log: Log) -> None:
    stored = world(log)
    assert log.verify(REGISTRY).findings == []
    missed, rng = [], random.Random(20261121)
    with log.admin.connect() as conn:
        assert log.verify(REGISTRY, conn).ok  # so what is found below is what was changed
        for number in range(COUNT):
            change = mutation(rng, stored)
            with conn.begin_nested() as savepoint:
                for statement in change:
                    conn.exec_driver_sql(statement)
                if log.verify(REGISTRY, conn).ok:
                    missed.append((number, change))
                savepoint.rollback()
    assert missed == []
    assert log.verify(REGISTRY).findings == []
