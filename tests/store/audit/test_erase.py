"""Erasing words leaves the log provable; removing them any other way is found."""

import uuid

import pytest
from sqlalchemy import text

from clew.kernel.errors import Refused
from clew.kernel.events import Event
from clew.store.audit.erase import erase
from tests.store.audit.log import Log, kinds, reveals

BLANK = "UPDATE clew.events SET payload = NULL, salt = NULL, subject = '', purpose = '' WHERE id = '%s'"


def erased(log: Log, *events: uuid.UUID) -> uuid.UUID:
    with log.system.begin() as conn:
        return erase(conn, events, Event("erase", purpose="court order 5"), keys=log.keys)


def test_words_go_and_the_log_stays_proved(log: Log) -> None:
    made = log.append(*reveals(3))
    log.sequence()
    erased(log, made[1])
    waiting = log.append(*reveals(1))
    erased(log, *waiting)  # also before it has a number
    log.sequence()
    report = log.verify()
    assert (report.findings, report.erased) == ([], 2)
    with log.system.connect() as conn:
        rows = conn.execute(text("SELECT payload, salt, subject, purpose, verb FROM clew.events WHERE id = ANY (:ids)"),
                            {"ids": [made[1], *waiting]}).all()
    assert [tuple(row) for row in rows] == [(None, None, "", "", "reveal")] * 2


@pytest.mark.parametrize("change", ["verb = 'search'", "officer_id = gen_random_uuid()", "subject = 'x'",
                                    "purpose = 'x'", "at = at + interval '1 s'", "payload = '{}'", "salt = '\\x00'"])
def test_what_is_left_of_an_erased_event_cannot_be_changed(log: Log, change: str) -> None:
    made = log.append(*reveals(2))
    erased(log, made[0])
    log.sequence()
    assert log.found_after(f"UPDATE clew.events SET {change} WHERE id = '{made[0]}'") >= {"event_changed"}


def test_removal_without_an_erase_event_is_found(log: Log) -> None:
    made = log.append(*reveals(2))
    erased(log, made[0])
    log.sequence()
    assert log.found_after(BLANK % made[1]) == {"event_changed"}
    forged = (f"UPDATE clew.events SET payload = jsonb_set(payload, '{{detail,events,{made[1]}}}', '{{}}') "
              "WHERE verb = 'erase'; " + BLANK % made[1])
    assert "event_changed" in log.found_after(forged)


def test_row_hashes_live_on_in_the_erase_event(log: Log) -> None:
    rows = {"cases": "SELECT id, 'h1' AS hash FROM (VALUES (1)) v (id)"}
    made = log.append(Event("set_policy", detail={"name": "x"}, row_hashes={"cases:1": "h1"}))
    erased(log, *made)
    assert log.verify(rows).ok
    assert kinds(log.verify({"cases": rows["cases"].replace("h1", "h2")})) == {"row_changed"}


def test_an_erasure_is_not_erased_nor_an_unknown_or_spoilt_event(log: Log) -> None:
    made = log.append(*reveals(2))
    because = erased(log, made[0])
    for refused in (because, uuid.uuid4()):
        with pytest.raises(Refused, match="exist"):
            erased(log, refused)
    with log.admin.begin() as conn:
        conn.execute(text("UPDATE clew.events SET subject = 'x' WHERE id = :id"), {"id": made[1]})
    with pytest.raises(Refused, match="audit verify"):
        erased(log, made[1])


def test_the_database_itself_erases_only_what_an_erase_event_names(log: Log) -> None:
    made = log.append(*reveals(2))
    because = erased(log, made[0])
    with log.system.begin() as conn:
        count = conn.execute(text("SELECT clew.erase_events(:ids, :because)"),
                             {"ids": [made[1], because], "because": because}).scalar_one()
    assert count == 0
    assert log.verify().ok
