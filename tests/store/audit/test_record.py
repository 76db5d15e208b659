"""Appending: committed with the caller or not at all, by the app only as itself, and never changed again."""

import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from clew.kernel.events import Event
from clew.store.audit.record import record, record_many
from tests.store.audit.log import Log, reveals


def count(log: Log) -> int:
    with log.system.connect() as conn:
        return int(conn.execute(text("SELECT count(*) FROM clew.events")).scalar_one())


def test_an_event_shares_the_fate_of_its_transaction(log: Log) -> None:
    with log.app.connect() as conn:
        record(conn, Event("judge", detail={"answer": "positive"}), keys=log.keys)
        conn.rollback()
    assert count(log) == 0
    with log.app.begin() as conn:
        record(conn, Event("judge"), keys=log.keys)
    assert count(log) == 1


def test_many_events_keep_their_order_and_all_their_fields(log: Log) -> None:
    ids = [uuid.uuid4() for _ in range(4)]
    events = [*reveals(3), Event("judge", *ids, subject="link 1", purpose="a\x00b", detail={"x": [1, None]},
                                 row_hashes={"judgements:1": "ab"})]
    made = log.append(*events)
    with log.system.connect() as conn:
        rows = conn.execute(text("SELECT * FROM clew.events ORDER BY arrival")).all()
    assert [row.id for row in rows] == made
    last = rows[-1]
    assert (last.officer_id, last.agency_id, last.case_id, last.owner_agency_id) == tuple(ids)
    assert (last.verb, last.subject, last.purpose) == ("judge", "link 1", "a\\x00b")
    assert last.payload == {"detail": {"x": [1, None]}, "row_hashes": {"judgements:1": "ab"}}
    assert len({row.salt for row in rows}) == 4


def test_nothing_to_record_is_no_round_trip(log: Log) -> None:
    with log.app.connect() as conn:
        assert record_many(conn, [], keys=log.keys) == []
        assert not conn.in_transaction()


def test_what_json_cannot_hold_is_refused(log: Log) -> None:
    with log.app.connect() as conn, pytest.raises(ValueError, match="finite"):
        record(conn, Event("search", detail={"score": float("nan")}), keys=log.keys)


@pytest.mark.parametrize("statement", [
    "UPDATE clew.events SET purpose = 'x'", "UPDATE clew.events SET seq = 7", "DELETE FROM clew.events",
    "TRUNCATE clew.events", "INSERT INTO clew.events (id, at, verb, commitment, seal, seq) VALUES "
    "(gen_random_uuid(), now(), 'x', sha256(''), sha256(''), 1)", "SELECT salt FROM clew.events",
    "SELECT * FROM clew.event_tree", "INSERT INTO clew.event_heads VALUES (1, '', now(), '', '', '')",
    "SELECT clew.erase_events('{}', gen_random_uuid())"])
def test_the_app_can_only_append(log: Log, statement: str) -> None:
    log.append(*reveals(1))
    with log.app.connect() as conn, pytest.raises(ProgrammingError, match="permission denied"):
        conn.execute(text(statement))


@pytest.mark.parametrize("statement", [
    "UPDATE clew.events SET purpose = 'x'", "DELETE FROM clew.events", "TRUNCATE clew.events",
    "UPDATE clew.event_heads SET root = ''", "DELETE FROM clew.event_heads", "DELETE FROM clew.event_tree"])
def test_the_jobs_login_can_only_number(log: Log, statement: str) -> None:
    log.append(*reveals(1))
    with log.system.connect() as conn, pytest.raises(ProgrammingError, match="permission denied"):
        conn.execute(text(statement))


def test_a_number_is_given_once(log: Log) -> None:
    log.append(*reveals(1))
    log.sequence()
    with log.system.connect() as conn:
        assert conn.execute(text("UPDATE clew.events SET seq = 9, arrival = NULL")).rowcount == 0
    log.append(*reveals(1))
    with log.system.connect() as conn, pytest.raises(ProgrammingError, match="row-level security"):
        conn.execute(text("UPDATE clew.events SET arrival = 1 WHERE seq IS NULL"))
