"""Members of an archive become files of the same contribution; a bad member only costs itself."""

import uuid
from collections import Counter
from itertools import count
from typing import Any

from sqlalchemy import Row

from clew.domain.exhibits.service import arrive, check_path, deposit, keep_still, known_file
from clew.domain.matching.tools import sandbox
from clew.kernel import ids
from clew.kernel.errors import BadInput, Conflict
from clew.kernel.events import Event
from clew.media.members import Member
from clew.store.blobs import Stored
from clew.store.db import Work, database
from clew.store.vault import vault

PIECE = 1 << 20
LONGEST = 1000  # characters of a refused member's path that are kept
SUSPENDED = "The officer who brought this file, or his agency, was suspended before it was opened. Contribute it again."
WITHDRAWN = "The contribution was withdrawn before this file was opened."
_STANDING = """
    SELECT k.withdrawn_at IS NOT NULL AS withdrawn, o.suspended_at IS NOT NULL OR a.cut_off_at IS NOT NULL AS suspended
    FROM clew.contributions k JOIN clew.officers o ON o.id = k.officer_id JOIN clew.agencies a ON a.id = o.agency_id
    WHERE k.id = :contribution"""


def expand(file: Row[Any], content: int) -> None:
    """Add every member of an archive (a descriptor) beside it, as archive!/member. Raises Refused when the whole is refused."""
    told: Counter[tuple[str, str]] = Counter()
    for member in sandbox().unpack(content):
        path = f"{file.path}!/{member.name}"
        fault = member.refused or "" if member.file is None else _bring(file, path, member)
        if fault is not None:
            told[path, fault] += 1
            _refuse(file, path, fault, told[path, fault])


def _bring(file: Row[Any], path: str, member: Member) -> str | None:
    """Make a member a file; return why its name forbids it."""
    try:
        path = check_path(path)
    except BadInput as why:
        return why.message
    source = member.file
    assert source is not None  # noqa: S101  the caller has asked
    stored = vault().blobs.put(iter(lambda: source.read(PIECE), b""))
    kept = False
    try:
        kept = _add(file, path, stored)
    except Conflict:
        vault().blobs.drop(stored.object_name)
        raise
    if not kept:
        vault().blobs.drop(stored.object_name)
    return None


def _add(file: Row[Any], path: str, stored: Stored) -> bool:
    """Make one member a file; say whether its object was kept. Raises Conflict when the delivery ended meanwhile."""
    with database().system_work() as work:
        _demand_standing(work, file)
        free = _free_path(work, file, path, stored.sha256)
        if free is None:
            return False
        media_id = deposit(work, file.owner_agency_id, stored)
        row = arrive(work, file.case_id, file.contribution_id, free, media_id, stored, parent=file.id)
        _record(work, file, row.exhibit_id, row.status)
    return True


def _demand_standing(work: Work, file: Row[Any]) -> None:
    """Stop at the next member when the contribution was withdrawn or its officer suspended since."""
    keep_still(work, file.case_id)
    now = work.first(_STANDING, {"contribution": file.contribution_id})
    if now is None or now.withdrawn:
        raise Conflict(WITHDRAWN)
    if now.suspended:
        raise Conflict(SUSPENDED)


def _free_path(work: Work, file: Row[Any], path: str, sha256: bytes) -> str | None:
    """Return the path, or "path (2)" where another member has the same one; None when these bytes are there."""
    for number in count(1):
        spelled = path if number == 1 else f"{path} ({number})"
        try:
            return spelled if known_file(work, file.contribution_id, spelled, sha256) is None else None
        except Conflict:
            continue
    return None


_REFUSED = """
    INSERT INTO clew.files (id, contribution_id, case_id, parent_id, path, status, reason, done_at) VALUES
    (:id, :contribution, :case, :parent, :path, 'refused', :reason, now()) ON CONFLICT DO NOTHING"""
_SAID = """
    SELECT 1 FROM clew.files WHERE contribution_id = :contribution AND path = :path AND parent_id = :parent
    AND status = 'refused' AND sha256 IS NULL AND reason = :reason"""


def _refuse(file: Row[Any], path: str, reason: str, times: int) -> None:
    """Write down a member that is not taken, beside one of the same path; `times` it was told in this run."""
    if len(path) > LONGEST or not path.isprintable():
        path = path.encode("ascii", "backslashreplace").decode()[:LONGEST]
    row = {"contribution": file.contribution_id, "case": file.case_id, "parent": file.id, "reason": reason}
    with database().system_work() as work:
        said, status = 0, ""
        for number in count(1):
            row["path"] = path if number == 1 else f"{path} ({number})"
            if work.changed(_REFUSED, row | {"id": ids.ordered()}):
                status = "refused"
                break
            said += work.first(_SAID, row) is not None
            if said == times:  # this job ran before
                status = "known"
                break
        _record(work, file, None, status)


def _record(work: Work, file: Row[Any], exhibit: uuid.UUID | None, status: str) -> None:
    work.record(Event("add_file", officer_id=file.officer_id, agency_id=file.owner_agency_id, case_id=file.case_id,
                      owner_agency_id=file.owner_agency_id, subject=f"exhibit:{exhibit}" if exhibit else "",
                      detail={"contribution": str(file.contribution_id), "status": status, "archive": str(file.id)}))
