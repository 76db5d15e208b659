"""The job that looks at one imported file in depth: details, likeness and sound, and the pairs they make.

It opens the file a second time, when nothing else waits, so that what is known by hash is known while material still
comes in (docs/decisions/025). Safe to run twice.
"""

import os
import uuid
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Row

from clew.domain.exhibits.service import agency_key
from clew.domain.matching.describe import write_signals
from clew.domain.matching.heal import healed
from clew.domain.matching.lookup import COMPARED, beside, near_by_hash, pairs, proposed
from clew.domain.matching.match import write_links
from clew.domain.matching.rules import Found, Signals, in_depth
from clew.domain.matching.tools import sandbox
from clew.kernel.errors import Damaged, Refused
from clew.kernel.events import Event
from clew.media.opened import Opened
from clew.signals import details, likeness, place, registry, sound
from clew.signals.contract import Matcher, Signal
from clew.store import signal_rows
from clew.store.db import Work, database
from clew.store.jobs import enqueue_many
from clew.store.memory import in_memory
from clew.store.shelves import HASHED

_CREW = ThreadPoolExecutor(os.cpu_count(), "clew-compare")  # its threads come with the first pair; matchers let others run
_FILE = """
    SELECT f.id, f.case_id, f.exhibit_id, f.in_depth, e.media_id, m.kind, m.object_name, m.size, k.officer_id,
           c.owner_agency_id, y.wrapped_key, f.status = 'imported' AND e.withdrawn_at IS NULL AND a.cut_off_at IS NULL AS stands
    FROM clew.files f JOIN clew.exhibits e ON e.id = f.exhibit_id JOIN clew.media m ON m.id = e.media_id
    JOIN clew.contributions k ON k.id = f.contribution_id JOIN clew.cases c ON c.id = f.case_id
    JOIN clew.agencies a ON a.id = c.owner_agency_id
    JOIN clew.media_keys y ON y.media_id = m.id AND y.agency_id = c.owner_agency_id
    WHERE f.id = :file"""


def look(payload: dict[str, Any]) -> None:
    """Look at one imported file in depth and store the links that come of it."""
    with database().system_work() as work:
        file = work.first(_FILE, {"file": payload["file"]})
        key = agency_key(work, file.owner_agency_id) if file is not None else None
    if file is None or key is None or file.in_depth == "done":
        return
    opened = None
    if file.stands and file.kind in ("picture", "film", "sound"):
        try:
            with in_memory(file.object_name, key.unwrap(file.object_name, bytes(file.wrapped_key)), file.size) as content:
                opened = sandbox().open(content)
        except Refused:  # it was opened once; what stopped it now is no reason to take it back
            opened = None
        except Damaged:
            if healed(file.media_id, file.object_name):
                look(payload)  # from the object that took the other's place
                return
    if opened is not None:
        _look_at(file, opened)
    with database().system_work() as work:
        work.write("UPDATE clew.files SET in_depth = 'done' WHERE id = :file", {"file": file.id})
        work.write("UPDATE clew.exhibits SET in_depth = true WHERE id = :exhibit", {"exhibit": file.exhibit_id})
        work.record(_event(file))


def _event(file: Row[Any], **detail: Any) -> Event:
    return Event("look", officer_id=file.officer_id, agency_id=file.owner_agency_id, case_id=file.case_id,
                 owner_agency_id=file.owner_agency_id, subject=f"exhibit:{file.exhibit_id}", detail=detail)


def _look_at(file: Row[Any], opened: Opened) -> None:
    """Keep the signals, then find the pairs: whoever is looked at later finds this file, whoever came before is found."""
    matchers = [one for one in registry.IN_DEPTH if registry.is_on(one)]  # asked once: a model may come or go meanwhile
    with database().system_work() as work:
        matchers += _not_seen(work, file, registry.AT_ONCE)
    signals = registry.describe(opened, matchers)
    with database().system_work() as work:
        write_signals(work, file.media_id, opened, signals, matchers)
        work.record(_event(file, signals=len(signals)))
    with database().system_work() as work:
        known = near_by_hash(work, file.media_id) if opened.kind == "picture" else set()
        ours = by_matcher(signals)
        found = pairs_in_depth(work, ours, file.media_id, known)
        if any(ours.get(name) for name in HASHED):  # what a newer version of a matcher finds, at once
            found += pairs(work, {name: ours.get(name, []) for name in HASHED}, file.media_id)
        write_links(work, file.media_id, found)
        work.record(_event(file))  # not how many: that counts what is not in this agency's sight


