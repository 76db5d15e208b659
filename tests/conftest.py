"""Fixtures of the whole suite: the database server, one database a test, and settings that point at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.kernel.settings import Settings
from tests.database import TestServer, running_server
from tests.samples import ABSENT, SAMPLES


@pytest.fixture(scope="session")
def server() -> Iterator[TestServer]:
    """Return the run's embedded PostgreSQL with its migrated template database."""
    with running_server() as run:
        yield run


@pytest.fixture
def database(server: TestServer, tmp_path: Path) -> Iterator[Settings]:
    """Return settings of a new migrated database and an empty home; nothing global is changed."""
    with server.database(tmp_path / "home") as at:
        yield at


@pytest.fixture(scope="module")
def shared_database(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Return settings of one migrated database for all tests of a file, which must not disturb each other."""
    with server.database(tmp_path_factory.mktemp("home")) as at:
        yield at


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs_samples: needs the sample files beside the repository")


# Files of few long tests begin first, so that no process ends long after the other.
LONG = ("robust/test_kills.py", "journeys/", "robust/", "web/test_templates_browser.py", "store/test_snapshots.py", "access/")


def _turn(item: pytest.Item) -> int:
    place = str(item.path)
    return next((number for number, part in enumerate(LONG) if f"/tests/{part}" in place), len(LONG))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)
    if not SAMPLES.exists():
        for item in items:
            if item.get_closest_marker("needs_samples"):
                item.add_marker(pytest.mark.skip(reason=ABSENT))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.stats.get("skipped", [])
    skipped = [report for report in reports if ABSENT in str(report.longrepr)]
    if skipped:
        line = f"NOT RUN: {len(skipped)} tests on the sample files. {ABSENT}"
        terminalreporter.write_line(line, yellow=True)
