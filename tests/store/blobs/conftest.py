"""A fresh folder of sealed objects for each test."""

import os
from pathlib import Path

import pytest

from clew.store.blobs import Blobs, LocalFolder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def blobs(root: Path) -> Blobs:
    return Blobs(LocalFolder(root), os.urandom(32))
