"""Resumable uploads by tus 1.0 (creation, creation-with-upload, termination) into a contribution.

A file that comes whole in the creating request goes straight into a sealed object; parts wait sealed too.
"""

import base64
import binascii
import uuid
from contextlib import nullcontext, suppress
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from clew.domain.exhibits import contributions, uploads
from clew.domain.exhibits.model import File
from clew.kernel.errors import BadInput, Conflict
from clew.kernel.ids import ContributionId
from clew.kernel.viewer import Viewer
from clew.store.blobs import Stored
from clew.store.vault import vault
from clew.web.receive import drop_later, needed, pieces, receive
from clew.web.session import Asking, Key

router = APIRouter(tags=["uploads"])
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"


def _number(request: Request, name: str) -> int:
    value = request.headers.get(name, "")
    if not value.isdigit() or len(value) > 15:
        raise BadInput(f"{name} is missing or no number. Use a tus 1.0 client.")
    return int(value)


def _path(request: Request) -> str:
    """Return the path from tus metadata (key `path` or `filename`, base64 of UTF-8)."""
    pairs = dict([*part.strip().split(" ", 1), ""][:2] for part in
                 request.headers.get("upload-metadata", "").split(",") if part.strip())
    given = pairs.get("path") or pairs.get("filename") or ""
    try:
        return base64.b64decode(given, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise BadInput("Upload-Metadata needs a 'path' in base64 of UTF-8.") from None


@router.options("/contributions/{contribution_id}/uploads", status_code=204)
def describe_tus(viewer: Asking, contribution_id: uuid.UUID) -> Response:
    """Say which parts of tus are understood."""
    contributions.get_progress(viewer, ContributionId(contribution_id))
    return Response(status_code=204, headers=TUS | {
        "Tus-Version": "1.0.0", "Tus-Extension": "creation,creation-with-upload,termination",
        "Tus-Max-Size": str(uploads.LARGEST)})


@router.get("/contributions/{contribution_id}/uploads")
def list_uploads(viewer: Asking, contribution_id: uuid.UUID) -> list[uploads.Upload]:
    """List one's own uploads of a contribution that are not whole yet."""
    return uploads.list_uploads(viewer, ContributionId(contribution_id))


class NotBrought(BaseModel):
    """A file that could not be brought, and why."""

    path: str = Field(min_length=1, max_length=4000)
    reason: str = Field(min_length=1, max_length=500)


@router.post("/contributions/{contribution_id}/refused", status_code=201)
def note_refused(viewer: Asking, contribution_id: uuid.UUID, body: NotBrought, key: Key) -> File:
    """Write down a file that could not be brought, so that the contribution shows it."""
    return contributions.note_refused.once(key, viewer, ContributionId(contribution_id), body.path, reason=body.reason)


@router.post("/contributions/{contribution_id}/uploads", status_code=201)
async def create(request: Request, viewer: Asking, contribution_id: uuid.UUID, key: Key) -> Response:
    """Create an upload; with the whole file in the body it is stored and answered as a file at once.

    A whole file needs no key: the same path and bytes again change nothing.
    """
    length, path, into = _number(request, "upload-length"), _path(request), ContributionId(contribution_id)
    body = _number(request, "content-length") if request.headers.get("content-type") == BYTES else 0
    if body and body == length:
        stored = await receive(request, viewer, length)
        file = await run_in_threadpool(_add, viewer, into, path, stored)
        return _created(f"/api/v1/contributions/{contribution_id}/files", length, file)
    upload, again = await run_in_threadpool(_begin, viewer, into, path, length, key)
    if again:  # it goes on from where it is; bytes come at the offset answered
        offset, done = await run_in_threadpool(_offset_now, viewer, upload), None
    else:
        offset, done = await _append(request, viewer, upload, 0) if body or not length else (0, None)
    return _created(f"/api/v1/uploads/{upload.id}", offset, done)


def _begin(viewer: Viewer, into: ContributionId, path: str, length: int, key: str | None) -> tuple[uploads.Upload, bool]:
    """Begin an upload; say whether this key had begun it before."""
    upload, again = uploads.begin_upload.once_or_again(key, viewer, into, path, length=length)
    if again:
        upload = uploads.get_upload(viewer, upload.id)
    if not upload.finished:
        with suppress(Conflict) if again else nullcontext():  # the first try may have ended before this
            vault().uploads.create(upload.id, length)
    return upload, again


def _created(location: str, offset: int, file: File | None) -> Response:
    headers = TUS | {"Location": location, "Upload-Offset": str(offset)}
    content: Any = jsonable_encoder(asdict(file)) if file else {}
    return JSONResponse(content, 201, headers)


def _add(viewer: Viewer, contribution_id: ContributionId, path: str, stored: Stored) -> File:
    """Add a stored file; an object that was not needed, or not allowed, does not stay."""
    with needed(stored):
        file, kept = contributions.add_file(viewer, contribution_id, path, stored=stored)
    if not kept:
        drop_later(stored)
    return file


async def _append(request: Request, viewer: Viewer, upload: uploads.Upload, offset: int) -> tuple[int, File | None]:
    """Add the body at `offset`; finish the upload when it is whole."""
    async for piece in pieces(request, upload.length - offset):
        offset = await run_in_threadpool(vault().uploads.append, upload.id, offset, [piece])
    if offset < upload.length:
        return offset, None
    return offset, await run_in_threadpool(_finish, viewer, upload)


def _finish(viewer: Viewer, upload: uploads.Upload) -> File:
    with vault().blobs.writer() as writer:
        vault().uploads.assemble(upload.id, writer)
        stored = writer.finish()
    with needed(stored):
        file, kept = uploads.finish_upload(viewer, upload.id, stored=stored)
    if not kept:
        drop_later(stored)
    vault().uploads.drop(upload.id)
    return file


def _offset(upload: uploads.Upload) -> int:
    return upload.length if upload.finished else vault().uploads.offset(upload.id)


def _offset_now(viewer: Viewer, upload: uploads.Upload) -> int:
    """Return the offset; an upload that is whole but was broken off before it became a file becomes one now."""
    offset = _offset(upload)
    if offset == upload.length and not upload.finished:
        _finish(viewer, upload)
    return offset


@router.head("/uploads/{upload_id}")
def offset_of(viewer: Asking, upload_id: uuid.UUID) -> Response:
    """Say how many bytes are here and sure."""
    upload = uploads.get_upload(viewer, upload_id)
    return Response(headers=TUS | {"Upload-Offset": str(_offset_now(viewer, upload)), "Upload-Length": str(upload.length),
                                   "Cache-Control": "no-store"})


@router.patch("/uploads/{upload_id}", status_code=204)
async def append(request: Request, viewer: Asking, upload_id: uuid.UUID) -> Response:
    """Add bytes at the offset reached."""
    if request.headers.get("content-type") != BYTES:
        raise BadInput(f"Send the bytes as {BYTES}.")
    offset = _number(request, "upload-offset")
    upload = await run_in_threadpool(uploads.get_upload, viewer, upload_id)
    if offset != await run_in_threadpool(_offset, upload):
        raise Conflict("The upload is at another offset. Ask for it with HEAD and go on from there.")
    if not upload.finished:
        offset, _ = await _append(request, viewer, upload, offset)
    return Response(status_code=204, headers=TUS | {"Upload-Offset": str(offset)})


@router.delete("/uploads/{upload_id}", status_code=204)
def drop(viewer: Asking, upload_id: uuid.UUID, key: Key) -> Response:
    """Give an upload up."""
    uploads.drop_upload.once(key, viewer, upload_id)
    vault().uploads.drop(upload_id)
    return Response(status_code=204, headers=TUS)
