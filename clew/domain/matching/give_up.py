"""What becomes of files whose job failed five times: they end with a reason, so that nobody waits for ever."""

import json

from clew.kernel.events import Event
from clew.store.db import Work, database

_NOT_OPENED = ("It could not be opened after several tries; the operator's log says why. The bytes are kept: "
               "contribute it again later.")
_NOT_COMPARED = "It could not be compared after several tries. The operator's health page shows the job; it can run again."
_GIVEN_UP = """
    SELECT q.id, q.entrypoint, q.payload FROM clew.pgqueuer q
    WHERE q.status = 'failed' AND q.entrypoint IN ('describe', 'match') ORDER BY q.id LIMIT 500"""
_END = {
    "describe": "UPDATE clew.files SET status = 'refused', reason = :reason, done_at = now() "
                "WHERE id = :file AND status = 'waiting'",
    "match": "UPDATE clew.files SET reason = :reason WHERE id = :file AND status = 'imported' AND NOT matched "
             "AND reason = ''"}


def give_up() -> int:
    """End the files of jobs that were given up; return how many were touched."""
    with database().system_work() as work:
        ended = sum(_end(work, row.entrypoint, json.loads(row.payload or b"{}").get("file"))
                    for row in work.rows(_GIVEN_UP))
        if ended:
            work.record(Event("give_up", detail={"files": ended}))
    return ended


def _end(work: Work, entrypoint: str, file: str | None) -> int:
    reason = _NOT_OPENED if entrypoint == "describe" else _NOT_COMPARED
    touched = work.changed(_END[entrypoint], {"file": file, "reason": reason}) if file else 0
    if touched and entrypoint == "describe":
        work.write("UPDATE clew.exhibits e SET state = 'refused' FROM clew.files f WHERE f.id = :file "
                   "AND e.id = f.exhibit_id AND e.state = 'waiting'", {"file": file})
    return touched
