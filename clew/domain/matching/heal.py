"""Copies of content held already prove the object in use: one that does not open gives way to a sound one, for all."""

import hashlib
import logging
import uuid
from typing import Any

from sqlalchemy import Row

from clew.domain.exhibits.service import agency_key
from clew.kernel.errors import Damaged, Unavailable
from clew.kernel.events import Event
from clew.store.db import Work, database
from clew.store.vault import vault

AT_ONCE = 500  # spares settled in one round
_SPARES = """
    SELECT s.object_name AS spare, s.media_id, s.agency_id, s.wrapped_key, m.sha256
    FROM clew.spare_objects s JOIN clew.media m ON m.id = s.media_id"""
# Every object is offered when it comes; of those put in use at once there is nothing to do.
_IN_USE = "SELECT s.object_name FROM clew.spare_objects s JOIN clew.media m USING (object_name)"
_LET_GO = "DELETE FROM clew.spare_objects WHERE object_name = ANY (:names)"
log = logging.getLogger("clew.worker")


def heal(payload: dict[str, Any]) -> None:
    """Settle one spare object, by the name in `payload`."""
    with database().system_work() as work:
        row = work.first(f"{_SPARES} WHERE s.object_name = :name", {"name": payload["object"]})
    if row is not None:
        _settle(row)


def prove_held() -> int:
    """Settle the spares that lie there, the oldest first; return how many. One that cannot be settled now waits."""
    with database().system_work() as work:
        if in_use := [row.object_name for row in work.rows(_IN_USE)]:
            work.record(Event("heal", detail={"in_use": work.changed(_LET_GO, {"names": in_use})}))
        rows = work.rows(f"{_SPARES} ORDER BY s.made_at LIMIT :most", {"most": AT_ONCE})
    settled = 0
    for row in rows:
        try:
            settled += _settle(row)
        except Unavailable as problem:
            log.warning("a copy waits: %s", problem.message)
    return settled


def healed(media_id: uuid.UUID, bad: str) -> bool:
    """Settle the spares of content whose object `bad` does not open; return whether another one is in use now."""
    with database().system_work() as work:
        rows = work.rows(f"{_SPARES} WHERE s.media_id = :media AND s.object_name <> :bad ORDER BY s.made_at",
                         {"media": media_id, "bad": bad})
    for row in rows:
        _settle(row)
    with database().system_work() as work:
        return bool(work.value("SELECT object_name FROM clew.media WHERE id = :media", {"media": media_id}) != bad)


def _settle(row: Row[Any]) -> bool:
    """Read the object in use. Bad, it gives way to this spare if that is sound; whole, the spare goes."""
    with database().system_work() as work:
        held = work.value("SELECT object_name FROM clew.media WHERE id = :media", {"media": row.media_id})
        spare_key = agency_key(work, row.agency_id).unwrap(row.spare, bytes(row.wrapped_key))
        held_key = _key_of_all(work, row.media_id, held)
    sound = _hash(held, held_key) != bytes(row.sha256) and _hash(row.spare, spare_key) == bytes(row.sha256)
    with database().system_work() as work:
        now = work.value("SELECT object_name FROM clew.media WHERE id = :media FOR UPDATE", {"media": row.media_id})
        # Whoever takes the row away decides; a second run must not drop what the first one has put in use.
        first = bool(work.changed("DELETE FROM clew.spare_objects WHERE object_name = :name", {"name": row.spare}))
        used = first and sound and now == held
        if used:
            _replace(work, row, spare_key)
        # Of no agency: whoever reads his agency's events could tell from it which of its files were known elsewhere.
        work.record(Event("heal", detail={"healed": used}))
    if first and row.spare != now:
        vault().blobs.drop(held if used else row.spare)
    return first


def _key_of_all(work: Work, media_id: uuid.UUID, held: str) -> bytes | None:
    """Return the data key that every holder has of the object in use; nothing where one has another or none."""
    keys: set[bytes] = set()
    for one in work.rows("SELECT agency_id, wrapped_key FROM clew.media_keys WHERE media_id = :media", {"media": media_id}):
        opened = agency_key(work, one.agency_id)
        try:
            keys.add(opened.unwrap(held, bytes(one.wrapped_key)))
        except Unavailable:  # wrapped for an object that was replaced while this agency brought the same bytes
            return None
    return keys.pop() if len(keys) == 1 else None


def _hash(name: str, key: bytes | None) -> bytes:
    """Return the SHA-256 of what an object holds; empty when it does not open."""
    digest = hashlib.sha256()
    if key is None:
        return b""
    try:
        for piece in vault().blobs.read(name, key):
            digest.update(piece)
    except Damaged:
        return b""
    return digest.digest()


def _replace(work: Work, row: Row[Any], data_key: bytes) -> None:
    """Point the content at the sound object, and wrap its key for every agency that holds the content."""
    work.write("UPDATE clew.media SET object_name = :name WHERE id = :media", {"name": row.spare, "media": row.media_id})
    holders: list[uuid.UUID] = [one.agency_id for one in work.rows(
        "SELECT agency_id FROM clew.media_keys WHERE media_id = :media FOR UPDATE", {"media": row.media_id})]
    for agency in holders:
        work.write("UPDATE clew.media_keys SET wrapped_key = :key WHERE media_id = :media AND agency_id = :agency",
                   {"key": agency_key(work, agency).wrap(row.spare, data_key), "media": row.media_id, "agency": agency})
