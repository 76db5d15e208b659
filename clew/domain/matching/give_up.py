"""What becomes of files and searches whose job failed five times: they end with a reason; nobody waits for ever."""

import uuid

from clew.kernel.events import Event
from clew.store.db import Work, database
from clew.store.vault import vault

_NOT_OPENED = ("It could not be opened after several tries; the operator's log says why. The bytes are kept: "
               "contribute it again later.")
_NOT_COMPARED = ("It could not be compared after several tries. The operator's health page shows the job; `clew retry` runs it "
                 "again.")
_NOT_SEARCHED = "The file could not be looked at after several tries; the operator's log says why. Search with it again."
_GIVEN_UP = """
    SELECT q.entrypoint, f.id AS file FROM clew.pgqueuer q
    JOIN clew.files f ON f.id = CAST(CAST(convert_from(q.payload, 'UTF8') AS jsonb) ->> 'file' AS uuid)
    WHERE q.status = 'failed' AND ((q.entrypoint = 'describe' AND f.status = 'waiting')
        OR (q.entrypoint = 'match' AND f.status = 'imported' AND NOT f.matched AND f.reason = ''))
    ORDER BY q.id LIMIT 500"""
_END = {
    "describe": "UPDATE clew.files SET status = 'refused', reason = :reason, done_at = now() WHERE id = :file",
    "match": "UPDATE clew.files SET reason = :reason WHERE id = :file"}
_SEARCHES = """
    SELECT s.id, s.object_name FROM clew.pgqueuer q
    JOIN clew.searches s ON s.id = CAST(CAST(convert_from(q.payload, 'UTF8') AS jsonb) ->> 'search' AS uuid)
    WHERE q.status = 'failed' AND q.entrypoint = 'search' AND s.state = 'waiting' LIMIT 500"""
_END_SEARCH = "UPDATE clew.searches SET state = 'refused', reason = :reason, done_at = now() WHERE id = ANY (:ids)"


def give_up() -> int:
    """End the files and searches of jobs that were given up; return how many."""
    with database().system_work() as work:
        found, searches = work.rows(_GIVEN_UP), work.rows(_SEARCHES)
        for row in found:
            _end(work, row.entrypoint, row.file)
        if searches:
            work.write(_END_SEARCH, {"reason": _NOT_SEARCHED, "ids": [search.id for search in searches]})
        if found or searches:
            work.record(Event("give_up", detail={"files": len(found), "searches": len(searches)}))
    for search in searches:
        if search.object_name is not None:  # what an exhibit is searched with stays
            vault().blobs.drop(search.object_name)
    return len(found) + len(searches)


def _end(work: Work, entrypoint: str, file: uuid.UUID) -> None:
    opened = entrypoint == "match"
    work.write(_END[entrypoint], {"file": file, "reason": _NOT_COMPARED if opened else _NOT_OPENED})
    if not opened:
        work.write("UPDATE clew.exhibits e SET state = 'refused' FROM clew.files f WHERE f.id = :file "
                   "AND e.id = f.exhibit_id AND e.state = 'waiting'", {"file": file})
