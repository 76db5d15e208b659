"""Verbs of uploads that may be broken off and go on: begun under a contribution, finished as a file of it."""

import uuid
from dataclasses import dataclass

from clew.access.verb import event, verb
from clew.domain.exhibits.contributions import add_file, open_for_files, own_contribution
from clew.domain.exhibits.model import File
from clew.domain.exhibits.rules import check_path
from clew.kernel import ids
from clew.kernel.errors import BadInput, NotFound
from clew.kernel.ids import ContributionId
from clew.kernel.viewer import Viewer
from clew.store.blobs import Stored
from clew.store.db import Work

LARGEST = 1 << 40


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload of the viewer under way; `finished` once its file row is written."""

    id: uuid.UUID
    contribution_id: ContributionId
    path: str
    length: int
    finished: bool


@verb("begin_upload", right="contribute")
def begin_upload(work: Work, viewer: Viewer, contribution_id: ContributionId, path: str, *, length: int) -> Upload:
    """Begin an upload of `length` bytes for a path of a contribution."""
    contribution = open_for_files(work, viewer, contribution_id)
    if not 0 <= length <= LARGEST:
        raise BadInput("A file has at most 1 TiB. Contribute its parts.")
    upload = Upload(ids.random(), contribution_id, check_path(path), length, False)
    work.write("INSERT INTO clew.uploads (id, contribution_id, case_id, officer_id, path, length) VALUES "
               "(:id, :contribution, :case, :me, :path, :length)",
               {"id": upload.id, "contribution": contribution_id, "case": contribution.case_id,
                "me": viewer.officer_id, "path": upload.path, "length": length})
    work.record(event(viewer, "begin_upload", case_id=contribution.case_id, subject=f"upload:{upload.id}"))
    return upload


def _own(work: Work, viewer: Viewer, upload_id: uuid.UUID) -> Upload:
    row = work.first("SELECT id, contribution_id, path, length, file_id FROM clew.uploads "
                     "WHERE id = :id AND officer_id = :me", {"id": upload_id, "me": viewer.officer_id})
    if row is None:
        raise NotFound
    return Upload(row.id, ContributionId(row.contribution_id), row.path, row.length, row.file_id is not None)


@verb("list_uploads", right="contribute")
def list_uploads(work: Work, viewer: Viewer, contribution_id: ContributionId) -> list[Upload]:
    """List one's own uploads of a contribution that have not become files yet, so that they can go on."""
    contribution = own_contribution(work, viewer, contribution_id)
    rows = work.rows("SELECT id, path, length FROM clew.uploads WHERE contribution_id = :contribution "
                     "AND officer_id = :me AND file_id IS NULL ORDER BY made_at",
                     {"contribution": contribution_id, "me": viewer.officer_id})
    work.record(event(viewer, "list_uploads", case_id=contribution.case_id, subject=f"contribution:{contribution_id}"))
    return [Upload(row.id, contribution_id, row.path, row.length, False) for row in rows]


@verb("get_upload", right="contribute")
def get_upload(work: Work, viewer: Viewer, upload_id: uuid.UUID) -> Upload:
    """Show one of one's own uploads, so that it can go on."""
    upload = _own(work, viewer, upload_id)
    open_for_files(work, viewer, upload.contribution_id)
    return upload


@verb("finish_upload", right="contribute")
def finish_upload(work: Work, viewer: Viewer, upload_id: uuid.UUID, *, stored: Stored) -> tuple[File, bool]:
    """Make a whole upload a file of its contribution; the second value says whether `stored` was kept."""
    upload = _own(work, viewer, upload_id)
    added = add_file.within(work, viewer, upload.contribution_id, upload.path, stored=stored)
    work.write("UPDATE clew.uploads SET file_id = :file WHERE id = :id", {"file": added[0].id, "id": upload_id})
    return added


@verb("drop_upload", right="contribute")
def drop_upload(work: Work, viewer: Viewer, upload_id: uuid.UUID) -> None:
    """Give up one of one's own uploads."""
    upload = _own(work, viewer, upload_id)
    own_contribution(work, viewer, upload.contribution_id)
    work.write("DELETE FROM clew.uploads WHERE id = :id", {"id": upload_id})
    work.record(event(viewer, "drop_upload", subject=f"upload:{upload.id}"))
