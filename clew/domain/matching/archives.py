"""Members of an archive become files of the same contribution; a bad member only costs itself."""

import io
import uuid
from typing import Any

from sqlalchemy import Row

from clew.domain.exhibits.arrive import arrive, deposit, known_file
from clew.domain.exhibits.rules import check_path
from clew.domain.matching.tools import sandbox
from clew.kernel import ids
from clew.kernel.errors import BadInput
from clew.kernel.events import Event
from clew.media.members import Member
from clew.store.db import Work, database
from clew.store.vault import vault

PIECE = 1 << 20


def expand(file: Row[Any], content: bytes) -> None:
    """Add every member of an archive beside it, as archive!/member. Raises Refused when the whole is refused."""
    for member in sandbox().unpack(io.BytesIO(content)):
        path = f"{file.path}!/{member.name}"
        if member.file is None:
            _refuse(file, path, member.refused or "")
        else:
            _bring(file, path, member)


def _bring(file: Row[Any], path: str, member: Member) -> None:
    if member.file is None:
        return
    try:
        path = check_path(path)
    except BadInput as why:
        _refuse(file, path.encode("ascii", "backslashreplace").decode()[:1000], why.message)
        return
    source = member.file
    stored = vault().blobs.put(iter(lambda: source.read(PIECE), b""))
    with database().system_work() as work:
        kept = False
        if known_file(work, file.contribution_id, path, stored.sha256) is None:
            media_id, kept = deposit(work, file.owner_agency_id, stored)
            row = arrive(work, file.case_id, file.contribution_id, path, media_id, stored, parent=file.id)
            _record(work, file, row.exhibit_id, row.status)
    if not kept:
        vault().blobs.drop(stored.object_name)


def _refuse(file: Row[Any], path: str, reason: str) -> None:
    with database().system_work() as work:
        done = work.changed(
            "INSERT INTO clew.files (id, contribution_id, case_id, parent_id, path, status, reason, done_at) VALUES "
            "(:id, :contribution, :case, :parent, :path, 'refused', :reason, now()) ON CONFLICT DO NOTHING",
            {"id": ids.ordered(), "contribution": file.contribution_id, "case": file.case_id, "parent": file.id,
             "path": path, "reason": reason})
        _record(work, file, None, "refused" if done else "known")


def _record(work: Work, file: Row[Any], exhibit: uuid.UUID | None, status: str) -> None:
    work.record(Event("add_file", officer_id=file.officer_id, agency_id=file.owner_agency_id, case_id=file.case_id,
                      owner_agency_id=file.owner_agency_id, subject=f"exhibit:{exhibit}" if exhibit else "",
                      detail={"contribution": str(file.contribution_id), "status": status, "archive": str(file.id)}))
