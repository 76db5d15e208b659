"""What is left over is taken away once a day: objects without a row, drafts, broken-off uploads, old answers and
selections.
"""

from collections.abc import Collection
from datetime import timedelta

from clew.domain.matching.depth import look_again
from clew.kernel.errors import NotFound, Refused
from clew.kernel.events import Event
from clew.store.db import Work, database
from clew.store.vault import vault

UPLOADS = timedelta(days=5)  # an upload nobody adds to for so long is given up
_KNOWN = """
    SELECT object_name FROM clew.media WHERE object_name = ANY (:names)
    UNION SELECT object_name FROM clew.searches WHERE object_name = ANY (:names) AND state = 'waiting'
    UNION SELECT object_name FROM clew.spare_objects WHERE object_name = ANY (:names)"""
ANSWERS = timedelta(hours=24)  # how long a lost answer can be asked for again; the database keeps younger ones
MANY = 100  # so many objects, and most of them without a row: that is another database, no leftovers


def keep_house() -> int:
    """Sweep leftovers and return how many went. Raises Refused when the rows seem to be of another node."""
    removed = vault().blobs.sweep(known) + vault().uploads.sweep(UPLOADS)
    with database().system_work() as work:
        removed += _end_uploads(work) + work.changed("DELETE FROM clew.answers WHERE made_at < now() - :age", {"age": ANSWERS})
        removed += work.changed("DELETE FROM clew.selections WHERE made_at < now() - :age", {"age": ANSWERS})
        again = look_again(work)
        work.record(Event("keep_house", detail={"removed": removed, "again": again}))
    return removed


def known(names: Collection[str]) -> Collection[str]:
    """Return those object names that a row needs."""
    with database().system_work() as work:
        found = [row.object_name for row in work.rows(_KNOWN, {"names": list(names)})]
    if len(names) >= MANY and 2 * len(found) < len(names):
        raise Refused("Most stored objects have no row in this database, so nothing is swept. Run `clew check`; "
                      "is this the database that belongs to this content?")
    return found


def _end_uploads(work: Work) -> int:
    """Remove the rows of old uploads whose bytes are gone: they became files, or nobody went on."""
    rows = work.rows("SELECT id FROM clew.uploads WHERE made_at < now() - :age", {"age": UPLOADS})
    ended = []
    for row in rows:
        try:
            vault().uploads.offset(row.id)
        except NotFound:
            ended.append(row.id)
    return work.changed("DELETE FROM clew.uploads WHERE id = ANY (:ids)", {"ids": ended})
