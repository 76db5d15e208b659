"""Proofs that leave the node: that an event is in a signed log, and that one signed log continues another.

A proof is plain JSON and holds no word of any event; checking it needs the node's public key only.
"""

import uuid
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, text

from clew.kernel.errors import BadInput, NotFound
from clew.store.audit import tree
from clew.store.audit.heads import FIELDS, Head, is_signed
from clew.store.audit.sequencer import HEADER, HEADS, leaf_of, stored_head

_LEAVES = text(f"SELECT {HEADER}, commitment, seq FROM clew.events "  # noqa: S608
               "WHERE seq <= :size ORDER BY seq")


def _heads(conn: Connection) -> list[Head]:
    """Return all signed heads, oldest first."""
    return [head for row in conn.execute(HEADS, {"size": 0}) if (head := stored_head(row))]


def _leaves(conn: Connection, size: int) -> list[bytes]:
    """Return the first `size` leaf hashes (32 bytes each; all of them are held)."""
    return [leaf_of(row) for row in conn.execute(_LEAVES, {"size": size}, execution_options={"yield_per": 2000})]


def prove_event(conn: Connection, event_id: uuid.UUID) -> dict[str, Any]:
    """Return the proof that an event is in the newest signed log. Raises NotFound while it has no number."""
    seq = conn.execute(text("SELECT seq FROM clew.events WHERE id = :id"), {"id": event_id}).scalar_one_or_none()
    heads = _heads(conn)
    if seq is None or not heads or seq > heads[-1].size:
        raise NotFound
    leaves = _leaves(conn, heads[-1].size)
    return {"event": str(event_id), "leaf": leaves[seq - 1].hex(), "index": seq - 1,
            "path": [step.hex() for step in tree.inclusion_proof(leaves, seq - 1)], "head": asdict(heads[-1])}


def prove_growth(conn: Connection, older: Head) -> dict[str, Any]:
    """Return the proof that the newest signed log begins with the log of `older` (a head kept elsewhere)."""
    heads = _heads(conn)
    if not heads or older.size > heads[-1].size:
        raise BadInput("The log of this node is shorter than the head given. Run `clew audit verify`.")
    path = tree.consistency_proof(_leaves(conn, heads[-1].size), older.size)
    return {"older": asdict(older), "path": [step.hex() for step in path], "head": asdict(heads[-1])}


def _head_of(fields: Any) -> Head:
    """Return a head from JSON. Raises ValueError when it is none."""
    if not isinstance(fields, dict) or {name: type(value) for name, value in fields.items()} != FIELDS:
        raise ValueError("not a head")
    return Head(**fields)


def check_event_proof(proof: dict[str, Any], trusted: str) -> bool:
    """Tell whether `proof` (of `prove_event`) holds under the public key `trusted` (hex)."""
    try:
        head = _head_of(proof["head"])
        path = [bytes.fromhex(step) for step in proof["path"]]
        return is_signed(head, trusted) and tree.check_inclusion(
            bytes.fromhex(proof["leaf"]), proof["index"], head.size, path, bytes.fromhex(head.root))
    except (KeyError, TypeError, ValueError):
        return False


def check_growth_proof(proof: dict[str, Any], trusted: str) -> bool:
    """Tell whether `proof` (of `prove_growth`) holds under the public key `trusted` (hex)."""
    try:
        older, head = _head_of(proof["older"]), _head_of(proof["head"])
        path = [bytes.fromhex(step) for step in proof["path"]]
        return is_signed(older, trusted) and is_signed(head, trusted) and tree.check_consistency(
            older.size, head.size, bytes.fromhex(older.root), bytes.fromhex(head.root), path)
    except (KeyError, TypeError, ValueError):
        return False
