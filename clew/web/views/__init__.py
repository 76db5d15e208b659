"""What each page shows, as typed values: routes fill them from the verbs, templates only read them.

A view holds what the viewer may know and nothing else; it is made after `sight`, never before it.
"""

from clew.web.views.accounts import (
    AccountView,
    AgenciesView,
    AgencyRow,
    EnrolmentView,
    IssuedCode,
    LoginView,
    OfficerRow,
    OfficersView,
    SessionRow,
)
from clew.web.views.cases import (
    CaseRow,
    CasesView,
    CaseView,
    ContributionRow,
    DisclosureRow,
    OverlapRow,
    PolicyView,
)
from clew.web.views.exhibits import ExhibitView, GridView, LinkRow, SignalRow, TileView
from clew.web.views.links import CompareView, JudgementRow, ScoreRow, Segment, SideView
from clew.web.views.oversight import CheckRow, ErrorView, EventRow, EventsView, HealthView, JobRow
from clew.web.views.searches import SearchesView, SearchHit, SearchRow, SearchView
from clew.web.views.shell import Agency, Choice, Shell

__all__ = [
    "AccountView",
    "AgenciesView",
    "Agency",
    "AgencyRow",
    "CaseRow",
    "CaseView",
    "CasesView",
    "CheckRow",
    "Choice",
    "CompareView",
    "ContributionRow",
    "DisclosureRow",
    "EnrolmentView",
    "ErrorView",
    "EventRow",
    "EventsView",
    "ExhibitView",
    "GridView",
    "HealthView",
    "IssuedCode",
    "JobRow",
    "JudgementRow",
    "LinkRow",
    "LoginView",
    "OfficerRow",
    "OfficersView",
    "OverlapRow",
    "PolicyView",
    "ScoreRow",
    "SearchHit",
    "SearchRow",
    "SearchView",
    "SearchesView",
    "Segment",
    "SessionRow",
    "Shell",
    "SideView",
    "SignalRow",
    "TileView",
]