def _not_seen(work: Work, file: Row[Any], matchers: Sequence[Matcher]) -> list[Matcher]:
    """Return the matchers whose present version has not seen this media."""
    seen = {(row.matcher, row.version) for row in work.rows(
        "SELECT matcher, version FROM clew.described WHERE media_id = :media", {"media": file.media_id})}
    return [one for one in matchers if file.kind in one.MEDIA and one.INDEX != "exact" and (one.NAME, one.VERSION) not in seen]


def by_matcher(signals: Iterable[Signal]) -> dict[str, list[Signal]]:
    """Return signals by their matcher."""
    found: dict[str, list[Signal]] = {}
    for signal in signals:
        found.setdefault(signal.matcher, []).append(signal)
    return found


def pairs_in_depth(work: Work, ours: Signals, itself: uuid.UUID | None = None, known: Iterable[uuid.UUID] = (), *,
                   alike: bool = False) -> list[Found]:
    """Return every pair these signals make in depth; `alike`: also those that merely look alike, for a search.

    Whatever one index proposes is compared by every matcher that can: a model's likeness proposes what details then lay
    over each other (by itself it makes no link), a sound the film whose pictures were changed. What lies in another
    picture is told already and is not asked about as a place again.
    """
    passed = {itself, *known}
    others = list(dict.fromkeys(
        other for name in (details.NAME, likeness.NAME, sound.NAME) for other in proposed(work, name, ours, passed)))
    found: list[Found] = []
    for name in (details.NAME, sound.NAME, *((likeness.NAME,) if alike else ())):
        found += _with_copies(work, name, ours, others, passed, itself)
    passed |= {one.other for one in found if one.matcher == details.NAME and one.score.verdict == "match"}
    same_place = proposed(work, place.NAME, ours, passed)[:place.COMPARED]
    return found + _with_copies(work, place.NAME, ours, same_place, passed, itself)


def _with_copies(work: Work, name: str, ours: Signals, others: Sequence[uuid.UUID], passed: set[uuid.UUID | None],
                 itself: uuid.UUID | None) -> list[Found]:
    """Return the pairs one matcher makes with these media, and with near copies of those it makes one with."""
    if not ours.get(name):
        return []
    sure = _compared(work, name, ours, others, itself)
    copies = beside(work, [one.other for one in sure]) - {*others, *passed}
    return sure + _compared(work, name, ours, sorted(copies), itself)


def _compared(work: Work, name: str, ours: Signals, others: Sequence[uuid.UUID], itself: uuid.UUID | None) -> list[Found]:
    """Return the pairs that are worth telling, a few stored media in memory at a time."""
    found: list[Found | None] = []
    for start in range(0, len(others), COMPARED):
        theirs = signal_rows.read(work, others[start:start + COMPARED], [name])
        found += _CREW.map(lambda pair: in_depth(name, pair[0], ours, pair[1], itself), theirs.items())
    return [one for one in found if one is not None]


