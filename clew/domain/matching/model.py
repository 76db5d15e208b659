"""What an officer gets back from a search with a file of his own."""

import datetime
from dataclasses import dataclass, field
from typing import Any, Literal

from clew.kernel.ids import CaseId, ExhibitId, SearchId


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One exhibit in sight, or what another owner lets one know of a hit."""

    level: Literal["audience", "contact"]
    exhibit_id: ExhibitId | None
    case_id: CaseId | None
    agency_code: str
    agency_name: str
    country: str
    reference: str
    contact: str
    since: datetime.date
    matcher: str
    value: float | None
    band: str
    verdict: str
    why: str
    parameters: dict[str, Any] = field(default_factory=dict)
    where: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Search:
    """A search under a case and a purpose; `hits` are there once `state` is done.

    `box` is the marked part that was looked for. `exhibit_id`: it was made from an exhibit the viewer knows of, of a
    film at `time` seconds; `name` is empty when he no longer does.
    """

    id: SearchId
    case_id: CaseId
    name: str
    purpose: str
    state: Literal["waiting", "done", "refused"]
    reason: str
    made_at: datetime.datetime
    hits: tuple[SearchHit, ...] = ()
    exhibit_id: ExhibitId | None = None
    box: tuple[float, float, float, float] | None = None
    time: float | None = None
