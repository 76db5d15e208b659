"""What a node knows after an ingest, in words that two nodes share: content hashes instead of ids."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from clew.domain.exhibits.arrive import agency_key
from clew.domain.matching.lookup import signals_of
from clew.signals import pdq
from clew.store.db import Work, database
from clew.store.vault import vault

_LINKS = """
    SELECT a.sha256 AS a, b.sha256 AS b, l.matcher, l.version, l.value, l.verdict, l.why
    FROM clew.links l JOIN clew.media a ON a.id = l.media_a JOIN clew.media b ON b.id = l.media_b
    WHERE l.matcher IN ('pdq', 'frames')"""  # what is found in depth comes when nothing else waits, so perhaps later
_PROPOSED = """
    SELECT DISTINCT a.media_id AS one, b.media_id AS other FROM clew.stacked a
    JOIN clew.stack_neighbours n ON n.stack = a.stack JOIN clew.stacked b ON b.stack = n.neighbour
    WHERE a.media_id < b.media_id"""
_CONTENT = """
    SELECT m.object_name, m.sha256, m.size, k.agency_id, k.wrapped_key FROM clew.media m
    JOIN clew.media_keys k ON k.media_id = m.id"""


def links() -> Counter[tuple[Any, ...]]:
    """Return every link of the node with how often it is there (once, that is): stored ones, and measured ones."""
    with database().system_work() as work:
        stored = [(bytes(row.a).hex(), bytes(row.b).hex(), row.matcher, row.version, round(row.value, 4), row.verdict, row.why)
                  for row in work.rows(_LINKS)]
        measured = _measured(work)
    known = {(*sorted(row[:2]), row[2]) for row in stored}
    return Counter((*sorted(row[:2]), *row[2:]) for row in stored + [row for row in measured
                                                                    if (*sorted(row[:2]), row[2]) not in known])


def _measured(work: Work) -> list[tuple[Any, ...]]:
    """Return the pairs that stacks propose and hashes confirm, each once, by the matcher itself."""
    found = []
    for one, other in {tuple(sorted(row)) for row in work.rows(_PROPOSED)}:
        signals = signals_of(work, [one, other])
        score = pdq.compare(signals[one][pdq.NAME], signals[other][pdq.NAME])
        if score.verdict == "match":
            a, b = (bytes(work.value("SELECT sha256 FROM clew.media WHERE id = :id", {"id": each})).hex()
                    for each in (one, other))
            found.append((a, b, pdq.NAME, pdq.VERSION, round(score.value, 4), score.verdict, score.why))
    return found


def endings(contribution: object) -> dict[str, list[tuple[str, str]]]:
    """Return how the files of a contribution ended: (path or nothing for a twin, status) by content."""
    with database().system_work() as work:
        rows = work.rows("SELECT path, status, sha256 FROM clew.files WHERE contribution_id = :id", {"id": contribution})
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(bytes(row.sha256 or b"").hex(), []).append((row.path, row.status))
    return found


def stacks() -> set[str]:
    """Return the content whose hashes lie in a stack."""
    with database().system_work() as work:
        rows = work.rows("SELECT DISTINCT m.sha256 FROM clew.stacked s JOIN clew.media m ON m.id = s.media_id")
    return {bytes(row.sha256).hex() for row in rows}


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
