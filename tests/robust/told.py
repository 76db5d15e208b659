"""What a node knows after an ingest, in words that two nodes share: content hashes instead of ids."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from clew.domain.exhibits.arrive import agency_key
from clew.signals.pdq_hash import DISTANCE
from clew.store.db import Work, database
from clew.store.vault import vault

_LINKS = """
    SELECT a.sha256 AS a, b.sha256 AS b, l.matcher, l.version, l.value, l.verdict, l.why,
           CAST(l.parameters ->> 'distance' AS int) AS bits
    FROM clew.links l JOIN clew.media a ON a.id = l.media_a JOIN clew.media b ON b.id = l.media_b"""
_CONTENT = """
    SELECT m.object_name, m.sha256, m.size, k.agency_id, k.wrapped_key FROM clew.media m
    JOIN clew.media_keys k ON k.media_id = m.id"""


def links() -> Counter[tuple[Any, ...]]:
    """Return every link of the node with how often it is there (once, that is).

    Left out: `possible` ones beyond the radius that look-ups answer in full. A mirrored pair may be a few bits
    nearer from one side than from the other, so that those are found or not by which of the two came last.
    """
    with database().system_work() as work:
        rows = work.rows(_LINKS)
    return Counter((*sorted((bytes(row.a).hex(), bytes(row.b).hex())), row.matcher, row.version,
                    round(row.value, 4), row.verdict, row.why) for row in rows
                   if row.verdict == "match" or (row.bits or 0) <= DISTANCE)


def endings(contribution: object) -> dict[str, list[tuple[str, str]]]:
    """Return how the files of a contribution ended: (path or nothing for a twin, status) by content."""
    with database().system_work() as work:
        rows = work.rows("SELECT path, status, sha256 FROM clew.files WHERE contribution_id = :id", {"id": contribution})
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(bytes(row.sha256 or b"").hex(), []).append((row.path, row.status))
    return found


def stacks() -> set[frozenset[str]]:
    """Return the stacks by content."""
    with database().system_work() as work:
        rows = work.rows("SELECT s.representative_id, m.sha256 FROM clew.stack_members s "
                         "JOIN clew.media m ON m.id = s.media_id")
    members: dict[object, set[str]] = {}
    for row in rows:
        members.setdefault(row.representative_id, set()).add(bytes(row.sha256).hex())
    return {frozenset(one) for one in members.values()}


def differences(one: Mapping[Any, Any] | Iterable[Any], other: Mapping[Any, Any] | Iterable[Any]) -> str:
    """Return what is on one side only, for a failed test."""
    left, right = {json.dumps(x, default=str) for x in one}, {json.dumps(x, default=str) for x in other}
    return f"only here: {sorted(left - right)[:5]}, only there: {sorted(right - left)[:5]}"


def opens(work: Work, row: Any) -> bool:
    """Say whether a key of an agency opens the content of this row and it hashes to what the row says."""
    key = agency_key(work, row.agency_id).unwrap(row.object_name, bytes(row.wrapped_key))
    digest, size = hashlib.sha256(), 0
    for piece in vault().blobs.read(row.object_name, key):
        digest.update(piece)
        size += len(piece)
    return digest.digest() == bytes(row.sha256) and size == row.size


def whole_content() -> int:
    """Open every content with every key that is held; return how many were opened. Asserts that each is whole."""
    with database().system_work() as work:
        rows = work.rows(_CONTENT)
        for row in rows:
            assert opens(work, row), row.object_name
    return len(rows)
