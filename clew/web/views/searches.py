"""Search by one picture under a case and a purpose: the form, earlier searches, and one answer."""

from dataclasses import dataclass
from datetime import datetime

from clew.web.views.shell import Agency, Choice


@dataclass(frozen=True, slots=True)
class SearchRow:
    """One earlier search of this officer. state: waiting, running, done, refused."""

    id: str
    at: datetime
    case_reference: str
    purpose: str
    state: str
    hits: int


@dataclass(frozen=True, slots=True)
class SearchesView:
    """The search form and the officer's earlier searches."""

    cases: tuple[Choice, ...]
    searches: tuple[SearchRow, ...] = ()
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One answer. level shared: the exhibit itself; level contact: who knows it and whom to ask."""

    level: str
    agency: Agency
    reference: str
    contact: str
    since: datetime
    matcher: str
    band: str
    why: str = ""
    case_id: str = ""
    exhibit_id: str = ""
    exhibit: str = ""


@dataclass(frozen=True, slots=True)
class SearchView:
    """One search and its answers so far; the page asks again while it is waiting or running."""

    id: str
    at: datetime
    file: str
    case_reference: str
    purpose: str
    state: str
    reason: str = ""
    hits: tuple[SearchHit, ...] = ()
