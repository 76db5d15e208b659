"""The job that puts a sound copy in the place of stored content found missing or damaged, for all who hold it."""

import hashlib
import uuid
from typing import Any

from sqlalchemy import Row

from clew.domain.exhibits.service import agency_key
from clew.kernel.errors import Damaged, Unavailable
from clew.kernel.events import Event
from clew.store.db import Work, database
from clew.store.vault import vault

_SPARE = """
    SELECT s.object_name AS spare, s.media_id, s.agency_id, s.wrapped_key, m.object_name AS held, m.sha256, m.size
    FROM clew.spare_objects s JOIN clew.media m ON m.id = s.media_id WHERE s.object_name = :name"""


def heal(payload: dict[str, Any]) -> None:
    """Prove a spare object by its hash; then it takes the place of the bad one, or it goes."""
    with database().system_work() as work:
        row = work.first(_SPARE, {"name": payload["object"]})
        key = None if row is None else agency_key(work, row.agency_id).unwrap(row.spare, bytes(row.wrapped_key))
    if row is None or key is None:
        return
    sound = _hash(row.spare, key) == bytes(row.sha256)
    with database().system_work() as work:
        work.write("SELECT id FROM clew.media WHERE id = :media FOR UPDATE", {"media": row.media_id})
        # Whoever takes the row away decides; a second run of this job must not drop what the first one has put in use.
        first = work.changed("DELETE FROM clew.spare_objects WHERE object_name = :name", {"name": row.spare})
        used = bool(first) and sound and _still_bad(work, row)
        if used:
            _replace(work, row, key)
        work.record(Event("heal", agency_id=row.agency_id, detail={"healed": used}))
    if first:
        vault().blobs.drop(row.held if used else row.spare)


def _hash(name: str, key: bytes) -> bytes:
    """Return the SHA-256 of what an object holds; empty when it does not open."""
    digest = hashlib.sha256()
    try:
        for piece in vault().blobs.read(name, key):
            digest.update(piece)
    except Damaged:
        return b""
    return digest.digest()


def _still_bad(work: Work, row: Row[Any]) -> bool:
    """Look at the object in use again, now in full and with every agency's key: another copy may have healed it."""
    held = work.value("SELECT object_name FROM clew.media WHERE id = :media", {"media": row.media_id})
    if held != row.held:
        return False
    keys: set[bytes] = set()
    for one in work.rows("SELECT agency_id, wrapped_key FROM clew.media_keys WHERE media_id = :media",
                         {"media": row.media_id}):
        try:
            keys.add(agency_key(work, one.agency_id).unwrap(held, bytes(one.wrapped_key)))
        except Unavailable:  # wrapped for an object that was replaced while this agency brought the same bytes
            return True
    return len(keys) != 1 or _hash(held, keys.pop()) != bytes(row.sha256)


def _replace(work: Work, row: Row[Any], data_key: bytes) -> None:
    """Point the content at the sound object, and wrap its key for every agency that holds the content."""
    work.write("UPDATE clew.media SET object_name = :name WHERE id = :media", {"name": row.spare, "media": row.media_id})
    holders: list[uuid.UUID] = [one.agency_id for one in work.rows(
        "SELECT agency_id FROM clew.media_keys WHERE media_id = :media FOR UPDATE", {"media": row.media_id})]
    for agency in holders:
        work.write("UPDATE clew.media_keys SET wrapped_key = :key WHERE media_id = :media AND agency_id = :agency",
                   {"key": agency_key(work, agency).wrap(row.spare, data_key), "media": row.media_id, "agency": agency})
