"""Random worlds for the oracle: agencies, officers of every kind, cases of every policy, links between their media.

Every world is made from a number and always the same; `matrix` walks every actor, object state and verb.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.access.oracle import READ, Agency, Case, Exhibit, Officer, World, in_team, sight, stance

ACTORS = ("owner-team investigator", "owner colleague outside the team", "audience investigator", "denied officer",
          "outsider", "analyst", "agency administrator", "auditor", "system administrator", "suspended", "logged out")
STATES = ("own", "shared", "denied", "hidden", "missing", "wrong-parent")
OBJECT_VERBS = ("read", "reveal", "search", "contribute", "edit_case", "set_policy", "export")
COUNTRIES = ("XA", "XB", "XC")


def _officers(agency: Agency, number: int) -> list[Officer]:
    """Every kind of officer in every agency; the system administrator in the first one only."""
    def one(kind: str, *roles: str, suspended: bool = False, logged_in: bool = True) -> Officer:
        return Officer(f"{kind}-{agency.name.lower()}", agency, frozenset(roles), suspended, logged_in)

    made = [one("inv1", "investigator"), one("inv2", "investigator"), one("analyst", "analyst"),
            one("admin", "agency_administrator"), one("auditor", "auditor"),
            one("both", "investigator", "agency_administrator"), one("face", "investigator", "biometric"),
            one("away", "investigator", "agency_administrator", suspended=True),
            one("out", "investigator", logged_in=False)]
    return [*made, one("system", "system_administrator")] if number == 0 else made


def _case(rng: random.Random, name: str, owner: Agency, others: list[Agency], officers: list[Officer]) -> Case:
    """A case with a policy drawn field by field."""
    names = [agency.name for agency in others] + sorted({agency.country for agency in others} | {owner.country})
    colleagues = [officer.name for officer in officers if officer.agency == owner and officer.roles & READ]
    team = rng.choice([None, frozenset(rng.sample(colleagues, rng.randint(1, 3)))])
    audience = rng.choice([frozenset[str](), None, frozenset(rng.sample(names, rng.randint(1, 2)))])
    deny = rng.choice([frozenset[str](), frozenset[str](), frozenset(rng.sample(names, 1))])
    return Case(name, owner, team, audience, deny, rng.choice(["contact", "owner-first"]),
                rng.choice([1, 30, 365, 365, 0, -1]))


def random_world(seed: int) -> World:
    """Three to five agencies, two cases each, up to three exhibits a case, media shared and linked."""
    rng = random.Random(seed)
    agencies = [Agency(f"A{number}", rng.choice(COUNTRIES), rng.choice(["unit", "unit", "bureau", "coordination"]))
                for number in range(rng.randint(3, 5))]
    officers = [officer for number, agency in enumerate(agencies) for officer in _officers(agency, number)]
    cases = [_case(rng, f"{owner.name}-case{number}", owner, [one for one in agencies if one != owner], officers)
             for owner in agencies for number in range(2)]
    media = [f"m{number}" for number in range(8)]
    exhibits = [Exhibit(f"{case.name}-e{number}", case, rng.choice(media), rng.random() < 0.2, _granted(rng, agencies))
                for case in cases for number in range(rng.randint(1, 3))]
    links = frozenset(frozenset(rng.sample(media, 2)) for _ in range(8))
    disclosed = frozenset((a.name, b.name) for a in cases for b in cases if a.owner != b.owner and rng.random() < 0.2)
    return World(tuple(agencies), tuple(officers), tuple(cases), tuple(exhibits), links, disclosed)


def _granted(rng: random.Random, agencies: list[Agency]) -> frozenset[str]:
    return frozenset([rng.choice(agencies).name]) if rng.random() < 0.2 else frozenset()


worlds = st.integers(0, 2**32 - 1).map(random_world)


def actor_kind(viewer: Officer, case: Case) -> str:
    """Return which of ACTORS an officer is towards a case."""
    if viewer.suspended or not viewer.logged_in:
        return "suspended" if viewer.suspended else "logged out"
    for role in ("system_administrator", "auditor", "agency_administrator", "analyst"):
        if role in viewer.roles:
            return role.replace("_", " ")
    if viewer.agency == case.owner:
        return ACTORS[0] if in_team(viewer, case) else ACTORS[1]
    return {"audience": ACTORS[2], "denied": ACTORS[3]}.get(stance(viewer.agency, case), ACTORS[4])


def object_state(viewer: Officer, exhibit: Exhibit) -> str:
    """Return which of STATES an existing exhibit is in for an officer (as if he could read)."""
    reader = Officer(viewer.name, viewer.agency, READ)
    if sight(reader, exhibit):
        return "own" if viewer.agency == exhibit.case.owner else "shared"
    return "denied" if stance(viewer.agency, exhibit) == "denied" else "hidden"


@dataclass(frozen=True)
class Try:
    """One attempt: a verb by an officer on an exhibit (None: a random id) through a case."""

    viewer: Officer
    state: str
    parent: Case
    exhibit: Exhibit | None


def tries(world: World, rng: random.Random, viewer: Officer) -> Iterator[Try]:
    """Yield for one officer an exhibit in every state this world offers him, missing and misplaced ones too."""
    by_state: dict[str, list[Exhibit]] = {}
    for exhibit in world.exhibits:
        by_state.setdefault(object_state(viewer, exhibit), []).append(exhibit)
    for state, found in sorted(by_state.items()):
        exhibit = rng.choice(found)
        yield Try(viewer, state, exhibit.case, exhibit)
        elsewhere = rng.choice([case for case in world.cases if case != exhibit.case])
        yield Try(viewer, "wrong-parent", elsewhere, exhibit)
        yield Try(viewer, "missing", exhibit.case, None)


def matrix(world: World, seed: int = 0) -> Iterator[Try]:
    """Yield every try of every officer."""
    rng = random.Random(seed)
    for viewer in world.officers:
        yield from tries(world, rng, viewer)


def chosen(world: World) -> list[Try]:
    """Return one try for each actor and each state of the object that this world has."""
    tries = list(matrix(world, seed=7))
    random.Random(5).shuffle(tries)
    return list({(actor_kind(one.viewer, one.parent if one.exhibit is None else one.exhibit.case), one.state): one
                 for one in tries}.values())
