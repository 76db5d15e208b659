"""Cases and their policy, overlap, links and judgements."""

import datetime
import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from clew.domain.cases import review, service
from clew.domain.cases.model import Case, Policy, PolicyView
from clew.domain.cases.rules import party
from clew.domain.links import service as links
from clew.domain.links.model import Judgement, Link, LinkView, Overlap
from clew.kernel.ids import CaseId, ExhibitId, JudgementId, LinkId, OfficerId
from clew.signals.sides import turned_round
from clew.store.vault import vault
from clew.web.clear import both_sides
from clew.web.session import Asking, Key

router = APIRouter(tags=["cases"])
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.get("/cases")
def list_cases(viewer: Asking, after: uuid.UUID | None = None, limit: Limit = 1000) -> list[Case]:
    """List the cases in sight; `after` is the id of the last one seen."""
    return service.list_cases(viewer, after=None if after is None else CaseId(after), limit=limit)


class NewCase(BaseModel):
    """A new case."""

    reference: str = Field(max_length=80)
    title: str = Field("", max_length=200)
    contact: str = Field("", max_length=200)


@router.post("/cases", status_code=201)
def open_case(viewer: Asking, body: NewCase, key: Key) -> Case:
    """Open a case of one's own agency."""
    return service.open_case.once(key, viewer, body.reference, title=body.title, contact=body.contact)


@router.get("/find-case")
def find_case(viewer: Asking, reference: Annotated[str, Query(max_length=120)]) -> Case:
    """Find a case in sight by its reference, or AGENCY/reference."""
    return service.find_case(viewer, reference)


@router.get("/managed-cases")
def list_managed_cases(viewer: Asking, reference: Annotated[str, Query(max_length=120)] = "",
                       after: uuid.UUID | None = None, limit: Limit = 1000) -> list[PolicyView]:
    """List the cases whose policy one may set, or the one of a reference; `after` is the case id of the last one seen."""
    return service.list_managed_cases(viewer, reference=reference, after=None if after is None else CaseId(after),
                                      limit=limit)


@router.get("/cases/{case_id}")
def get_case(viewer: Asking, case_id: uuid.UUID) -> Case:
    """Show one case."""
    return service.get_case(viewer, CaseId(case_id))


@router.get("/cases/{case_id}/policy")
def get_policy(viewer: Asking, case_id: uuid.UUID) -> PolicyView:
    """Show who may know of a case and why."""
    return service.get_policy(viewer, CaseId(case_id))


@router.delete("/cases/{case_id}", status_code=204)
def erase_case(viewer: Asking, case_id: uuid.UUID, key: Key) -> None:
    """Erase an expired case for good (its agency's administrator)."""
    for name in review.erase_case.once(key, viewer, CaseId(case_id)):
        vault().blobs.drop(name)


class NewPolicy(BaseModel):
    """The whole policy of a case; it replaces the former one."""

    team_kind: Literal["agency", "listed"] = "agency"
    team: list[uuid.UUID] = Field([], max_length=1000)
    audience_kind: Literal["own", "listed", "network"] = "own"
    audience: list[str] = Field([], max_length=500)
    deny: list[str] = Field([], max_length=500)
    hits: Literal["contact", "owner-first"] = "contact"
    conditions: str = Field("", max_length=2000)
    handling: str = Field("", max_length=40)
    expires: datetime.date

    def policy(self) -> Policy:
        """Return the policy these fields describe."""
        return Policy(self.team_kind, tuple(OfficerId(one) for one in self.team), self.audience_kind,
                      _codes(self.audience), _codes(self.deny), self.hits, self.conditions, self.handling, self.expires)


def _codes(given: list[str]) -> tuple[str, ...]:
    return tuple(sorted({party(one) for one in given}))


@router.put("/cases/{case_id}/policy")
def set_policy(viewer: Asking, case_id: uuid.UUID, body: NewPolicy, key: Key) -> PolicyView:
    """Set who may know of a case."""
    return service.set_policy.once(key, viewer, CaseId(case_id), policy=body.policy())


@router.get("/cases/{case_id}/overlap")
def overlap(viewer: Asking, case_id: uuid.UUID) -> list[Overlap]:
    """Show what is known elsewhere, and by whom."""
    return links.overlap(viewer, CaseId(case_id))


class Disclosure(BaseModel):
    """The handle of a hit."""

    handle: uuid.UUID


@router.post("/cases/{case_id}/disclosures", status_code=204)
def disclose(viewer: Asking, case_id: uuid.UUID, body: Disclosure, key: Key) -> None:
    """Let the other side of a hit know of this case."""
    links.disclose.once(key, viewer, CaseId(case_id), handle=body.handle)


@router.get("/cases/{case_id}/links")
def list_links(viewer: Asking, case_id: uuid.UUID, exhibit_id: uuid.UUID | None = None, own: bool = True,
               verdict: Literal["", "match", "possible"] = "", unjudged: bool = False,
               after: Annotated[str, Query(max_length=300)] = "", limit: Limit = 100) -> list[Link]:
    """List the links of a case, strongest first; `after` is the place of the last one seen."""
    exhibit = None if exhibit_id is None else ExhibitId(exhibit_id)
    return links.list_links(viewer, CaseId(case_id), exhibit_id=exhibit, own=own, verdict=verdict, unjudged=unjudged,
                            after=after, limit=limit)


@router.get("/links/{link_id}")
def get_link(viewer: Asking, link_id: uuid.UUID) -> LinkView:
    """Show one link with its judgements."""
    return links.get_link(viewer, LinkId(link_id))


@router.get("/links/{link_id}/judgements")
def list_judgements(viewer: Asking, link_id: uuid.UUID, after: uuid.UUID | None = None,
                    limit: Limit = 100) -> list[Judgement]:
    """List what was judged of a link, newest first; `after` is the id of the last one seen."""
    last = None if after is None else JudgementId(after)
    return links.list_judgements(viewer, LinkId(link_id), after=last, limit=limit)


class RevealBoth(BaseModel):
    """Why clear material is shown."""

    purpose: str = Field(max_length=500)


@router.post("/links/{link_id}/picture", response_class=Response)
def reveal_link(viewer: Asking, link_id: uuid.UUID, body: RevealBoth) -> Response:
    """Show both sides of a link with what they share drawn in: a PNG that is never cached. Each side is a reveal."""
    link, (left, right) = links.reveal_link(viewer, LinkId(link_id), purpose=body.purpose)
    where = turned_round(link.where) if link.flipped else link.where
    return Response(both_sides(left, right, where), media_type="image/png")


class NewJudgement(BaseModel):
    """An answer and its reason."""

    answer: Literal["POSITIVE", "NEGATIVE", "UNSURE"]
    reason: str = Field(max_length=2000)


@router.post("/links/{link_id}/judgements", status_code=201)
def judge(viewer: Asking, link_id: uuid.UUID, body: NewJudgement, key: Key) -> Judgement:
    """Judge a link."""
    return links.judge.once(key, viewer, LinkId(link_id), answer=body.answer, reason=body.reason)
