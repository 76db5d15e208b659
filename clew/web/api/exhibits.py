"""Contributions, exhibits, reveals and searches."""

import base64
import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from clew.domain.exhibits import contributions, exposure, service
from clew.domain.exhibits.model import Contribution, Exhibit, File, Progress, Tile
from clew.domain.matching import service as matching
from clew.domain.matching.model import Search
from clew.kernel.errors import BadInput, Refused
from clew.kernel.ids import CaseId, ContributionId, ExhibitId, SearchId
from clew.kernel.viewer import Viewer
from clew.store.blobs import Stored
from clew.store.vault import vault
from clew.web.clear import clear_picture
from clew.web.receive import needed, receive
from clew.web.session import Asking, Key

router = APIRouter(tags=["exhibits"])
LARGEST_SEARCH = 512 << 20
Limit = Annotated[int, Query(ge=1, le=1000)]


class NewContribution(BaseModel):
    """Where the files come from."""

    source: str = Field("", max_length=500)


@router.post("/cases/{case_id}/contributions", status_code=201)
def begin_contribution(viewer: Asking, case_id: uuid.UUID, body: NewContribution, key: Key) -> Contribution:
    """Begin a delivery of files."""
    return contributions.begin_contribution.once(key, viewer, CaseId(case_id), source=body.source)


@router.get("/cases/{case_id}/contributions")
def list_contributions(viewer: Asking, case_id: uuid.UUID, after: uuid.UUID | None = None,
                       limit: Limit = 100) -> list[Progress]:
    """List the contributions of a case, newest first; `after` is the id of the last one seen."""
    last = None if after is None else ContributionId(after)
    return contributions.list_contributions(viewer, CaseId(case_id), after=last, limit=limit)


@router.get("/contributions/{contribution_id}")
def get_progress(viewer: Asking, contribution_id: uuid.UUID) -> Progress:
    """Show how far a contribution is."""
    return contributions.get_progress(viewer, ContributionId(contribution_id))


@router.post("/contributions/{contribution_id}/close")
def close_contribution(viewer: Asking, contribution_id: uuid.UUID, key: Key) -> Progress:
    """Say that all files have been delivered."""
    return contributions.close_contribution.once(key, viewer, ContributionId(contribution_id))


@router.delete("/contributions/{contribution_id}")
def withdraw(viewer: Asking, contribution_id: uuid.UUID, key: Key) -> dict[str, int]:
    """Take a contribution back."""
    return {"withdrawn": contributions.withdraw.once(key, viewer, ContributionId(contribution_id))}


@router.get("/contributions/{contribution_id}/files")
def list_files(viewer: Asking, contribution_id: uuid.UUID,
               status: Literal["", "waiting", "imported", "duplicate", "refused"] = "",
               after: uuid.UUID | None = None, limit: Annotated[int, Query(ge=1, le=2000)] = 500) -> list[File]:
    """List the files of a contribution and how each ended."""
    return contributions.list_files(viewer, ContributionId(contribution_id), status=status,
                                    after=str(after or ""), limit=limit)


def _tile(tile: Tile) -> dict[str, Any]:
    shown = None if tile.thumbnail is None else f"data:image/webp;base64,{base64.b64encode(tile.thumbnail).decode()}"
    return {"id": tile.id, "path": tile.path, "kind": tile.kind, "links": tile.links, "stack": tile.stack,
            "state": tile.state, "thumbnail": shown}


@router.get("/cases/{case_id}/exhibits")
def list_exhibits(viewer: Asking, case_id: uuid.UUID, only: Literal["all", "linked", "refused"] = "all",
                  after: Annotated[str, Query(max_length=300)] = "",
                  limit: Annotated[int, Query(ge=1, le=500)] = 60) -> dict[str, Any]:
    """Show a page of safe thumbnails; `after` asks for the next page. `total` is told by the first page, null later."""
    page = service.list_exhibits(viewer, CaseId(case_id), only=only, after=after, limit=limit)
    return {"tiles": [_tile(tile) for tile in page.tiles], "total": page.total, "after": page.after}


@router.get("/exhibits/{exhibit_id}")
def get_exhibit(viewer: Asking, exhibit_id: uuid.UUID) -> Exhibit:
    """Show one exhibit without its picture."""
    return service.get_exhibit(viewer, ExhibitId(exhibit_id))


@router.get("/exhibits/{exhibit_id}/thumbnail", response_class=Response)
def get_thumbnail(viewer: Asking, exhibit_id: uuid.UUID) -> Response:
    """Get the safe thumbnail; 204 where there is none or the mode shows no media."""
    shown = service.get_thumbnail(viewer, ExhibitId(exhibit_id))
    return Response(status_code=204) if shown is None else Response(shown, media_type="image/webp")


