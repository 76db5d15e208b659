"""Verbs of bringing material: begin a contribution, add files, follow it, withdraw it."""

from typing import Any

from sqlalchemy import Row

from clew.access import sight
from clew.access.paging import after_place, page
from clew.access.verb import event, verb
from clew.domain.cases.service import own_case
from clew.domain.exhibits.arrive import arrive, deposit, known_file, refused_row
from clew.domain.exhibits.heirs import keep_still, take_back
from clew.domain.exhibits.model import Contribution, File, Progress
from clew.domain.exhibits.rules import check_path, noted_path
from clew.kernel import ids
from clew.kernel.errors import BadInput, Conflict, NotFound
from clew.kernel.ids import CaseId, ContributionId, ExhibitId
from clew.kernel.viewer import Viewer
from clew.store.blobs import Stored
from clew.store.db import Work

_CONTRIBUTION = f"""
    SELECT k.id, k.case_id, k.source, k.made_at, k.closed_at, k.withdrawn_at FROM clew.contributions k
    WHERE {sight.of_own_case("k.case_id")}"""
_EARLIER = "AND (k.made_at, k.id) < (CAST(:made_at AS timestamptz), CAST(:after AS uuid))"
_COUNTS = """
    SELECT count(*) AS files, count(*) FILTER (WHERE status = 'waiting') AS waiting,
           count(*) FILTER (WHERE status = 'imported') AS imported,
           count(*) FILTER (WHERE status = 'duplicate') AS duplicate,
           count(*) FILTER (WHERE status = 'refused') AS refused,
           count(*) FILTER (WHERE status = 'imported' AND matched) AS matched,
           count(*) FILTER (WHERE status = 'imported' AND NOT matched AND reason <> '') AS stopped,
           count(*) FILTER (WHERE status = 'imported' AND in_depth = 'done') AS in_depth,
           coalesce(sum(size), 0) AS size, min(made_at) AS first_at, max(done_at) AS last_at
    FROM clew.files WHERE contribution_id = """


def _contribution(row: Row[Any]) -> Contribution:
    return Contribution(ContributionId(row.id), CaseId(row.case_id), row.source, row.made_at, row.closed_at,
                        row.withdrawn_at)


def _file(row: Row[Any]) -> File:
    exhibit = None if row.exhibit_id is None else ExhibitId(row.exhibit_id)
    return File(row.path, row.status, row.reason, exhibit, bytes(row.sha256 or b"").hex(), row.size, str(row.id))


def own_contribution(work: Work, viewer: Viewer, contribution_id: ContributionId) -> Contribution:
    """Return a contribution of a case the viewer works on. Raises NotFound."""
    row = work.first(f"{_CONTRIBUTION} AND k.id = :id", {"id": contribution_id})
    if row is None:
        raise NotFound
    return _contribution(row)


@verb("begin_contribution", right="contribute")
def begin_contribution(work: Work, viewer: Viewer, case_id: CaseId, *, source: str = "") -> Contribution:
    """Begin a delivery of files into a case; say where they come from."""
    own_case(work, viewer, case_id)
    contribution_id = ContributionId(ids.random())
    work.write("INSERT INTO clew.contributions (id, case_id, officer_id, source) VALUES (:id, :case, :me, :source)",
               {"id": contribution_id, "case": case_id, "me": viewer.officer_id, "source": source[:500]})
    work.record(event(viewer, "begin_contribution", case_id=case_id, owner_agency_id=viewer.agency_id,
                      subject=f"contribution:{contribution_id}"))
    return own_contribution(work, viewer, contribution_id)


def open_for_files(work: Work, viewer: Viewer, contribution_id: ContributionId) -> Contribution:
    """Return a contribution that still takes files. Raises NotFound or Conflict."""
    keep_still(work, own_contribution(work, viewer, contribution_id).case_id)
    contribution = own_contribution(work, viewer, contribution_id)
    own_case(work, viewer, contribution.case_id)
    if contribution.withdrawn_at or contribution.closed_at:
        raise Conflict("This contribution is closed. Begin a new one.")
    return contribution


@verb("add_file", right="contribute")
def add_file(work: Work, viewer: Viewer, contribution_id: ContributionId, path: str, *,
             stored: Stored) -> tuple[File, bool]:
    """Add a stored file to a contribution; the second value says whether the stored object was kept.

    Adding the same path and bytes again changes nothing.
    """
    contribution = open_for_files(work, viewer, contribution_id)
    path = check_path(path)
    known = known_file(work, contribution_id, path, stored.sha256)
    if known is not None:
        work.record(event(viewer, "add_file", case_id=contribution.case_id, subject=f"contribution:{contribution_id}",
                          detail={"repeated": True}))
        return _file(known), False
    media_id = deposit(work, viewer.agency_id, stored)
    row = arrive(work, contribution.case_id, contribution_id, path, media_id, stored)
    work.record(event(viewer, "add_file", case_id=contribution.case_id, owner_agency_id=viewer.agency_id,
                      subject=f"exhibit:{row.exhibit_id}", detail={"contribution": contribution_id,
                                                                  "status": row.status}))
    return _file(row), True


