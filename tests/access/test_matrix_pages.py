"""Every page x 11 actors x 6 states of its object on a real node: 0 differences to the oracle."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from clew.store import db
from clew.web import routes
from clew.web.session import PLAIN_COOKIE, csrf_of
from tests.access.objects import objects
from tests.access.oracle import World
from tests.access.page_routes import PAGES, PUBLIC_PAGES
from tests.access.real import Real, Undone
from tests.access.routes import STATUS
from tests.access.worlds import Try, chosen, random_world
from tests.web.in_process import in_process

# Nobody has the handle of a hit that is not there; disclosing what is there is tried in test_hits_disclosed.py.
NEVER_HERE = {("POST", "/cases/{case_id}/disclosures")}


@pytest.fixture(scope="module")
def real(make_real: Callable[[World], Real]) -> Real:
    """Return the real node of a small world in which every actor meets every state."""
    return make_real(random_world(176))


@pytest.fixture(scope="module")
def web(real: Real) -> Iterator[httpx.Client]:
    """Return a client of the application on a node on which nothing stays changed."""
    with pytest.MonkeyPatch.context() as patch, in_process() as client:
        patch.setitem(db._open, real.node.at, undone := Undone(real.node.at))
        yield client
        undone.close()


def ask(web: httpx.Client, real: Real, one: Try, key: tuple[str, str], thing: object) -> httpx.Response:
    """Ask for a page, or post its form, as an officer's browser does."""
    method, path = key
    token = real.viewers[one.viewer.name].token
    address = path[:path.index("{")] + str(thing) + path[path.index("}") + 1:] if "{" in path else path
    headers = {"Cookie": f"{PLAIN_COOKIE}={token}", "X-CSRF-Token": csrf_of(token)}
    return web.request(method, address, headers=headers, **PAGES[key].ask)


def told(answer: httpx.Response) -> int:
    """Return the status; being shown the door counts as 401."""
    at_the_door = answer.status_code == 303 and answer.headers["location"].startswith("/login")
    return 401 if at_the_door else answer.status_code


def test_every_page_is_in_the_table() -> None:
    there = {(method, route.path) for route in routes.PAGES.routes if isinstance(route, APIRoute)
             for method in route.methods}
    assert there - PUBLIC_PAGES == PAGES.keys()


@pytest.mark.parametrize("key", PAGES, ids=" ".join)
def test_no_difference_to_the_oracle(web: httpx.Client, real: Real, key: tuple[str, str]) -> None:
    page, wrong, tried, expectations = PAGES[key], [], set(), set()
    for one in chosen(real.world):
        things: list[tuple[Any, Any]] = list(objects(real, one, page.of)) if page.of else [(None, None)]
        for thing, known in things:
            if (one.viewer.name, thing) in tried:
                continue
            tried.add((one.viewer.name, thing))
            expected = page.rule(real.world, one.viewer, known)
            expectations.add(expected)
            status = told(ask(web, real, one, key, thing))
            if status not in ({page.ok} if expected == "yes" else STATUS[expected]):
                wrong.append((one.viewer.name, one.state, known, expected, status))
    assert not wrong
    assert "yes" in expectations or key in NEVER_HERE


def test_strangers_are_shown_the_door(web: httpx.Client) -> None:
    for method, path in PAGES:
        answer = web.request(method, path.replace("{", "").replace("}", ""))
        assert told(answer) == 401, (method, path)


def test_a_form_without_its_pages_token_does_nothing(web: httpx.Client, real: Real) -> None:
    token = real.viewers["inv1-a0"].token
    for method, path in PAGES:
        if method == "POST":
            answer = web.post(path.replace("{", "").replace("}", ""), headers={"Cookie": f"{PLAIN_COOKIE}={token}"},
                              data={"reason": "r"})
            assert answer.status_code in (400, 403), path