@router.get("/exhibits/{exhibit_id}/signals")
def list_signals(viewer: Asking, exhibit_id: uuid.UUID) -> list[service.Looked]:
    """Show which matchers have looked at an exhibit."""
    return service.list_signals(viewer, ExhibitId(exhibit_id))


class Reveal(BaseModel):
    """Why clear material is shown; for a film, at which second."""

    purpose: str = Field(max_length=500)
    time: float | None = Field(None, ge=0, le=1e6)


@router.post("/exhibits/{exhibit_id}/reveal", response_class=Response)
def reveal(viewer: Asking, exhibit_id: uuid.UUID, body: Reveal) -> Response:
    """Show clear material on purpose: a JPEG that is never cached."""
    revealed = service.reveal(viewer, ExhibitId(exhibit_id), purpose=body.purpose)
    if revealed.kind not in ("picture", "film"):
        raise Refused("There is no picture in this file.")
    return Response(clear_picture(revealed, time=body.time), media_type="image/jpeg",
                    headers={"Clew-Break": "1"} if revealed.break_due else None)


class Hidden(BaseModel):
    """How long clear material was on the screen, in seconds."""

    seconds: float = Field(ge=0, le=1e6)


@router.post("/exhibits/{exhibit_id}/hidden", status_code=204)
def hide_again(viewer: Asking, exhibit_id: uuid.UUID, body: Hidden, key: Key) -> None:
    """Write down how long clear material was on the screen, for the officer's own counter."""
    exposure.hide_again.once(key, viewer, ExhibitId(exhibit_id), seconds=body.seconds)


@router.post("/cases/{case_id}/searches", status_code=202)
async def search(request: Request, viewer: Asking, case_id: uuid.UUID, key: Key,
                 purpose: Annotated[str, Query(max_length=500)],
                 name: Annotated[str, Query(max_length=300)] = "file",
                 box: Annotated[str, Query(max_length=80)] = "") -> dict[str, str]:
    """Search with the file in the body, under a case and a purpose; ask for the result by the id returned.

    `box` is a marked part of the picture as x,y,width,height in shares of it: that part alone is looked for.
    """
    if int(request.headers.get("content-length") or 0) > LARGEST_SEARCH:
        raise BadInput("A file to search with has at most 512 MiB. Contribute larger ones to a case.")
    marked = _box(box)
    stored = await receive(request, viewer, LARGEST_SEARCH)
    return {"id": str(await run_in_threadpool(_search, viewer, CaseId(case_id), purpose, name, stored, marked, key))}


class PartToFind(BaseModel):
    """A marked part of an exhibit: x, y, width, height in shares of the picture; of a film, at which second."""

    box: tuple[float, float, float, float]
    purpose: str = Field(max_length=500)
    time: float | None = Field(None, ge=0, le=1e6)
    case_id: uuid.UUID | None = None


@router.post("/exhibits/{exhibit_id}/searches", status_code=202)
def search_exhibit(viewer: Asking, exhibit_id: uuid.UUID, body: PartToFind, key: Key) -> dict[str, str]:
    """Search everything for a marked part of an exhibit, under its case or another; ask for the result by the id returned."""
    under = None if body.case_id is None else CaseId(body.case_id)
    return {"id": str(matching.search_exhibit.once(
        key, viewer, ExhibitId(exhibit_id), purpose=body.purpose, box=body.box, time=body.time, case_id=under))}


def _box(given: str) -> tuple[float, float, float, float] | None:
    if not given:
        return None
    try:
        x, y, width, height = (float(part) for part in given.split(","))
    except ValueError:
        raise BadInput("A marked part is x,y,width,height, each a share of the picture from 0 to 1.") from None
    return x, y, width, height


def _search(viewer: Viewer, case_id: CaseId, purpose: str, name: str, stored: Stored,
            box: tuple[float, float, float, float] | None, key: str | None) -> SearchId:
    with needed(stored):
        made, again = matching.search.once_or_again(
            key, viewer, case_id, purpose=purpose, name=name, stored=stored, box=box)
    if again:
        vault().blobs.drop(stored.object_name)
    return made


@router.get("/cases/{case_id}/searches")
def list_searches(viewer: Asking, case_id: uuid.UUID, after: uuid.UUID | None = None,
                  limit: Limit = 100) -> list[Search]:
    """List one's own searches under a case, newest first; `after` is the id of the last one seen."""
    return matching.list_searches(viewer, CaseId(case_id), after=None if after is None else SearchId(after), limit=limit)


@router.get("/searches/{search_id}")
def get_search(viewer: Asking, search_id: uuid.UUID) -> Search:
    """Show a search and what it found."""
    return matching.get_search(viewer, SearchId(search_id))
