"""Proves the whole log and says in plain words whatever was changed behind the program's back. Only reads."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, text

from clew.kernel import clock
from clew.kernel.settings import settings
from clew.store.audit.canonical import microseconds, moment
from clew.store.audit.checks.heads import check_heads
from clew.store.audit.checks.report import Report
from clew.store.audit.checks.rows import Registry, check_rows
from clew.store.audit.heads import Head, public, read_file
from clew.store.audit.keys import event_key, signing_key
from clew.store.audit.sequencer import HEADS, MAX_LAG_SECONDS, leaf_of, stored_head
from clew.store.audit.stored import COLUMNS, Erased, erasures, fault_of, row_hashes
from clew.store.audit.tree import Frontier

_NUMBERED = text(f"SELECT {COLUMNS} FROM clew.events WHERE seq IS NOT NULL ORDER BY seq")  # noqa: S608
_WAITING = text(f"SELECT {COLUMNS} FROM clew.events WHERE seq IS NULL ORDER BY arrival, id")  # noqa: S608


def verify(conn: Connection, registry: Registry, *, heads_path: Path | None = None,
           keys: Path | None = None) -> Report:
    """Check every event, head, file line and registered row; `conn` may read them all (system or owner).

    Outside a transaction one REPEATABLE READ snapshot is taken. Run the sequencer first: what was committed a
    moment ago is then in the tree. Memory: the heads and one hash for each registered row.
    """
    path = heads_path or settings().heads_path
    outside = read_file(path)  # before the snapshot: the file is never ahead of the database
    if conn.in_transaction():
        return _Check(conn, registry, keys).run(outside)
    conn = conn.execution_options(isolation_level="REPEATABLE READ")
    with conn.begin():
        return _Check(conn, registry, keys).run(outside)


class _Check:
    """One pass over the log: events in their order, the tree they give, the rows they set."""

    def __init__(self, conn: Connection, registry: Registry, keys: Path | None) -> None:
        self.conn, self.registry = conn, registry
        self.key, self.trusted = event_key(keys), public(signing_key(keys))
        self.report, self.frontier = Report(signer=self.trusted), Frontier()
        self.latest: dict[str, str] = {}
        self.roots: dict[int, str] = {}
        self.whole = True  # no number missing or twice so far, so roots can be compared

    def run(self, outside: tuple[list[Head], list[int]]) -> Report:
        """Return the finished report."""
        heads = [head for row in self.conn.execute(HEADS, {"size": 0}) if (head := stored_head(row))]
        erased = erasures(self.conn, self.key)
        self.roots = {head.size: head.root for head in heads}
        for row in self._rows(_NUMBERED):
            self._number(row)
            self._event(row, erased)
        self._end(heads)
        for row in self._rows(_WAITING):
            self._event(row, erased)
            self._late(row)
        check_heads(heads, outside, self.trusted, self.report)
        check_rows(self.conn, self.registry, self.latest, self.report)
        return self.report

    def _rows(self, statement: Any) -> Iterable[Row[Any]]:
        """Stream events without holding them all."""
        return self.conn.execute(statement, execution_options={"yield_per": 2000})

    def _number(self, row: Row[Any]) -> None:
        """Hold the row's number against the one before, grow the tree, compare the root where a head stands."""
        expected = self.frontier.size + 1
        if self.whole and row.seq != expected:
            self.whole = False
            self.report.found("gap", str(expected), f"Event number {expected} is missing; the next is number "
                              f"{row.seq}. Heads from there on cannot be compared.")
        self.frontier.append(leaf_of(row))
        signed = self.roots.get(self.frontier.size)
        if self.whole and signed is not None and signed != self.frontier.root().hex():
            self.whole = False  # every later root differs too; the events themselves are still checked
            self.report.found("root", str(self.frontier.size), "The tree over the events up to number "
                              f"{self.frontier.size} is not the one whose head was signed.")
        if row.arrival is not None:
            self.report.found("event_changed", row.id, f"Event {_name(row)}: a numbered event is marked as waiting.")
        self.report.root = self.frontier.root().hex() if signed else self.report.root

    def _event(self, row: Row[Any], erased: Erased) -> None:
        """Check one event and take up the rows it set."""
        self.report.events += 1
        self.report.erased += row.salt is None
        fault = fault_of(row, self.key, erased)
        if fault:
            self.report.found("event_changed", row.id, f"Event {_name(row)}: {fault}.")
        self.latest |= row_hashes(row, erased)

    def _late(self, row: Row[Any]) -> None:
        """Report an event that should long be in the tree."""
        self.report.waiting += 1
        late = row.at is None or microseconds(clock.now()) - row.at > MAX_LAG_SECONDS * 1_000_000
        if late or row.arrival is None:
            self.report.found("late", row.id, f"Event {_name(row)} was never numbered, though more than "
                              f"{MAX_LAG_SECONDS} seconds old: the sequencer stands still, or it was cut out.")

    def _end(self, heads: list[Head]) -> None:
        """Hold the end of the log against the last head and the sequencer's own state."""
        last = heads[-1].size if heads else 0
        if self.frontier.size != last:
            self.report.found("end", str(last), f"The last signed head covers {last} events, the database "
                              f"holds {self.frontier.size} numbered ones.")
        states = self.conn.execute(text("SELECT size, peaks FROM clew.event_tree")).all()
        kept = [(state.size, bytes(state.peaks)) for state in states]
        if kept != [(self.frontier.size, self.frontier.to_bytes())]:
            self.report.found("tree_state", "event_tree", "The sequencer's own state is not the tree over the "
                              "numbered events.")


def _name(row: Row[Any]) -> str:
    """Return how a finding names an event."""
    number = f"number {row.seq}" if row.seq is not None else "without number"
    try:
        when = moment(row.at).isoformat(timespec="seconds") if row.at is not None else "at no time"
    except OverflowError:
        when = "at an impossible time"
    return f"{number} ({row.verb}, {when}, {row.id})"
