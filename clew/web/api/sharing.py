"""One exhibit apart from its case: narrowed to the team, or granted alone."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from clew.domain.exhibits import sharing
from clew.kernel.ids import ExhibitId
from clew.web.session import Asking, Key

router = APIRouter(tags=["exhibits"])
Code = Annotated[str, Path(max_length=31)]


class Narrowed(BaseModel):
    """Whether an exhibit is kept to the team."""

    narrowed: bool


@router.put("/exhibits/{exhibit_id}/narrowed", status_code=204)
def narrow(viewer: Asking, exhibit_id: uuid.UUID, body: Narrowed, key: Key) -> None:
    """Keep an exhibit to the team, or open it again."""
    sharing.narrow.once(key, viewer, ExhibitId(exhibit_id), narrowed=body.narrowed)


@router.get("/exhibits/{exhibit_id}/grants")
def list_grants(viewer: Asking, exhibit_id: uuid.UUID) -> list[str]:
    """List the agencies an exhibit is granted to alone."""
    return sharing.list_grants(viewer, ExhibitId(exhibit_id))


@router.put("/exhibits/{exhibit_id}/grants/{agency_code}", status_code=204)
def grant(viewer: Asking, exhibit_id: uuid.UUID, agency_code: Code, key: Key) -> None:
    """Grant an exhibit alone to an agency."""
    sharing.grant.once(key, viewer, ExhibitId(exhibit_id), agency_code=agency_code)


@router.delete("/exhibits/{exhibit_id}/grants/{agency_code}", status_code=204)
def take_back_grant(viewer: Asking, exhibit_id: uuid.UUID, agency_code: Code, key: Key) -> None:
    """Take a grant back."""
    sharing.take_back_grant.once(key, viewer, ExhibitId(exhibit_id), agency_code=agency_code)
