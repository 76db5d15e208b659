"""Pure rules of a case's policy: what is allowed, and how it reads in words."""

import datetime
import re

from clew.domain.cases.model import Policy, Reason
from clew.kernel.errors import BadInput

LONGEST = datetime.timedelta(days=5 * 365 + 1)
COUNTRY = "country:"
_COUNTRY = re.compile(r"country:[A-Z]{2}")


def party(given: str) -> str:
    """Return a party in its one spelling: an agency's code, or country:XA. Whatever has no `country:` is an agency.

    An agency may bear a code that is a country's too, so the kind is always said. Raises BadInput for no country.
    """
    spelled = given.strip()
    if not spelled.lower().startswith(COUNTRY):
        return spelled.upper()
    spelled = COUNTRY + spelled[len(COUNTRY):].strip().upper()
    if not _COUNTRY.fullmatch(spelled):
        raise BadInput("A country is country: and two letters (ISO 3166, or a user-assigned code), as country:XA.")
    return spelled


def country_of(spelled: str) -> str | None:
    """Return the two letters of a party that is a country, or None for an agency."""
    return spelled.removeprefix(COUNTRY) if spelled.startswith(COUNTRY) else None


def first_expiry(today: datetime.date) -> datetime.date:
    """Return the expiry of a new case: five years ahead, the longest allowed."""
    return today + LONGEST


def check_policy(policy: Policy, today: datetime.date) -> None:
    """Raise BadInput for a policy that contradicts itself or reaches too far."""
    if policy.expires is None or not today < policy.expires <= today + LONGEST:
        raise BadInput("The expiry is a day after today and at most five years ahead.")
    if policy.team_kind == "listed" and not policy.team:
        raise BadInput("A listed team needs at least one officer, or nobody could work on the case.")
    if policy.audience_kind == "listed" and not policy.audience:
        raise BadInput("A listed audience needs at least one agency or country. Choose 'own' for nobody else.")
    if policy.audience_kind != "listed" and policy.audience:
        raise BadInput("Agencies and countries are listed only with the audience 'listed'.")
    if policy.team_kind != "listed" and policy.team:
        raise BadInput("Officers are listed only with the team 'listed'.")
    if both := sorted(set(map(party, policy.audience)) & set(map(party, policy.deny))):
        raise BadInput(f"Both in the audience and denied: {', '.join(both)}. Take one of the two out.")


def in_words(policy: Policy, agency: str, team_names: tuple[str, ...]) -> tuple[Reason, ...]:
    """Return who can see the case and why, most knowing first."""
    reasons = [Reason("team-agency", (agency,)) if policy.team_kind == "agency" else Reason("team-listed", team_names)]
    if policy.team_kind == "listed":
        reasons.append(Reason("colleagues-contact", (agency,)))
    reasons.append({
        "own": Reason("audience-own"), "network": Reason("audience-network"),
        "listed": Reason("audience-listed", policy.audience)}[policy.audience_kind])
    if policy.deny:
        reasons.append(Reason("denied", policy.deny))
    if policy.audience_kind != "network":
        reasons.append(Reason("hits-contact" if policy.hits == "contact" else "hits-owner-first"))
    if policy.expires:
        reasons.append(Reason("expires", (policy.expires.isoformat(),)))
    return tuple(reasons)
