"""How stored bytes become a file row and an exhibit: shared by officers' uploads and the worker's archives."""

import uuid
from itertools import count
from typing import Any

from sqlalchemy import Row

from clew.kernel import ids
from clew.kernel.errors import Conflict
from clew.kernel.ids import AgencyId, CaseId, ContributionId, ExhibitId, MediaId
from clew.store.blobs import Stored
from clew.store.db import Work
from clew.store.jobs import enqueue
from clew.store.keys import AgencyKey
from clew.store.vault import vault

_TWIN = """
    SELECT e.id, e.state = 'refused' AND e.refusal = '' AS unopened FROM clew.exhibits e
    WHERE e.case_id = :case AND e.media_id = :media AND e.withdrawn_at IS NULL"""


def agency_key(work: Work, agency_id: uuid.UUID) -> AgencyKey:
    """Return the opened key of an agency."""
    wrapped = work.value("SELECT wrapped_key FROM clew.agencies WHERE id = :id", {"id": agency_id})
    return vault().keyring.agency(agency_id, bytes(wrapped))


def deposit(work: Work, agency_id: AgencyId, stored: Stored) -> MediaId:
    """Give an agency its key to this content and return the media id; `stored` stays, whatever becomes of it.

    Content that is here already keeps its object, and its key is wrapped again for this agency. The new object stays
    beside it as a spare: only the worker may take the time to read the one in use, and then drops one of the two
    (`matching/heal.py`). Every object is offered like that, also the one put in use, so that work and answer are the same
    whether the content was known or not.
    """
    row = work.write("SELECT * FROM clew.deposit_media(:id, :sha256, :sha1, :md5, :size, :name)",
                     {"id": ids.ordered(), "sha256": stored.sha256, "sha1": stored.sha1, "md5": stored.md5,
                      "size": stored.size, "name": stored.object_name})[0]
    kept = row.object_name == stored.object_name
    holder = agency_key(work, row.held_by or agency_id)
    data_key = stored.data_key if kept else holder.unwrap(row.object_name, bytes(row.wrapped_key))
    wrapped = agency_key(work, agency_id).wrap(row.object_name, data_key)
    work.write("SELECT clew.add_media_key(:media, :agency, :key)",
               {"media": row.media_id, "agency": agency_id, "key": wrapped})
    offered = agency_key(work, agency_id).wrap(stored.object_name, stored.data_key)
    work.write("SELECT clew.offer_object(:media, :name, :agency, :key)",
               {"media": row.media_id, "name": stored.object_name, "agency": agency_id, "key": offered})
    if not vault().blobs.looks_whole(row.object_name, stored.size):  # what waits for it need not wait for the round
        enqueue(work.conn, "heal", {"object": stored.object_name}, priority=3)
    return MediaId(row.media_id)


def known_file(work: Work, contribution_id: ContributionId, path: str, sha256: bytes) -> Row[Any] | None:
    """Return the row of a file that was delivered before under this path. Raises Conflict for other bytes.

    One that could not be brought then is not known: it gives its place to the file when that comes.
    """
    row = work.first("SELECT id, path, status, reason, exhibit_id, sha256, size, parent_id FROM clew.files "
                     "WHERE contribution_id = :contribution AND path = :path",
                     {"contribution": contribution_id, "path": path})
    if row is not None and row.status == "refused" and row.sha256 is None and row.parent_id is None:
        return None
    if row is not None and bytes(row.sha256 or b"") != sha256:  # none: a member that could not be unpacked
        raise Conflict("Another file with this path is in this contribution. Use another path or contribution.")
    return row


