"""A case's policy as sentences: who can see this, and why. Says what `access` decides; decides nothing."""

from clew.web.phrases import N_
from clew.web.views import PolicyView
from clew.web.words import Words

LINES = {
    "team agency": N_("Every investigator and analyst of {owner} works on this case."),
    "team listed": N_("Inside {owner} only these officers work on it: {names}."),
    "audience own": N_("No other agency sees its pictures, names or files."),
    "audience listed": N_("These see it as colleagues do, because the owner listed them: {names}."),
    "audience network": N_("Every agency of the network sees it as colleagues do, because the owner opened it."),
    "deny": N_("These never learn that it exists, not even through a hit: {names}."),
    "hits contact": N_(
        "Anyone else whose material hits it learns only: known to {owner}, the reference, a contact, since when,"
        " and how strong the hit is."
    ),
    "hits owner-first": N_(
        "Anyone else whose material hits it learns only that there is an undisclosed hit, until the owner, who is"
        " asked first, discloses it."
    ),
    "expires": N_("It is hidden from everybody after {day}, unless the owner keeps it with a new date."),
    "conditions": N_("Condition shown with everything that leaves: {text}"),
    "handling": N_("Handling code: {text}"),
}


def who_can_see(policy: PolicyView, words: Words) -> list[str]:
    """Return the sentences that say who can see a case under this policy, and why."""
    owner = policy.owner.name
    officers = ", ".join(c.label for c in policy.officers if c.chosen)
    shared = ", ".join(c.label for c in policy.shared if c.chosen)
    denied = ", ".join(c.label for c in policy.denied if c.chosen)
    lines = [
        words.say(LINES[f"team {policy.team}"], owner=owner, names=officers),
        words.say(LINES[f"audience {policy.audience}"], names=shared),
    ]
    if denied:
        lines.append(words.say(LINES["deny"], names=denied))
    lines.append(words.say(LINES[f"hits {policy.hits}"], owner=owner))
    if policy.conditions:
        lines.append(words.say(LINES["conditions"], text=policy.conditions))
    if policy.handling:
        lines.append(words.say(LINES["handling"], text=policy.handling))
    lines.append(words.say(LINES["expires"], day=words.day(policy.expires)))
    return lines
