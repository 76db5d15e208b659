"""The first wall alone: every API route that names an object, where row-level security is switched off."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from clew.store import db
from clew.store.postgres import database_name
from clew.web.api import cases, exhibits
from tests.access.objects import objects
from tests.access.oracle import World
from tests.access.real import FirstWallOnly, Real
from tests.access.routes import ROUTES, STATUS, address
from tests.access.worlds import Try, chosen, random_world
from tests.database import TestServer
from tests.web.in_process import in_process

KINDS = ("case", "reference", "exhibit", "contribution", "link", "search", "upload", "officer")


@pytest.fixture(scope="module")
def real(make_real: Callable[[World], Real]) -> Real:
    """Return the real node of a small world in which every actor meets every state."""
    return make_real(random_world(176))


@pytest.fixture(scope="module")
def web(real: Real, server: TestServer) -> Iterator[httpx.Client]:
    """Return a client of the application that reads as the server's administrator."""
    with pytest.MonkeyPatch.context() as patch, in_process() as client:
        patch.setitem(db._open, real.node.at, alone := FirstWallOnly(real.node.at))
        alone.admin_dsn = server.server.admin_dsn(database_name(real.node.at))
        patch.setattr(exhibits, "clear_picture", lambda *_, **__: b"a picture")
        patch.setattr(cases, "both_sides", lambda *_: b"a picture")
        yield client
        alone.close()


def ask(web: httpx.Client, real: Real, one: Try, key: tuple[str, str], thing: object) -> int:
    """Return the status of one request."""
    method, path = key
    request = dict(ROUTES[key].ask)
    if ROUTES[key].of == "reference":
        request["params"] = {"reference": thing}
    token = real.viewers[one.viewer.name].token
    headers = {"Authorization": f"Bearer {token}", **request.pop("headers", {})}
    return web.request(method, address(path, thing), headers=headers, **request).status_code


@pytest.mark.parametrize("key", [key for key, route in ROUTES.items() if route.of in KINDS], ids=" ".join)
def test_no_verb_leans_on_the_second_wall(web: httpx.Client, real: Real, key: tuple[str, str]) -> None:
    route, wrong = ROUTES[key], []
    for one in chosen(real.world):
        if one.state in ("missing", "wrong-parent"):
            continue
        for thing, known in objects(real, one, route.of):
            expected = route.rule(real.world, one.viewer, known)
            status = ask(web, real, one, key, thing)
            if status not in ({route.ok} if expected == "yes" else STATUS[expected]):
                wrong.append((one.viewer.name, one.state, known, expected, status))
    assert not wrong
