"""A case and its policy, as its viewers see it."""

import datetime
from dataclasses import dataclass
from typing import Literal

from clew.kernel.ids import CaseId, OfficerId

Team = Literal["agency", "listed"]
Audience = Literal["own", "listed", "network"]
Hits = Literal["contact", "owner-first"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may know of a case. Parties are agencies by their code (XA-VIU) and countries by country:XA.

    `team` names the officers when `team_kind` is listed; `audience` the parties when `audience_kind` is listed.
    """

    team_kind: Team = "agency"
    team: tuple[OfficerId, ...] = ()
    audience_kind: Audience = "own"
    audience: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    hits: Hits = "contact"
    conditions: str = ""
    handling: str = ""
    expires: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case in sight. `own`: of the viewer's agency and team; `managed`: he may set its policy."""

    id: CaseId
    reference: str
    title: str
    contact: str
    agency_code: str
    agency_name: str
    country: str
    made_at: datetime.datetime
    expires: datetime.date
    hits: Hits
    conditions: str
    handling: str
    own: bool
    managed: bool
    exhibits: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of 'who can see this and why': a message id with the names it speaks of."""

    message: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The policy of a case with its explanation in words."""

    case_id: CaseId
    reference: str
    policy: Policy
    team_names: tuple[str, ...]
    reasons: tuple[Reason, ...]
