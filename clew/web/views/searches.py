"""Search by one file, or by a marked part of an exhibit, under a case and a purpose: the form, earlier searches, one answer."""

from dataclasses import dataclass
from datetime import date, datetime

from clew.web.views.shell import Agency, Choice
from clew.web.views.stages import StageView


@dataclass(frozen=True, slots=True)
class SearchRow:
    """One earlier search of this officer. state: waiting, done, refused; `part`: of a marked part alone."""

    id: str
    at: datetime
    file: str
    purpose: str
    state: str
    part: bool = False


@dataclass(frozen=True, slots=True)
class SearchesView:
    """The search form, and a page of the officer's earlier searches under the chosen case."""

    cases: tuple[Choice, ...]
    chosen: str = ""
    searches: tuple[SearchRow, ...] = ()
    case_id: str = ""
    following: str = ""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One answer. level audience: the exhibit itself; level contact: who knows it and whom to ask.

    `stage`: the exhibit with what was found drawn in; `at`: of a film, at which second.
    """

    level: str
    agency: Agency
    reference: str
    contact: str
    since: date
    matcher: str
    band: str
    why: str = ""
    case_id: str = ""
    exhibit_id: str = ""
    name: str = ""
    stage: StageView | None = None
    at: float | None = None


@dataclass(frozen=True, slots=True)
class SearchView:
    """One search and its answers so far; the page asks again while it is waiting.

    `stage`: the exhibit it was made from, with the marked part, of a film at the second `moment`; `back` leads there.
    `marked`: where the part lies, in words.
    """

    id: str
    at: datetime
    file: str
    case_id: str
    case_reference: str
    purpose: str
    state: str
    reason: str = ""
    hits: tuple[SearchHit, ...] = ()
    stage: StageView | None = None
    back: str = ""
    moment: float | None = None
    marked: str = ""
