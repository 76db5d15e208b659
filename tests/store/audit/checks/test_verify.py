"""`verify` proves a sound log, names what was changed in plain words, and is not fooled by cunning."""

import uuid

import pytest
from sqlalchemy import Connection, text

from clew.kernel import clock
from clew.kernel.events import Event
from clew.store.audit import heads as signed
from clew.store.audit import keys as key_files
from clew.store.audit.canonical import DELETED, microseconds, moment
from clew.store.audit.checks.rows import hash_rows
from clew.store.audit.commitment import leaf_data, seal
from clew.store.audit.sequencer import HEADER, HEADS, NAMES, leaf_of, stored_head
from clew.store.audit.tree import Frontier
from tests.store.audit.log import Log, kinds, reveals

ROWS = {"rows": "SELECT id, note FROM clew.trial_rows"}


def test_an_empty_log_is_sound(log: Log) -> None:
    report = log.verify()
    assert (report.ok, report.events, report.heads) == (True, 0, 0)


def test_a_sound_log_is_proved(log: Log) -> None:
    for count in (3, 1, 4):
        log.append(*reveals(count))
        log.sequence()
    log.append(*reveals(2))
    report = log.verify()
    assert report.findings == []
    assert (report.events, report.waiting, report.heads) == (10, 2, 3)
    assert report.root == signed.read_file(log.heads)[0][-1].root
    assert report.as_dict()["ok"] is True


def test_it_reads_as_the_jobs_login_and_as_the_owner_of_the_tables(log: Log) -> None:
    log.append(*reveals(2))
    log.sequence()
    with log.system.connect() as conn:
        assert log.verify(conn=conn).events == 2
    with log.admin.connect() as conn:
        conn.execute(text("SET ROLE clew_owner"))
        assert log.verify(conn=conn).events == 2


def test_findings_are_in_plain_words(log: Log) -> None:
    log.append(*reveals(3))
    log.sequence()
    with log.behind_our_back() as conn:
        conn.execute(text("UPDATE clew.events SET purpose = 'holiday' WHERE seq = 2"))
        [finding] = log.verify(conn=conn).findings
    assert finding.kind == "event_changed"
    assert finding.words.startswith("Event number 2 (reveal, 20")
    assert finding.words.endswith("its subject, purpose or details were changed after it was written.")
    assert log.found_after("DELETE FROM clew.events WHERE seq = 2") >= {"gap"}


def test_an_event_that_stays_unnumbered_is_reported(log: Log) -> None:
    log.append(*reveals(1))
    later = "UPDATE clew.events SET at = at - interval '2 minutes'"
    assert log.found_after(later) == {"event_changed", "late"}
    assert log.verify().ok


def rewrite(conn: Connection, log: Log, stolen: bool, mine: str) -> None:
    """Change an event and put everything right that the database holds, with keys of one's own."""
    folder = log.keys if stolen else log.keys.with_name(mine)
    conn.execute(text("UPDATE clew.events SET verb = 'search' WHERE seq = 2"))
    frontier, previous = Frontier(), signed.FIRST
    old = {head.size for row in conn.execute(HEADS, {"size": 0}) if (head := stored_head(row))}
    conn.execute(text("DELETE FROM clew.event_heads"))
    for row in conn.execute(text(f"SELECT {HEADER}, commitment, seq FROM clew.events ORDER BY seq")).all():
        frontier.append(leaf_of(row))
        sealed = seal(key_files.event_key(folder), leaf_data({name: getattr(row, name) for name in NAMES},
                                                             bytes(row.commitment)))
        conn.execute(text("UPDATE clew.events SET seal = :seal WHERE seq = :seq"), {"seal": sealed, "seq": row.seq})
        if frontier.size in old:
            head = signed.sign(key_files.signing_key(folder), frontier.size, frontier.root(),
                               microseconds(clock.now()), previous)
            previous = head.digest()
            conn.execute(text("INSERT INTO clew.event_heads VALUES (:size, :root, :at, :previous, :signer, :sig)"),
                         {"size": head.size, "root": frontier.root(), "at": moment(head.at),
                          "previous": bytes.fromhex(head.previous), "signer": bytes.fromhex(head.signer),
                          "sig": bytes.fromhex(head.signature)})
    conn.execute(text("UPDATE clew.event_tree SET peaks = :peaks"), {"peaks": frontier.to_bytes()})


