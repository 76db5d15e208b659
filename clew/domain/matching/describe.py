"""The job that opens one delivered file in the sandbox and writes down its signals. Safe to run twice."""

import json
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from clew.domain.exhibits.service import agency_key
from clew.domain.matching.archives import SUSPENDED, WITHDRAWN, expand
from clew.domain.matching.heal import healed
from clew.domain.matching.tools import sandbox
from clew.kernel.errors import Conflict, Damaged, Refused
from clew.kernel.events import Event
from clew.media.members import is_archive
from clew.media.opened import Opened
from clew.media.renditions import safe_thumbnail
from clew.signals import registry
from clew.signals.contract import Matcher, Signal
from clew.store import signal_rows
from clew.store.db import Work, database
from clew.store.jobs import enqueue
from clew.store.memory import in_memory
from clew.store.vault import vault

DAMAGED = "The stored copy of this file is damaged. Contribute the file again: the new copy takes its place."
_FILE = """
    SELECT f.id, f.path, f.status, f.contribution_id, f.case_id, f.exhibit_id, e.media_id, m.object_name, m.size,
           k.officer_id, c.owner_agency_id, o.suspended_at IS NOT NULL OR a.cut_off_at IS NOT NULL AS suspended, y.wrapped_key,
           e.withdrawn_at IS NOT NULL AS withdrawn
    FROM clew.files f JOIN clew.exhibits e ON e.id = f.exhibit_id JOIN clew.media m ON m.id = e.media_id
    JOIN clew.contributions k ON k.id = f.contribution_id JOIN clew.cases c ON c.id = f.case_id
    JOIN clew.officers o ON o.id = k.officer_id JOIN clew.agencies a ON a.id = o.agency_id
    JOIN clew.media_keys y ON y.media_id = m.id AND y.agency_id = c.owner_agency_id
    WHERE f.id = :file"""


def describe(payload: dict[str, Any]) -> None:
    """Open one file, keep its signals and safe thumbnail, and queue its matching."""
    with database().system_work() as work:
        file = work.first(_FILE, {"file": payload["file"]})
        key = agency_key(work, file.owner_agency_id) if file is not None else None
    if file is None or key is None or file.status != "waiting":
        return
    if file.suspended or file.withdrawn:
        _end_refused(file, SUSPENDED if file.suspended else WITHDRAWN, of_content=False)
        return
    try:
        with in_memory(file.object_name, key.unwrap(file.object_name, bytes(file.wrapped_key)), file.size) as content:
            if is_archive(content):
                expand(file, content)
                _end_imported(file, None, [])
            else:
                # No name goes in: the reason is kept with the content, which another agency may hold too.
                opened = sandbox().open(content)
                _end_imported(file, opened, registry.describe(opened, registry.AT_ONCE))
    except Refused as refusal:
        _end_refused(file, refusal.message)
    except Conflict as stopped:  # withdrawn or suspended meanwhile; members that were brought stay
        _end_refused(file, stopped.message, of_content=False)
    except Damaged:
        if healed(file.media_id, file.object_name):
            describe(payload)  # from the object that took the other's place
        else:
            _end_refused(file, DAMAGED, of_content=False)


def _event(file: Row[Any], verb: str, **detail: Any) -> Event:
    """Return an event in the name of the officer who brought the file."""
    return Event(verb, officer_id=file.officer_id, agency_id=file.owner_agency_id, case_id=file.case_id,
                 owner_agency_id=file.owner_agency_id, subject=f"exhibit:{file.exhibit_id}", detail=detail)


def _end_refused(file: Row[Any], reason: str, *, of_content: bool = True) -> None:
    """Keep the bytes and the exhibit, say why it was not opened, and go on.

    Content is shared: only what is wrong with the bytes themselves is kept there, never what became of a delivery.
    """
    with database().system_work() as work:
        if of_content:
            work.write("UPDATE clew.media SET refusal = :reason WHERE id = :media AND described_at IS NULL",
                       {"reason": reason, "media": file.media_id})
        work.write("UPDATE clew.exhibits SET state = 'refused', refusal = :reason WHERE id = :exhibit",
                   {"reason": reason if of_content else "", "exhibit": file.exhibit_id})
        work.write("UPDATE clew.files SET status = 'refused', reason = :reason, done_at = now() WHERE id = :file",
                   {"reason": reason, "file": file.id})
        work.record(_event(file, "describe", refused=reason))


def _end_imported(file: Row[Any], opened: Opened | None, signals: list[Signal]) -> None:
    """Write signals, facts and thumbnail; content another agency brought before keeps what it has.

    Opening takes long: whose officer was suspended or agency cut off meanwhile goes no further. Raises Conflict.
    """
    with database().system_work() as work:
        now = work.first(_FILE, {"file": file.id})
        if now is None or now.suspended or now.withdrawn:
            raise Conflict(SUSPENDED if now is not None and now.suspended else WITHDRAWN)
        if opened is not None:
            _describe_media(work, file.media_id, opened)
            write_signals(work, file.media_id, opened, signals, [one for one in registry.AT_ONCE if registry.is_on(one)])
        else:
            work.write("UPDATE clew.media SET kind = 'archive', described_at = coalesce(described_at, now()), "
                       "matched_at = coalesce(matched_at, now()) WHERE id = :media", {"media": file.media_id})
        work.write("UPDATE clew.exhibits SET state = 'imported', refusal = '' WHERE id = :exhibit",
                   {"exhibit": file.exhibit_id})
        work.write("UPDATE clew.files SET status = 'imported', done_at = now(), matched = :whole, "
                   "in_depth = CASE WHEN :whole THEN 'done' ELSE 'later' END WHERE id = :file",
                   {"file": file.id, "whole": opened is None})
        if opened is not None:
            enqueue(work.conn, "match", {"file": str(file.id)}, priority=1, about=str(file.contribution_id))
        work.record(_event(file, "describe", signals=len(signals)))


def _describe_media(work: Work, media_id: uuid.UUID, opened: Opened) -> None:
    thumbnail = None
    if opened.picture is not None:
        thumbnail = vault().keyring.seal_small(safe_thumbnail(opened.picture), f"thumbnail:{media_id}")
    work.write(
        "UPDATE clew.media SET kind = :kind, media_type = :type, width = :width, height = :height, "
        "duration = :duration, facts = CAST(:facts AS jsonb), safe_thumbnail = :thumbnail, refusal = '', described_at = now() "
        "WHERE id = :media AND described_at IS NULL",
        {"kind": opened.kind, "type": opened.media_type, "width": opened.width, "height": opened.height,
         "duration": opened.duration, "facts": json.dumps(opened.facts), "thumbnail": thumbnail, "media": media_id})


def write_signals(work: Work, media_id: uuid.UUID, opened: Opened, signals: list[Signal],
                  matchers: Sequence[Matcher]) -> None:
    """Write the signals of each matcher version once a media, whoever describes it."""
    for matcher in matchers:
        # The digests of the exact matcher are the media row's own; there is nothing more to write down.
        if opened.kind in matcher.MEDIA and matcher.INDEX != "exact":
            signal_rows.write(work, media_id, matcher.NAME, matcher.VERSION,
                              [one for one in signals if one.matcher == matcher.NAME], registry.is_picture)
