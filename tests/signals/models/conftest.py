"""A node of its own for each test of models."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.kernel import settings as held
from clew.kernel.settings import Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the empty data folder of a node that this test alone sees."""
    monkeypatch.setattr(held, "_chosen", [Settings(home=tmp_path / "home", keys=tmp_path / "keys")])
    yield tmp_path / "home"
