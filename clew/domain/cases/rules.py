"""Pure rules of a case's policy: what is allowed, and how it reads in words."""

import datetime

from clew.domain.cases.model import Policy, Reason
from clew.kernel.errors import BadInput

LONGEST = datetime.timedelta(days=5 * 365 + 1)


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
    if both := sorted(set(policy.audience) & set(policy.deny)):
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
