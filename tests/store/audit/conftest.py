"""Fixture of the log's tests."""

import pytest

from clew.kernel.settings import Settings
from tests.database import TestServer
from tests.store.audit.log import Log


@pytest.fixture
def log(server: TestServer, database: Settings) -> Log:
    """Return the log of a new database."""
    return Log.of(server, database)
