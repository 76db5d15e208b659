"""Who may know of a case: in words, and the form that changes it."""

import datetime
import uuid
from typing import TypeVar

from fastapi import Request
from fastapi.responses import Response

from clew.domain.accounts import service as accounts
from clew.domain.cases import service
from clew.domain.cases.model import Audience, Hits, Policy, Team
from clew.domain.cases.rules import COUNTRY, LONGEST, country_of
from clew.kernel import clock
from clew.kernel.errors import BadInput
from clew.kernel.ids import CaseId, OfficerId
from clew.web.pages.forms import Form, OwnForm
from clew.web.pages.frame import Visit, go, visit
from clew.web.phrases import N_
from clew.web.views import Agency, Choice, PolicyView

Word = TypeVar("Word", bound=str)
TEAMS: tuple[Team, ...] = ("agency", "listed")
AUDIENCES: tuple[Audience, ...] = ("own", "listed", "network")
_EVERY = N_("Every agency of {country}")
HITS: tuple[Hits, ...] = ("contact", "owner-first")


def policy_in_words(v: Visit, case_id: CaseId, owner: Agency) -> PolicyView:
    """Return the policy of a case as far as its sentences need it."""
    kept = service.get_policy.within(v.work, v.viewer, case_id)
    policy = kept.policy
    return PolicyView(
        str(case_id), kept.reference, owner, policy.team_kind, policy.audience_kind, policy.hits,
        policy.expires or clock.now().date(),
        tuple(Choice(str(one), name, True) for one, name in zip(policy.team, kept.team_names, strict=True)),
        tuple(Choice(code, _named(v, code), True) for code in policy.audience),
        tuple(Choice(code, _named(v, code), True) for code in policy.deny), policy.conditions, policy.handling)


def policy_view(v: Visit, case_id: CaseId) -> PolicyView:
    """Return the policy of a case with everything its form offers."""
    kept = service.get_policy.within(v.work, v.viewer, case_id)
    me = accounts.get_me.within(v.work, v.viewer)
    policy, latest = kept.policy, clock.now().date() + LONGEST
    parties = _parties(v, me.agency_code, {*policy.audience, *policy.deny})
    return PolicyView(
        str(case_id), kept.reference, Agency(me.agency_code, me.country, me.agency_name), policy.team_kind,
        policy.audience_kind, policy.hits, policy.expires or latest,
        tuple(Choice(str(o.id), o.full_name, o.id in policy.team) for o in accounts.list_colleagues.within(v.work, v.viewer)),
        tuple(Choice(code, label, code in policy.audience) for code, label in parties),
        tuple(Choice(code, label, code in policy.deny) for code, label in parties),
        policy.conditions, policy.handling, latest, v.may("read"))


def _parties(v: Visit, own: str, kept: set[str]) -> list[tuple[str, str]]:
    """Return the agencies and whole countries one may name, and those named already."""
    others = [a for a in accounts.list_agencies.within(v.work, v.viewer) if a.code not in (own, "NODE")]
    offered = {a.code: f"{a.name} ({a.code})" for a in others}
    offered |= {code: _named(v, code) for code in sorted({COUNTRY + a.country for a in others})}
    return list((offered | {code: _named(v, code) for code in sorted(kept - offered.keys())}).items())


def _named(v: Visit, code: str) -> str:
    """Return how a party is called: a country is never mistaken for an agency of the same code."""
    country = country_of(code)
    return code if country is None else v.words.say(_EVERY, country=country)


def policy_page(request: Request, case_id: uuid.UUID) -> Response:
    """Show who may know of a case, and the form that changes it."""
    with visit(request, "reviews", "set_policy") as v:
        return v.page("cases/policy_page.html", policy_view(v, CaseId(case_id)))


def set_policy(form: OwnForm, case_id: uuid.UUID) -> Response:
    """Set who may know of a case."""
    service.set_policy(form.viewer, CaseId(case_id), policy=_policy(form))
    return go(f"/cases/{case_id}/policy")


def _policy(form: Form) -> Policy:
    team, audience = _one(form["team"], TEAMS), _one(form["audience"], AUDIENCES)
    try:
        expires = datetime.date.fromisoformat(form["expires"])
        officers = tuple(OfficerId(uuid.UUID(one)) for one in form.all("officers")) if team == "listed" else ()
    except ValueError:
        raise BadInput("The expiry is a day after today and at most five years ahead.") from None
    # Boxes left ticked under a choice that was not taken count for nothing.
    shared = tuple(sorted(form.all("shared"))) if audience == "listed" else ()
    return Policy(team, officers, audience, shared, tuple(sorted(form.all("denied"))), _one(form["hits"], HITS),
                  form["conditions"].strip()[:2000], form["handling"].strip()[:40], expires)


def _one(given: str, offered: tuple[Word, ...]) -> Word:
    for one in offered:
        if one == given:
            return one
    raise BadInput("This page is out of date. Reload it and try again.")
