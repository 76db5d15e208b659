"""Every API route x 11 actors x 6 states of its object on real nodes: 0 differences to the oracle."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from clew.store import db
from clew.web.api import cases, exhibits
from tests.access.objects import objects
from tests.access.oracle import World
from tests.access.real import Real, Undone
from tests.access.routes import PUBLIC, ROUTES, STATUS, Route, address
from tests.access.worlds import ACTORS, STATES, Try, actor_kind, chosen, random_world
from tests.web.in_process import in_process

FULL = 176  # a small world in which every actor meets every state there can be
# An actor who is named for what he is to the case: the owner's team has no case of others, a denied officer none shared.
IMPOSSIBLE = {
    ("owner-team investigator", "shared"), ("owner-team investigator", "hidden"),
    ("owner colleague outside the team", "own"), ("owner colleague outside the team", "shared"),
    ("audience investigator", "own"), ("audience investigator", "denied"), ("outsider", "own"), ("outsider", "denied"),
    *(("denied officer", state) for state in ("own", "shared", "hidden"))}
# Nobody has the handle of a hit that is not there; disclosing what is there is tried in test_hits_disclosed.py.
NEVER_HERE = {("POST", "/cases/{case_id}/disclosures")}
seen: set[tuple[str, str]] = set()


@pytest.fixture(scope="module", params=[FULL, pytest.param(11, marks=pytest.mark.soak),
                                        pytest.param(12, marks=pytest.mark.soak)])
def real(request: pytest.FixtureRequest, make_real: Callable[[World], Real]) -> Real:
    """Return the real node of a random world."""
    return make_real(random_world(request.param))


@pytest.fixture(scope="module")
def web(real: Real) -> Iterator[httpx.Client]:
    """Return a client of the application on a node on which nothing stays changed."""
    with pytest.MonkeyPatch.context() as patch, in_process() as client:
        patch.setitem(db._open, real.node.at, undone := Undone(real.node.at))
        patch.setattr(exhibits, "clear_picture", lambda *_, **__: b"a picture")
        patch.setattr(cases, "both_sides", lambda *_: b"a picture")
        yield client
        undone.close()


def ask(web: httpx.Client, real: Real, one: Try, key: tuple[str, str], thing: object) -> int:
    """Return the status of one request."""
    method, path = key
    request = dict(ROUTES[key].ask)
    if ROUTES[key].of == "reference":
        request["params"] = {"reference": thing}
    token = real.viewers[one.viewer.name].token
    headers = {"Authorization": f"Bearer {token}", **request.pop("headers", {})}
    return web.request(method, address(path, thing), headers=headers, **request).status_code


def right(route: Route, expected: str, status: int) -> bool:
    """Say whether a status is what the oracle's word asks for."""
    return status == route.ok if expected == "yes" else status in STATUS[expected]


def test_every_route_is_in_the_table(web: httpx.Client, real: Real) -> None:
    token = real.viewers["inv1-a0"].token
    described = web.get("/api/v1/openapi.json", headers={"Authorization": f"Bearer {token}"}).json()["paths"]
    there = {(method.upper(), path.removeprefix("/api/v1")) for path, methods in described.items() for method in methods}
    assert there - PUBLIC == ROUTES.keys()


@pytest.mark.parametrize("key", [key for key, route in ROUTES.items()], ids=" ".join)
def test_no_difference_to_the_oracle(web: httpx.Client, real: Real, key: tuple[str, str]) -> None:
    route, wrong, tried, expectations = ROUTES[key], [], set(), set()
    for one in chosen(real.world):
        seen.add((actor_kind(one.viewer, one.parent if one.exhibit is None else one.exhibit.case), one.state))
        for thing, known in objects(real, one, route.of) if route.of else [(None, None)]:
            if route.of and (one.viewer.name, thing) in tried:
                continue
            tried.add((one.viewer.name, thing))
            expected = route.rule(real.world, one.viewer, known)
            expectations.add(expected)
            status = ask(web, real, one, key, thing)
            if not right(route, expected, status):
                wrong.append((one.viewer.name, one.state, known, expected, status))
    assert not wrong
    assert "yes" in expectations or key in NEVER_HERE
    assert {"not_logged_in"} < expectations or expectations == {"yes", "not_logged_in"}


def test_every_actor_met_every_state() -> None:
    assert seen == {(actor, state) for actor in ACTORS for state in STATES} - IMPOSSIBLE


def test_without_a_token_nothing_is_answered(web: httpx.Client) -> None:
    for method, path in ROUTES:
        answer = web.request(method, "/api/v1" + path.replace("{", "").replace("}", ""))
        assert answer.status_code == 401, (method, path)


