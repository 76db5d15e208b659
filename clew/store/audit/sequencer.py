"""Numbers committed events, grows the tree and signs its head. Run every second by the worker as clew_system.

The lag, from an event's commit to its signed head, is the time between two runs; `lag` tells it at any
moment, and beyond MAX_LAG_SECONDS it is a fault that `clew audit verify` and the health page report.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, text

from clew.kernel import clock
from clew.kernel.errors import Unavailable
from clew.kernel.settings import settings
from clew.store.audit import heads as signed
from clew.store.audit.canonical import microseconds, moment
from clew.store.audit.commitment import leaf_data
from clew.store.audit.heads import Head
from clew.store.audit.keys import signing_key
from clew.store.audit.tree import Frontier, leaf_hash

MAX_LAG_SECONDS = 60
BATCH = 5000
LOCK = 0x636C6578  # one sequencer per database at a time
MICROS = "CASE WHEN isfinite(at) THEN CAST(extract(epoch FROM at) * 1000000 AS bigint) END"
HEADER = ("CAST(id AS text) AS id, " + MICROS + " AS at, verb, CAST(officer_id AS text) AS officer_id, "
          "CAST(agency_id AS text) AS agency_id, CAST(case_id AS text) AS case_id, "
          "CAST(owner_agency_id AS text) AS owner_agency_id")
NAMES = ("id", "at", "verb", "officer_id", "agency_id", "case_id", "owner_agency_id")
HEADS = text(f"SELECT size, root, {MICROS} AS at, previous, signer, signature "  # noqa: S608
             "FROM clew.event_heads WHERE size > :size ORDER BY size")
_LAST = text(f"SELECT size, root, {MICROS} AS at, previous, signer, signature "  # noqa: S608
             "FROM clew.event_heads ORDER BY size DESC LIMIT 1")
_WAITING = text(f"SELECT {HEADER}, commitment FROM clew.events WHERE seq IS NULL "  # noqa: S608
                "ORDER BY arrival, id LIMIT :batch")
_NUMBER = text("""
    UPDATE clew.events e SET seq = n.seq, arrival = NULL
    FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS bigint[])) AS n (id, seq)
    WHERE e.id = n.id AND e.seq IS NULL
""")
_HEAD = text("INSERT INTO clew.event_heads (size, root, at, previous, signer, signature) "
             "VALUES (:size, :root, :at, :previous, :signer, :signature)")
_LAG = text("SELECT count(*), coalesce(extract(epoch FROM now() - min(at)), 0) "
            "FROM clew.events WHERE seq IS NULL")
_CHANGED = ("The event log was changed behind the program's back, so no further event is numbered. "
            "Run `clew audit verify` and keep the database and the heads file as they are.")


@dataclass(frozen=True, slots=True)
class Lag:
    """Events committed but not yet in the tree, and the age of the oldest in seconds."""

    waiting: int
    oldest_seconds: float

    @property
    def too_large(self) -> bool:
        """Tell whether the stated bound is broken."""
        return self.oldest_seconds > MAX_LAG_SECONDS


def lag(conn: Connection) -> Lag:
    """Return how far the tree is behind (clew_system)."""
    waiting, oldest = conn.execute(_LAG).one()
    return Lag(int(waiting), float(oldest))


def sequence(conn: Connection, *, heads_path: Path | None = None, keys: Path | None = None) -> int:
    """Number all committed events and return how many; `conn` is clew_system's, outside a transaction.

    Database first, then the heads file: after a crash between the two the next run adds what the file lacks.
    Another sequencer at work: returns 0. Raises Unavailable when tree, heads, key and file disagree.
    """
    path, done = heads_path or settings().heads_path, 0
    while True:
        with conn.begin():
            count = _batch(conn, path, keys)
        if count is None:
            return done
        _publish(conn, path, keys)
        done += count
        if count < BATCH:
            return done


def _batch(conn: Connection, path: Path, keys: Path | None) -> int | None:
    """Number up to BATCH events under the lock and sign the new head; None when another holds the lock."""
    if not conn.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}).scalar_one():
        return None
    waiting = conn.execute(_WAITING, {"batch": BATCH}).all()
    if not waiting:
        return 0
    last = stored_head(conn.execute(_LAST).one_or_none())
    frontier = _trusted_frontier(conn, last, path, keys)
    first = frontier.size + 1
    for row in waiting:
        frontier.append(leaf_of(row))
    numbered = conn.execute(_NUMBER, {"ids": [row.id for row in waiting],
                                      "numbers": list(range(first, frontier.size + 1))})
    if numbered.rowcount != len(waiting):
        raise Unavailable(_CHANGED)
    conn.execute(text("UPDATE clew.event_tree SET size = :size, peaks = :peaks"),
                 {"size": frontier.size, "peaks": frontier.to_bytes()})
    head = signed.sign(signing_key(keys), frontier.size, frontier.root(), microseconds(clock.now()),
                       last.digest() if last else signed.FIRST)
    conn.execute(_HEAD, _columns(head))
    return len(waiting)


def leaf_of(row: Row[Any]) -> bytes:
    """Return the leaf hash of a row with the columns of HEADER and its commitment."""
    return leaf_hash(leaf_data({name: getattr(row, name) for name in NAMES}, bytes(row.commitment)))


def stored_head(row: Row[Any] | None) -> Head | None:
    """Return the head of a row of clew.event_heads."""
    if row is None:
        return None
    return Head(row.size, bytes(row.root).hex(), row.at, bytes(row.previous).hex(),
                bytes(row.signer).hex(), bytes(row.signature).hex())


def _columns(head: Head) -> dict[str, Any]:
    """Return a head as columns of clew.event_heads."""
    return {"size": head.size, "at": moment(head.at), "root": bytes.fromhex(head.root),
            "previous": bytes.fromhex(head.previous), "signer": bytes.fromhex(head.signer),
            "signature": bytes.fromhex(head.signature)}


def _trusted_frontier(conn: Connection, last: Head | None, path: Path, keys: Path | None) -> Frontier:
    """Return the tree's state if it is what the last head signed and the heads file knows nothing newer."""
    size, peaks = conn.execute(text("SELECT size, peaks FROM clew.event_tree FOR UPDATE")).one()
    try:
        frontier = Frontier.from_bytes(size, bytes(peaks))
    except ValueError:
        raise Unavailable(_CHANGED) from None
    trusted = signed.public(signing_key(keys))
    agreed = size == 0 if last is None else (size, frontier.root().hex()) == (last.size, last.root)
    if agreed and last is not None and not signed.is_signed(last, trusted):
        raise Unavailable("signing.key is not the key that signed the log so far. Put it back from the "
                          "backup of the keys.")
    outside = signed.last_of(path, trusted)
    if not agreed or (outside is not None and outside.size > size):
        raise Unavailable(_CHANGED)
    return frontier


def _publish(conn: Connection, path: Path, keys: Path | None) -> None:
    """Add the signed heads that the heads file lacks."""
    trusted = signed.public(signing_key(keys))
    outside = signed.last_of(path, trusted)
    with conn.begin():
        rows = conn.execute(HEADS, {"size": outside.size if outside else 0}).all()
    new = [head for row in rows if (head := stored_head(row)) and signed.is_signed(head, trusted)]
    if new:
        signed.append_missing(path, new, trusted)
