"""The ids that one try of the matrix stands for, on each kind of object a route may name."""

import uuid
from collections.abc import Iterator
from typing import Any

from tests.access.oracle import Agency
from tests.access.real import Real
from tests.access.worlds import Try


def objects(real: Real, one: Try, kind: str) -> Iterator[tuple[Any, Any]]:
    """Yield the ids a try stands for on one kind of object, each with what the oracle knows of it (None: nothing)."""
    case = one.parent if one.exhibit is None else one.exhibit.case
    if one.state in ("missing", "wrong-parent"):  # a wrong id may well be the id of something else
        other = real.exhibits[one.exhibit.name] if one.exhibit else uuid.uuid4()
        yield {"reference": "no such case"}.get(kind, real.cases[case.name] if kind == "exhibit" else other), None
    elif kind == "case":
        yield real.cases[case.name], case
    elif kind == "every case":
        yield from ((real.cases[each.name], each) for each in real.world.cases)
    elif kind == "reference":
        yield f"{case.owner.name}/{case.name}", case
    elif kind == "contribution":
        yield real.contributions[case.name], case
    elif kind == "exhibit" and one.exhibit:
        yield real.exhibits[one.exhibit.name], one.exhibit
    elif kind == "link" and one.exhibit:
        yield from ((real.links[pair], pair) for pair in real.links if one.exhibit.media in pair)
    elif kind in ("search", "upload", "selection", "act", "view"):
        make = getattr(real, kind) if kind != "search" else lambda who, about: real.search(who, about, [])
        stranger = next(who for who in real.world.officers if who != one.viewer)
        yield make(one.viewer, case), (one.viewer.name, case)
        yield make(stranger, case), (stranger.name, case)
    else:
        yield from accounts(real, one, kind)


def accounts(real: Real, one: Try, kind: str) -> Iterator[tuple[Any, Any]]:
    """Yield officers, agencies and sessions: the actor's own agency when the object is his, another one if not."""
    case = one.parent if one.exhibit is None else one.exhibit.case
    agency = one.viewer.agency if one.state == "own" else case.owner
    if kind == "profile":
        yield real.profile(agency.name), agency
    if kind == "agency":
        yield real.agencies[agency.name].id, agency
        yield real.node.viewers["root"].agency_id, Agency("NODE", "XZ", "coordination")  # still without administrator
    known = [each for each in real.world.officers if each.agency == agency]
    for officer in known if one.state == "own" else known[:2]:
        viewer = real.viewers[officer.name]
        if kind == "officer" and "system_administrator" not in officer.roles:
            yield viewer.officer_id, officer
        if kind == "session" and officer.logged_in:
            yield viewer.session_id, officer.name
