"""What becomes of files whose job failed five times: they end with a reason, so that nobody waits for ever."""

import uuid

from clew.kernel.events import Event
from clew.store.db import Work, database

_NOT_OPENED = ("It could not be opened after several tries; the operator's log says why. The bytes are kept: "
               "contribute it again later.")
_NOT_COMPARED = "It could not be compared after several tries. The operator's health page shows the job; it can run again."
_GIVEN_UP = """
    SELECT q.entrypoint, f.id AS file FROM clew.pgqueuer q
    JOIN clew.files f ON f.id = CAST(CAST(convert_from(q.payload, 'UTF8') AS jsonb) ->> 'file' AS uuid)
    WHERE q.status = 'failed' AND ((q.entrypoint = 'describe' AND f.status = 'waiting')
        OR (q.entrypoint = 'match' AND f.status = 'imported' AND NOT f.matched AND f.reason = ''))
    ORDER BY q.id LIMIT 500"""
_END = {
    "describe": "UPDATE clew.files SET status = 'refused', reason = :reason, done_at = now() WHERE id = :file",
    "match": "UPDATE clew.files SET reason = :reason WHERE id = :file"}


def give_up() -> int:
    """End the files of jobs that were given up; return how many."""
    with database().system_work() as work:
        found = work.rows(_GIVEN_UP)
        for row in found:
            _end(work, row.entrypoint, row.file)
        if found:
            work.record(Event("give_up", detail={"files": len(found)}))
    return len(found)


def _end(work: Work, entrypoint: str, file: uuid.UUID) -> None:
    opened = entrypoint == "match"
    work.write(_END[entrypoint], {"file": file, "reason": _NOT_COMPARED if opened else _NOT_OPENED})
    if not opened:
        work.write("UPDATE clew.exhibits e SET state = 'refused' FROM clew.files f WHERE f.id = :file "
                   "AND e.id = f.exhibit_id AND e.state = 'waiting'", {"file": file})