@verb("note_refused", right="contribute")
def note_refused(work: Work, viewer: Viewer, contribution_id: ContributionId, path: str, *, reason: str) -> File:
    """Write down a file that could not be brought, so that whoever looks at the contribution knows of it.

    The same path and reason again change nothing; beside another file of the path it gets a number.
    """
    contribution = open_for_files(work, viewer, contribution_id)
    path, reason = noted_path(path), reason.strip()
    if not 1 <= len(reason) <= 500:
        raise BadInput("Say in 1 to 500 characters why the file is not brought.")
    row = refused_row(work, contribution.case_id, contribution_id, path, reason)
    work.record(event(viewer, "note_refused", case_id=contribution.case_id, subject=f"contribution:{contribution_id}"))
    return _file(row)


@verb("close_contribution", right="contribute")
def close_contribution(work: Work, viewer: Viewer, contribution_id: ContributionId) -> Progress:
    """Say that all files of a contribution have been delivered."""
    contribution = own_contribution(work, viewer, contribution_id)
    own_case(work, viewer, contribution.case_id)
    work.write("UPDATE clew.contributions SET closed_at = coalesce(closed_at, now()) WHERE id = :id",
               {"id": contribution_id})
    work.record(event(viewer, "close_contribution", case_id=contribution.case_id,
                      subject=f"contribution:{contribution_id}"))
    return _progress(work, own_contribution(work, viewer, contribution_id))


@verb("withdraw", right="contribute")
def withdraw(work: Work, viewer: Viewer, contribution_id: ContributionId) -> int:
    """Take a whole contribution back: its exhibits disappear for everybody at once; return how many.

    What another contribution of the case brought as well stays, as an exhibit of that one.
    """
    contribution = own_contribution(work, viewer, contribution_id)
    own_case(work, viewer, contribution.case_id)
    work.write("UPDATE clew.contributions SET closed_at = coalesce(closed_at, now()), "
               "withdrawn_at = coalesce(withdrawn_at, now()) WHERE id = :id", {"id": contribution_id})
    gone = take_back(work, contribution.case_id, contribution_id)
    work.record(event(viewer, "withdraw", case_id=contribution.case_id, owner_agency_id=viewer.agency_id,
                      subject=f"contribution:{contribution_id}", detail={"exhibits": gone}))
    return gone


def _progress(work: Work, contribution: Contribution) -> Progress:
    row = work.first(f"{_COUNTS} :id", {"id": contribution.id})
    if row is None:
        raise NotFound
    return _counted(contribution, row)


def _counted(contribution: Contribution, row: Row[Any]) -> Progress:
    return Progress(contribution, row.files, row.waiting, row.imported, row.duplicate, row.refused, row.matched,
                    int(row.size), row.first_at, row.last_at, row.stopped, row.in_depth)


@verb("get_progress", right="read")
def get_progress(work: Work, viewer: Viewer, contribution_id: ContributionId) -> Progress:
    """Show how far a contribution is."""
    contribution = own_contribution(work, viewer, contribution_id)
    work.record(event(viewer, "get_progress", case_id=contribution.case_id, subject=f"contribution:{contribution_id}"))
    return _progress(work, contribution)


@verb("list_contributions", right="read")
def list_contributions(work: Work, viewer: Viewer, case_id: CaseId, *, after: ContributionId | None = None,
                       limit: int = 100) -> list[Progress]:
    """List the contributions of a case one works on, newest first, each with its progress; go on `after` the last."""
    own_case(work, viewer, case_id)
    place = after_place(work, "SELECT made_at FROM clew.contributions WHERE id = :after", after)
    listed = (f"{_CONTRIBUTION} AND k.case_id = :case {_EARLIER if place else ''} "
              "ORDER BY k.made_at DESC, k.id DESC LIMIT :limit")
    rows = work.rows(f"SELECT * FROM ({listed}) x CROSS JOIN LATERAL ({_COUNTS} x.id) n ORDER BY x.made_at DESC, x.id DESC",
                     {"case": case_id, "limit": page(limit), **place})
    work.record(event(viewer, "list_contributions", case_id=case_id, subject=f"case:{case_id}"))
    return [_counted(_contribution(row), row) for row in rows]


@verb("list_files", right="read")
def list_files(work: Work, viewer: Viewer, contribution_id: ContributionId, *, status: str = "", after: str = "",
               limit: int = 500) -> list[File]:
    """List the files of a contribution in order of delivery, after the id of the last one seen."""
    contribution = own_contribution(work, viewer, contribution_id)
    rows = work.rows(
        "SELECT id, path, status, reason, exhibit_id, sha256, size FROM clew.files WHERE contribution_id = :id "
        "AND (:status = '' OR status = :status) AND (:after = '' OR id > CAST(nullif(:after, '') AS uuid)) "
        "ORDER BY id LIMIT :limit",
        {"id": contribution_id, "status": status, "after": after, "limit": max(1, min(limit, 2000))})
    work.record(event(viewer, "list_files", case_id=contribution.case_id, subject=f"contribution:{contribution_id}"))
    return [_file(row) for row in rows]
