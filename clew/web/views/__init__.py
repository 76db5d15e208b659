"""What each page shows, as typed values: routes fill them from the verbs, templates only read them.

A view holds what the viewer may know and nothing else; it is made after `sight`, never before it.
"""

from clew.web.views.accounts import (
    AccountView,
    AgenciesView,
    AgencyRow,
    AppointedRow,
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
    FileRow,
    FilesView,
    OverlapRow,
    PolicyView,
    ProgressView,
    ReviewRow,
    ReviewView,
)
from clew.web.views.exhibits import (
    ExhibitView,
    GridView,
    SharingView,
    SignalRow,
    TileView,
)
from clew.web.views.links import (
    CompareView,
    JudgementRow,
    LinkRow,
    LinksView,
    PartRow,
    ScoreRow,
    Segment,
    SideView,
)
from clew.web.views.oversight import (
    CheckRow,
    ErrorView,
    EventRow,
    EventsView,
    FailedRow,
    HealthView,
    JobRow,
)
from clew.web.views.searches import (
    SearchesView,
    SearchHit,
    SearchRow,
    SearchView,
)
from clew.web.views.shell import (
    Agency,
    Choice,
    Shell,
)
from clew.web.views.stages import (
    ShapeView,
    StageView,
)

__all__ = [
    "AccountView",
    "AgenciesView",
    "Agency",
    "AgencyRow",
    "AppointedRow",
    "CaseRow",
    "CaseView",
    "CasesView",
    "CheckRow",
    "Choice",
    "CompareView",
    "ContributionRow",
    "EnrolmentView",
    "ErrorView",
    "EventRow",
    "EventsView",
    "ExhibitView",
    "FailedRow",
    "FileRow",
    "FilesView",
    "GridView",
    "HealthView",
    "IssuedCode",
    "JobRow",
    "JudgementRow",
    "LinkRow",
    "LinksView",
    "LoginView",
    "OfficerRow",
    "OfficersView",
    "OverlapRow",
    "PartRow",
    "PolicyView",
    "ProgressView",
    "ReviewRow",
    "ReviewView",
    "ScoreRow",
    "SearchHit",
    "SearchRow",
    "SearchView",
    "SearchesView",
    "Segment",
    "SessionRow",
    "ShapeView",
    "SharingView",
    "Shell",
    "SideView",
    "SignalRow",
    "StageView",
    "TileView",
]
