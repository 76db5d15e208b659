"""One event as it lies in the database, and whether it is the one that was written."""

import hmac
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, text

from clew.store.audit.commitment import commit, leaf_data, seal
from clew.store.audit.sequencer import HEADER, NAMES

COLUMNS = (HEADER + ", subject, purpose, CAST(payload AS text) AS payload, salt, commitment, seal, seq, arrival")
_ERASING = text(f"SELECT {COLUMNS} FROM clew.events WHERE verb = 'erase'")  # noqa: S608

Erased = Mapping[str, Mapping[str, str]]  # id of an erased event -> the row hashes it had carried


def _exact(digits: str) -> float:
    """Return a float, refusing digits that a float would swallow (a change could hide there)."""
    value = float(digits)
    if format(Decimal(repr(value)), "f") != digits:
        raise ValueError("not a number this program wrote")
    return value


def words_of(row: Row[Any]) -> Any:
    """Return the payload of a stored event. Raises ValueError when no event of ours can read so."""
    return None if row.payload is None else json.loads(row.payload, parse_float=_exact)


def fault_of(row: Row[Any], key: bytes, erased: Erased) -> str:
    """Say what is wrong with a stored event, or return an empty string."""
    head = {name: getattr(row, name) for name in NAMES}
    if not hmac.compare_digest(seal(key, leaf_data(head, bytes(row.commitment))), bytes(row.seal)):
        return ("its seal is not this node's: its time, verb, officer, agency, case or commitment was changed, "
                "or it was inserted by somebody else")
    if row.salt is None and row.payload is None:
        return _fault_of_erased(row, erased)
    if row.salt is None or row.payload is None:
        return "a part of it was removed"
    try:
        same = commit(bytes(row.salt), head, row.subject, row.purpose, words_of(row)) == bytes(row.commitment)
    except ValueError:
        same = False
    return "" if same else "its subject, purpose or details were changed after it was written"


def _fault_of_erased(row: Row[Any], erased: Erased) -> str:
    """Say what is wrong with an event without words, or return an empty string."""
    if row.id not in erased:
        return "its details were removed, and no erase event names it"
    if row.subject or row.purpose:
        return "it was erased, but words were written into it afterwards"
    return ""


def erasures(conn: Connection, key: bytes) -> dict[str, dict[str, str]]:
    """Return the events named by sound `erase` events, with the row hashes these kept."""
    named: dict[str, dict[str, str]] = {}
    for row in conn.execute(_ERASING):
        if not fault_of(row, key, {}):
            named |= words_of(row)["detail"].get("events", {})
    return named


def row_hashes(row: Row[Any], erased: Erased) -> dict[str, str]:
    """Return the rows that the event set ("table:id" -> hash), also when it was erased; {} when unreadable."""
    if row.id in erased:
        return dict(erased[row.id])
    try:
        found = words_of(row)["row_hashes"]
        return {str(name): str(value) for name, value in found.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
