"""Events for administrators and auditors; health for operators. Never content."""

import datetime
import uuid
from typing import Annotated

from fastapi import APIRouter, Query

from clew.domain.events import service
from clew.web.session import Asking

router = APIRouter(tags=["oversight"])


@router.get("/events")
def list_events(viewer: Asking, verb: Annotated[str, Query(max_length=60)] = "",
                officer: Annotated[str, Query(max_length=80)] = "", before: datetime.datetime | None = None,
                after: uuid.UUID | None = None,
                limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[service.EventLine]:
    """Show events, newest first; `after` is the id of the last one seen."""
    return service.list_events(viewer, verb_name=verb, officer=officer, before=before, after=after, limit=limit)