# --- When files are looked at: while nothing else waits, or slowly after a quarter of an hour. ---
AT_A_TIME = 8
_DUE = "SELECT EXISTS (SELECT 1 FROM clew.files WHERE in_depth = 'later' AND matched AND status = 'imported')"
_NEXT = """
    WITH state AS (SELECT
        EXISTS (SELECT 1 FROM clew.pgqueuer q WHERE q.entrypoint IN ('describe', 'match', 'search')
                AND q.status IN ('queued', 'picked') AND q.execute_after <= now()) AS busy,
        (SELECT f.made_at FROM clew.files f ORDER BY f.id DESC LIMIT 1) > now() - interval '3 seconds' AS arriving,
        (SELECT count(*) FROM clew.pgqueuer q WHERE q.entrypoint = 'look' AND q.status IN ('queued', 'picked')
                AND q.execute_after <= now()) AS under_way)
    UPDATE clew.files SET in_depth = 'queued' WHERE id IN (
        SELECT f.id FROM clew.files f, state s
        WHERE f.in_depth = 'later' AND f.matched AND f.status = 'imported'
          AND (NOT (s.busy OR s.arriving) OR f.made_at < now() - interval '15 minutes')
          AND s.under_way < CASE WHEN s.busy OR s.arriving THEN 1 ELSE :most END
        ORDER BY f.id LIMIT (SELECT CASE WHEN s.busy OR s.arriving THEN 1 ELSE :most END FROM state s)
        FOR UPDATE OF f SKIP LOCKED)
    RETURNING id, (SELECT s.busy OR s.arriving FROM state s) AS waited"""


_AGAIN = """
    UPDATE clew.files f SET in_depth = 'later' FROM clew.exhibits e JOIN clew.media m ON m.id = e.media_id
    WHERE e.id = f.exhibit_id AND f.in_depth = 'done' AND f.status = 'imported' AND e.withdrawn_at IS NULL
      AND m.kind = ANY (:kinds) AND NOT EXISTS (SELECT 1 FROM clew.described d
        WHERE d.media_id = m.id AND d.matcher = :matcher AND d.version = :version)"""


# A job that was given up is tried anew: what stopped it may be gone, and nobody waits for ever.
_GIVEN_UP = """
    UPDATE clew.files f SET in_depth = 'later' WHERE f.in_depth = 'queued' AND NOT EXISTS (
        SELECT 1 FROM clew.pgqueuer q WHERE q.entrypoint = 'look' AND q.status IN ('queued', 'picked')
        AND CAST(CAST(convert_from(q.payload, 'UTF8') AS jsonb) ->> 'file' AS uuid) = f.id)"""


# A link with what was withdrawn stood for that one's near copies: the other side is compared with those that are left.
_BEREFT = """
    WITH gone AS (
        DELETE FROM clew.links l WHERE l.matcher = ANY (:matchers)
          AND EXISTS (SELECT 1 FROM unnest(ARRAY[l.media_a, l.media_b]) m(id) WHERE NOT EXISTS (
              SELECT 1 FROM clew.exhibits e WHERE e.media_id = m.id AND e.withdrawn_at IS NULL))
          AND NOT EXISTS (SELECT 1 FROM clew.judgements j WHERE j.link_id = l.id)
        RETURNING l.media_a, l.media_b)
    UPDATE clew.files f SET in_depth = 'later' FROM clew.exhibits e, gone g
    WHERE e.id = f.exhibit_id AND e.withdrawn_at IS NULL AND f.in_depth = 'done' AND e.media_id IN (g.media_a, g.media_b)"""


def look_again(work: Work) -> int:
    """Have files looked at again that a matcher has not seen in its present version: a model was installed since.

    So are those whose job was given up, and those whose link's other side was withdrawn.
    """
    again = work.changed(_GIVEN_UP) + work.changed(_BEREFT, {"matchers": [one.NAME for one in registry.IN_DEPTH]})
    return again + sum(
        work.changed(_AGAIN, {"kinds": sorted(one.MEDIA), "matcher": one.NAME, "version": one.VERSION})
        for one in registry.MATCHERS if one.INDEX != "exact" and registry.is_on(one))


def feed(most: int = AT_A_TIME) -> int:
    """Queue files that are to be looked at in depth, if it is their time; return how many."""
    with database().system_work() as work:
        if not work.value(_DUE):
            return 0
        files = work.rows(_NEXT, {"most": most})
        if files:
            # One that waited for a quarter of an hour goes in between: at the usual rank it would never be its turn.
            enqueue_many(work.conn, "look", [{"file": str(row.id)} for row in files], priority=1 if files[0].waited else -1)
            work.record(Event("feed", detail={"files": len(files)}))
    return len(files)
