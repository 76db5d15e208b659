"""The sequencer: every committed event once, in order of arrival, whoever runs it and however often."""

import threading
import time
import uuid

import pytest
from sqlalchemy import text

from clew.kernel.errors import Unavailable
from clew.store.audit import sequencer
from clew.store.audit.heads import read_file
from clew.store.audit.record import record_many
from clew.store.audit.sequencer import lag, sequence
from tests.store.audit.log import Log, reveals


def numbers(log: Log) -> list[tuple[uuid.UUID, int]]:
    with log.system.connect() as conn:
        rows = conn.execute(text("SELECT id, seq FROM clew.events WHERE seq IS NOT NULL ORDER BY seq"))
        return [(row.id, row.seq) for row in rows]


def test_committed_events_are_numbered_in_order_of_arrival(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "BATCH", 4)
    made = log.append(*reveals(11))
    assert log.sequence() == 11
    assert numbers(log) == list(zip(made, range(1, 12), strict=True))
    assert [head.size for head in read_file(log.heads)[0]] == [4, 8, 11]
    assert log.sequence() == 0
    assert log.verify().ok


def test_a_late_committer_is_not_lost(log: Log) -> None:
    """Its order of arrival is older than what is already numbered; it gets the next number all the same."""
    with log.app.connect() as slow:
        late = record_many(slow, reveals(1), keys=log.keys)
        early = log.append(*reveals(2))
        assert log.sequence() == 2
        slow.commit()
    assert log.sequence() == 1
    assert [event for event, _ in numbers(log)] == early + late
    assert log.verify().ok


def test_lag_is_told(log: Log) -> None:
    log.append(*reveals(3))
    with log.system.connect() as conn:
        assert lag(conn).waiting == 3
        assert not lag(conn).too_large
        conn.rollback()
        log.sequence()
        assert (lag(conn).waiting, lag(conn).oldest_seconds) == (0, 0.0)
    with log.behind_our_back() as conn:
        conn.execute(text("UPDATE clew.events SET seq = NULL, at = at - interval '61 seconds'"))
        assert lag(conn).too_large


def test_several_sequencers_and_writers_at_once(log: Log) -> None:
    stop, failures = threading.Event(), list[BaseException]()

    def guarded(work: "threading.Event", act: object) -> None:
        try:
            while not work.is_set():
                act()  # type: ignore[operator]
                time.sleep(0.002)
        except BaseException as error:
            failures.append(error)

    sequencers = [threading.Thread(target=guarded, args=(stop, log.sequence)) for _ in range(3)]
    for thread in sequencers:
        thread.start()
    made: list[uuid.UUID] = []
    lock = threading.Lock()

    def write() -> None:
        for _ in range(15):
            new = log.append(*reveals(3))
            with lock:
                made.extend(new)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sequencers:
        thread.join()
    log.sequence()
    assert failures == []
    assert {event for event, _ in numbers(log)} == set(made)
    assert [seq for _, seq in numbers(log)] == list(range(1, len(made) + 1))
    assert log.verify().ok


def test_a_second_sequencer_steps_aside(log: Log) -> None:
    log.append(*reveals(1))
    with log.system.connect() as other, other.begin():
        other.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": sequencer.LOCK})
        assert log.sequence() == 0
    assert log.sequence() == 1


def test_heads_missing_from_the_file_after_a_crash_are_added(log: Log) -> None:
    log.append(*reveals(1))
    log.sequence()
    written = log.heads.read_text()
    log.append(*reveals(1))
    log.sequence()
    whole = log.heads.read_text()
    log.heads.write_text(written + whole[len(written):][:40])  # the second line was torn
    log.append(*reveals(1))
    log.sequence()
    heads, spoilt = read_file(log.heads)
    assert ([head.size for head in heads], spoilt) == ([1, 2, 3], [])
    assert log.verify().ok


@pytest.mark.parametrize("change", [
    "UPDATE clew.event_tree SET peaks = sha256('x')",
    "UPDATE clew.event_tree SET size = 3",
    "UPDATE clew.event_heads SET root = sha256('x')",
    "DELETE FROM clew.event_heads; UPDATE clew.event_tree SET size = 0, peaks = ''; UPDATE clew.events SET seq = NULL",
])
def test_nothing_is_numbered_on_top_of_a_change(log: Log, change: str) -> None:
    log.append(*reveals(1))
    log.sequence()
    log.append(*reveals(1))
    with log.admin.begin() as conn:
        conn.execute(text(change))
    with pytest.raises(Unavailable, match="audit verify"):
        log.sequence()


def test_another_signing_key_is_refused(log: Log, tmp_path_factory: pytest.TempPathFactory) -> None:
    log.append(*reveals(1))
    log.sequence()
    log.append(*reveals(1))
    with log.system.connect() as conn, pytest.raises(Unavailable, match=r"signing\.key"):
        sequence(conn, heads_path=log.heads, keys=tmp_path_factory.mktemp("other") / "keys")