def refused_row(work: Work, case_id: CaseId, contribution_id: ContributionId, path: str, reason: str) -> Row[Any]:
    """Write down a file that was not brought; beside another one of its path it gets a number."""
    for number in count(1):
        spelled = path if number == 1 else f"{path} ({number})"
        made = work.write(
            "INSERT INTO clew.files (id, contribution_id, case_id, path, status, reason, done_at) VALUES "
            "(:id, :contribution, :case, :path, 'refused', :reason, now()) ON CONFLICT DO NOTHING "
            "RETURNING id, path, status, reason, exhibit_id, sha256, size",
            {"id": ids.ordered(), "contribution": contribution_id, "case": case_id, "path": spelled, "reason": reason})
        row = made[0] if made else work.first(
            "SELECT id, path, status, reason, exhibit_id, sha256, size FROM clew.files WHERE contribution_id = :contribution "
            "AND path = :path AND status = 'refused' AND sha256 IS NULL AND reason = :reason",
            {"contribution": contribution_id, "path": spelled, "reason": reason})
        if row is not None:
            return row
    raise AssertionError


def arrive(work: Work, case_id: CaseId, contribution_id: ContributionId, path: str, media_id: MediaId,
           stored: Stored, parent: uuid.UUID | None = None) -> Row[Any]:
    """Write the file row, make it an exhibit unless the same bytes are in the case, and queue its opening.

    An exhibit that was refused unopened (its officer was suspended) is opened by whoever brings it again.
    """
    held = work.first(_TWIN, {"case": case_id, "media": media_id})
    if held is not None and held.unopened:
        return _file(work, case_id, contribution_id, path, stored, parent, held.id, twin=False)
    twin = None if held is None else held.id
    exhibit = ExhibitId(twin or ids.random())
    if twin is None:
        twin = _exhibit(work, exhibit, case_id, contribution_id, media_id, path)
    return _file(work, case_id, contribution_id, path, stored, parent, twin or exhibit, twin=twin is not None)


def _file(work: Work, case_id: CaseId, contribution_id: ContributionId, path: str, stored: Stored,
          parent: uuid.UUID | None, exhibit: uuid.UUID, *, twin: bool) -> Row[Any]:
    """Write the row of a file; of a twin nothing more is to be done."""
    row = work.write(
        "INSERT INTO clew.files (id, contribution_id, case_id, parent_id, path, size, sha256, status, exhibit_id, "
        "matched, done_at) VALUES (:id, :contribution, :case, :parent, :path, :size, :sha256, :status, :exhibit, "
        ":twin, CASE WHEN :twin THEN now() END) ON CONFLICT (contribution_id, path) DO UPDATE SET size = EXCLUDED.size, "
        "sha256 = EXCLUDED.sha256, status = EXCLUDED.status, reason = '', exhibit_id = EXCLUDED.exhibit_id, "
        "matched = EXCLUDED.matched, done_at = EXCLUDED.done_at WHERE files.status = 'refused' AND files.sha256 IS NULL "
        "AND files.parent_id IS NULL RETURNING id, path, status, reason, exhibit_id, sha256, size",
        {"id": ids.ordered(), "contribution": contribution_id, "case": case_id, "parent": parent, "path": path,
         "size": stored.size, "sha256": stored.sha256, "exhibit": exhibit, "twin": twin,
         "status": "duplicate" if twin else "waiting"})[0]
    if not twin:
        enqueue(work.conn, "describe", {"file": str(row.id)}, about=str(contribution_id))
    return row


def _exhibit(work: Work, exhibit: ExhibitId, case_id: CaseId, contribution_id: ContributionId, media_id: MediaId,
             path: str) -> uuid.UUID | None:
    """Insert the exhibit; return its twin's id when another upload of the same bytes came first."""
    done = work.changed(
        "INSERT INTO clew.exhibits (id, case_id, contribution_id, media_id, path) "
        "VALUES (:id, :case, :contribution, :media, :path) ON CONFLICT DO NOTHING",
        {"id": exhibit, "case": case_id, "contribution": contribution_id, "media": media_id, "path": path})
    if done:
        return None
    twin: uuid.UUID = work.value("SELECT id FROM clew.exhibits WHERE case_id = :case AND media_id = :media "
                                 "AND withdrawn_at IS NULL", {"case": case_id, "media": media_id})
    return twin
