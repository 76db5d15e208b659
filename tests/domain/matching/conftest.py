"""A house without any picture yet, to bring described ones into."""

from collections.abc import Iterator

import pytest

from clew.domain.matching.tools import _indexes
from tests.domain.conftest import House
from tests.domain.matching.copies import Material


@pytest.fixture
def made(house: House) -> Iterator[Material]:
    for table in ("stacked", "stack_neighbours", "judgements", "links", "signals"):
        house.behind(f"DELETE FROM clew.{table}")
    _indexes.clear()
    yield Material(house)
    _indexes.clear()
