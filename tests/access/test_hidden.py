"""A hidden thing and a missing one answer byte for byte the same, at every door, for reads and writes alike."""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from clew.store import db
from tests.access.oracle import Case, Officer, World, hit, in_team, sight
from tests.access.real import Real, Undone, readers
from tests.access.routes import ROUTES, address
from tests.access.worlds import random_world
from tests.web.in_process import in_process

PAIRS = 500


@pytest.fixture(scope="module")
def real(make_real: Callable[[World], Real]) -> Real:
    """Return a small real world with much to hide."""
    return make_real(random_world(176))


@pytest.fixture(scope="module")
def web(real: Real) -> Iterator[httpx.Client]:
    """Return a client of the application on a node on which nothing stays changed."""
    with pytest.MonkeyPatch.context() as patch, in_process() as client:
        patch.setitem(db._open, real.node.at, undone := Undone(real.node.at))
        yield client
        undone.close()


@dataclass(frozen=True)
class Pair:
    """One request twice: for a thing that is there but hidden from the officer, and for one that is not there."""

    viewer: Officer
    key: tuple[str, str]
    hidden: object
    missing: object


def hidden_things(real: Real, viewer: Officer, kind: str) -> list[object]:
    """Return the ids of what exists and is out of this officer's sight."""
    world = real.world
    unseen = [one for one in world.cases if not sight(viewer, one)
              and not ("agency_administrator" in viewer.roles and viewer.agency == one.owner)]  # who reviews it knows it
    if kind in ("case", "every case"):
        return [real.cases[one.name] for one in unseen]
    if kind == "reference":
        return [f"{one.owner.name}/{one.name}" for one in unseen]
    if kind == "contribution":
        return [real.contributions[one.name] for one in world.cases
                if not (sight(viewer, one) and in_team(viewer, one))]
    if kind == "exhibit":
        return [real.exhibits[one.name] for one in world.exhibits if not sight(viewer, one)]
    if kind == "link":
        return [real.links[pair] for pair in real.links if not any(
            hit(world, viewer, a, b) == "link" for a in world.exhibits for b in world.exhibits
            if frozenset({a.media, b.media}) == pair)]
    return []


def others_things(real: Real, viewer: Officer, kind: str) -> list[object]:
    """Return the ids of what belongs to others: searches and uploads of a colleague, officers of another agency."""
    stranger = next(one for one in readers(real.world) if one != viewer)
    case: Case = real.world.cases[0]
    if kind == "search":
        return [real.search(stranger, case, [])]
    if kind == "upload":
        return [real.upload(stranger, case)]
    if kind == "officer" and "system_administrator" not in viewer.roles:  # who lists the appointed of all agencies
        return [real.viewers[one.name].officer_id for one in real.world.officers if one.agency != viewer.agency]
    return [real.viewers[stranger.name].session_id] if kind == "session" else []


def pairs(real: Real) -> list[Pair]:
    """Return every pair of this world, in an order that is always the same."""
    found = []
    viewers = [one for one in real.world.officers if one.logged_in and not one.suspended]
    for viewer in viewers:
        things = {kind: hidden_things(real, viewer, kind) + others_things(real, viewer, kind)
                  for kind in sorted({route.of for route in ROUTES.values()})}
        for key, route in ROUTES.items():
            found += [Pair(viewer, key, one, "A0/none" if route.of == "reference" else uuid.uuid4())
                      for one in things[route.of]]
    random.Random(4).shuffle(found)
    return found


def ask(web: httpx.Client, real: Real, pair: Pair, thing: object) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return status, headers but the date, and body."""
    method, path = pair.key
    request = dict(ROUTES[pair.key].ask)
    if ROUTES[pair.key].of == "reference":
        request["params"] = {"reference": thing}
    headers = {"Authorization": f"Bearer {real.viewers[pair.viewer.name].token}", **request.pop("headers", {})}
    answer = web.request(method, address(path, thing), headers=headers, **request)
    return answer.status_code, [one for one in answer.headers.multi_items() if one[0] != "date"], answer.content


def test_500_pairs_of_hidden_and_missing(web: httpx.Client, real: Real) -> None:
    chosen = pairs(real)[:PAIRS]
    assert len(chosen) == PAIRS
    different, doors = [], set()
    for pair in chosen:
        hidden, missing = ask(web, real, pair, pair.hidden), ask(web, real, pair, pair.missing)
        assert hidden[0] in (403, 404)
        if hidden != missing:
            different.append((pair, hidden, missing))
        elif hidden[0] == 404:
            doors.add(pair.key)
    assert not different
    assert len(doors) > 30


def test_a_page_that_is_no_route_says_the_same(web: httpx.Client, real: Real) -> None:
    pair = next(one for one in pairs(real) if one.key == ("GET", "/exhibits/{exhibit_id}"))
    asked = ask(web, real, pair, pair.hidden)
    token = real.viewers[pair.viewer.name].token
    nowhere = web.get("/api/v1/no-such-door", headers={"Authorization": f"Bearer {token}"})
    if asked[0] == 404:
        assert nowhere.content == asked[2]
    assert nowhere.status_code == 404