@pytest.mark.parametrize("stolen", [False, True])
def test_a_rewritten_log_is_found_even_with_the_nodes_own_keys(log: Log, stolen: bool) -> None:
    for count in (3, 3):
        log.append(*reveals(count))
        log.sequence()
    with log.behind_our_back() as conn:
        rewrite(conn, log, stolen, "intruder")
        found = kinds(log.verify(conn=conn))
    assert found >= {"event_changed", "head_changed"}
    assert ("head_signature" in found) is (not stolen)


def test_the_heads_file_is_a_second_witness(log: Log) -> None:
    for _ in range(3):
        log.append(*reveals(2))
        log.sequence()
    cut = ("DELETE FROM clew.events WHERE seq > 2; DELETE FROM clew.event_heads WHERE size > 2; UPDATE "
           "clew.event_tree SET size = 2, peaks = (SELECT root FROM clew.event_heads)")
    assert log.found_after(cut) == {"cut_off"}
    everything = "DELETE FROM clew.events; DELETE FROM clew.event_heads; UPDATE clew.event_tree SET size=0, peaks=''"
    assert log.found_after(everything) == {"cut_off"}


@pytest.mark.parametrize(("edit", "kind"), [
    (lambda lines: [*lines[:1], "nonsense", *lines[1:]], "heads_file"),
    (lambda lines: [lines[0], lines[1].replace('"size":4', '"size":3'), lines[2]], "heads_file"),
    (lambda lines: [lines[0], lines[2]], "heads_file"), (lambda lines: lines[:1], "heads_file"),
    (lambda lines: [], "heads_file")])
def test_a_changed_heads_file_is_found(log: Log, monkeypatch: pytest.MonkeyPatch, edit: object, kind: str) -> None:
    monkeypatch.setattr("clew.store.audit.checks.heads.GRACE", 0)
    for _ in range(3):
        log.append(*reveals(2))
        log.sequence()
    assert log.verify().ok
    lines = log.heads.read_text().splitlines()
    log.heads.write_text("".join(line + "\n" for line in edit(lines)))  # type: ignore[operator]
    assert kinds(log.verify()) == {kind}


def test_a_fresh_head_may_still_be_missing_from_the_file(log: Log) -> None:
    log.append(*reveals(2))
    log.sequence()
    log.heads.unlink()
    assert log.verify().ok


def test_rows_follow_their_last_event(log: Log) -> None:
    kept, gone = uuid.uuid4(), uuid.uuid4()
    with log.admin.begin() as conn:
        conn.execute(text("CREATE TABLE clew.trial_rows (id uuid PRIMARY KEY, note text)"))
        conn.execute(text("GRANT SELECT ON clew.trial_rows TO clew_app"))
        conn.execute(text("INSERT INTO clew.trial_rows VALUES (:a, 'first'), (:b, 'first')"), {"a": kept, "b": gone})
    for change in ("SELECT 1", "UPDATE clew.trial_rows SET note = 'second'",
                   f"DELETE FROM clew.trial_rows WHERE id = '{gone}'"):
        with log.admin.begin() as conn:
            conn.execute(text(change))
        with log.app.connect() as conn:
            hashes = hash_rows(conn, ROWS, "rows", [kept, gone])
        log.append(Event("change", row_hashes=hashes))
    assert hashes[f"rows:{gone}"] == DELETED
    log.sequence()
    report = log.verify(ROWS)
    assert (report.findings, report.rows) == ([], 1)
    for change, kind in (("UPDATE clew.trial_rows SET note = 'first'", "row_changed"),
                         ("DELETE FROM clew.trial_rows", "row_missing"),
                         (f"INSERT INTO clew.trial_rows VALUES ('{gone}', 'first')", "row_back"),
                         ("INSERT INTO clew.trial_rows VALUES (gen_random_uuid(), '')", "row_unrecorded")):
        assert log.found_after(change, ROWS) == {kind}
    by_database = {"rows": "SELECT id, note AS hash FROM clew.trial_rows"}
    log.append(Event("change", row_hashes={f"rows:{kept}": "second"}))
    assert log.verify(by_database).ok
