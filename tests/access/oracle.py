"""What access.md says, as plain Python written from its text alone: no SQL, nothing imported from the program.

Readings where the text leaves room carry a letter, (a) to (m); they are explained in `readings.md` beside this.
"""

from dataclasses import dataclass, field

READ = frozenset({"investigator", "analyst"})
RIGHTS = {  # verb -> roles that have the right at all
    "create_case": READ, "contribute": READ, "edit_case": READ, "read": READ, "search": READ, "reveal": READ,
    "judge": READ, "categorise": READ, "set_policy": READ | {"agency_administrator"}, "export": READ, "biometric_search": READ,
    "second_officer": READ, "officers": frozenset({"agency_administrator"}),
    "events": frozenset({"agency_administrator", "auditor"}), "operate": frozenset({"system_administrator"})}


@dataclass(frozen=True)
class Agency:
    name: str
    country: str
    kind: str = "unit"


@dataclass(frozen=True)
class Officer:
    name: str
    agency: Agency
    roles: frozenset[str]
    suspended: bool = False
    logged_in: bool = True


@dataclass(frozen=True)
class Case:
    name: str
    owner: Agency
    team: frozenset[str] | None = None  # None: the whole agency
    audience: frozenset[str] | None = frozenset()  # names of agencies and countries; None: the network
    deny: frozenset[str] = frozenset()
    hits: str = "contact"
    expires: int = 1  # days from today


@dataclass(frozen=True)
class Exhibit:
    name: str
    case: Case
    media: str
    narrowed: bool = False
    granted: frozenset[str] = frozenset()  # names of agencies


@dataclass(frozen=True)
class World:
    agencies: tuple[Agency, ...]
    officers: tuple[Officer, ...]
    cases: tuple[Case, ...]
    exhibits: tuple[Exhibit, ...]
    links: frozenset[frozenset[str]] = frozenset()  # pairs of distinct media
    disclosed: frozenset[tuple[str, str]] = field(default=frozenset())  # (case, other case): its owner agreed


Thing = Case | Exhibit


def active(viewer: Officer) -> bool:
    return viewer.logged_in and not viewer.suspended


def case_of(thing: Thing) -> Case:
    return thing if isinstance(thing, Case) else thing.case


def in_team(viewer: Officer, case: Case) -> bool:
    return viewer.agency == case.owner and (case.team is None or viewer.name in case.team)


def stance(agency: Agency, thing: Thing) -> str:
    """How the policy over `thing` stands to an agency: audience, contact, owner-first or denied."""
    case, listed = case_of(thing), {agency.name, agency.country}
    if case.expires <= 0:  # (a)
        return "denied"
    if agency == case.owner:  # a colleague outside the team; deny never means the owner (b)
        return "contact"
    if listed & case.deny:
        return "denied"
    narrowed, granted = (thing.narrowed, thing.granted) if isinstance(thing, Exhibit) else (False, frozenset())
    if agency.name in granted:
        return "audience"
    if (case.audience is None or listed & case.audience) and not narrowed:  # (c)
        return "audience"
    return case.hits


def sight(viewer: Officer, thing: Thing) -> bool:
    """Whether the viewer knows of the thing."""
    case = case_of(thing)
    return (active(viewer) and bool(viewer.roles & READ) and case.expires > 0
            and (in_team(viewer, case) or stance(viewer.agency, thing) == "audience"))


def linked(world: World, a: Exhibit, b: Exhibit) -> bool:
    """Whether a hit joins two exhibits: the same content, or a link between their media."""
    return a != b and (a.media == b.media or frozenset({a.media, b.media}) in world.links)


def hit(world: World, viewer: Officer, mine: Exhibit, other: Exhibit) -> str | None:
    """What a viewer who looks at `mine` learns of its hit on `other`: link, contact, asked or nothing (None)."""
    if not linked(world, mine, other) or not sight(viewer, mine):
        return None
    if sight(viewer, other):
        return "link"
    if viewer.agency != mine.case.owner:  # it is not his material that hits (d)
        return None
    theirs, ours = stance(viewer.agency, other), stance(other.case.owner, mine)
    if theirs in ("contact", "denied"):
        return "contact" if theirs == "contact" else None
    agreed = ours != "owner-first" or (mine.case.name, other.case.name) in world.disclosed
    if (other.case.name, mine.case.name) in world.disclosed and agreed and ours != "denied":
        return "contact"
    return "asked" if ours != "denied" else None  # (e)


def may_disclose(world: World, viewer: Officer, mine: Exhibit, other: Exhibit) -> bool:
    """Whether the viewer is told of a hit for which his own case waits for him to disclose it."""
    return (viewer.agency == mine.case.owner != other.case.owner and hit(world, viewer, mine, other) is not None
            and stance(other.case.owner, mine) == "owner-first"
            and (mine.case.name, other.case.name) not in world.disclosed)


def may(viewer: Officer, verb: str, thing: Thing | None = None, parent: Case | None = None) -> str:
    """The answer to a verb on a thing (None: missing), loaded through `parent` where one is named.

    yes | not_logged_in | not_your_role | not_found | not_yours (known, but not the viewer's to change).
    """
    if not active(viewer):
        return "not_logged_in"
    if not viewer.roles & RIGHTS[verb] or (verb == "biometric_search" and "biometric" not in viewer.roles):
        return "not_your_role"  # (m)
    if verb in ("create_case", "operate", "officers", "events"):
        return "yes"
    if thing is None or (parent is not None and (case_of(thing) != parent or not sight(viewer, parent))):  # (f)
        return "not_found"
    return _may_on(viewer, verb, thing)


def _may_on(viewer: Officer, verb: str, thing: Thing) -> str:
    owner = viewer.agency == case_of(thing).owner
    if verb == "set_policy" and owner and "agency_administrator" in viewer.roles:
        return "yes"  # also when it has expired: the review
    if not sight(viewer, thing):
        return "not_found"
    if verb in ("contribute", "edit_case", "set_policy") and not in_team(viewer, case_of(thing)):
        return "not_yours"  # (g)
    return "yes"  # (h)


def may_judge(world: World, viewer: Officer, a: Exhibit, b: Exhibit) -> str:
    """A link is judged by who sees the link itself, both sides of it."""
    if (answer := may(viewer, "judge", a)) != "yes":
        return answer
    return "yes" if hit(world, viewer, a, b) == "link" else "not_found"


def may_grant(world: World, actor: Officer, target: Officer, role: str) -> bool:
    """Whether `actor` may give `target` a role."""
    if not active(actor) or actor.name == target.name or "system_administrator" in target.roles:  # (i)
        return False
    if "auditor" in target.roles and "system_administrator" not in actor.roles:  # (i)
        return False
    if "system_administrator" in actor.roles:
        first = not any("agency_administrator" in officer.roles for officer in world.officers
                        if officer.agency == target.agency)
        return role == "auditor" or (role == "agency_administrator" and first)
    if "agency_administrator" not in actor.roles:
        return False
    if role == "biometric":
        return actor.agency.kind == "bureau" and actor.agency.country == target.agency.country
    return role in READ | {"agency_administrator"} and actor.agency == target.agency


def sees_event(viewer: Officer, of_agency: Agency | None) -> bool:
    """Whether the viewer may read an event done by an officer of an agency (None: by the node itself)."""
    own = "agency_administrator" in viewer.roles and viewer.agency == of_agency
    return active(viewer) and ("auditor" in viewer.roles or own)
