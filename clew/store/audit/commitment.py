"""What is hashed for one event: salted commitment, leaf of the tree, and the node's seal. Pure.

The commitment covers everything; the leaf repeats who, when and what beside it, so that an event whose words
were erased (payload, salt, subject, purpose) still cannot change its officer, verb, case or time.
"""

import hashlib
import hmac
import uuid
from datetime import datetime
from typing import Any

from clew.kernel.events import Event
from clew.store.audit.canonical import canonical, microseconds, plain, text

SALT = 16


def header(event: Event, at: datetime, event_id: uuid.UUID) -> dict[str, Any]:
    """Return what stays when an event is erased: id, time, verb and the four identifiers."""
    def spelled(value: uuid.UUID | None) -> str | None:
        return None if value is None else str(value)

    return {"id": str(event_id), "at": microseconds(at), "verb": text(event.verb),
            "officer_id": spelled(event.officer_id), "agency_id": spelled(event.agency_id),
            "case_id": spelled(event.case_id), "owner_agency_id": spelled(event.owner_agency_id)}


def payload(event: Event) -> dict[str, Any]:
    """Return what the payload column holds: the event's detail and the hashes of the rows it set."""
    return {"detail": plain(event.detail), "row_hashes": plain(event.row_hashes)}


def commit(salt: bytes, head: dict[str, Any], subject: str, purpose: str, words: Any) -> bytes:
    """Return SHA-256(salt || canonical JSON of everything but the number in the log)."""
    whole = head | {"subject": subject, "purpose": purpose, "payload": words}
    return hashlib.sha256(salt + canonical(whole)).digest()


def commitment(event: Event, salt: bytes, at: datetime, event_id: uuid.UUID) -> bytes:
    """Return the 32-byte commitment of `event`, made at `at` under `event_id`, with 16 bytes of salt."""
    return commit(salt, header(event, at, event_id), text(event.subject), text(event.purpose), payload(event))


def leaf_data(head: dict[str, Any], committed: bytes) -> bytes:
    """Return the bytes of the event's leaf in the tree."""
    return canonical(head | {"commitment": committed.hex()})


def seal(key: bytes, leaf: bytes) -> bytes:
    """Return HMAC-SHA256 of the leaf under the node's event key, which the database never holds."""
    return hmac.digest(key, leaf, "sha256")
