"""Real nodes of the oracle's worlds, made once a file."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from clew.store.postgres import database_name
from tests.access.oracle import World
from tests.access.real import Real, real_world
from tests.database import TestServer


@pytest.fixture(scope="module")
def make_real(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[World], Real]]:
    """Return a maker of real nodes; each lives to the end of the file, the newest is the process's node."""
    with ExitStack() as stack:
        def make(world: World) -> Real:
            at = stack.enter_context(server.database(tmp_path_factory.mktemp("home")))
            return stack.enter_context(real_world(at, server.server.admin_dsn(database_name(at)), world))

        yield make
