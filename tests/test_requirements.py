"""The locks hold everywhere: every package pinned and hashed, no index named, and nothing pyproject wants is missing."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


def pins(lock: Path) -> dict[str, str]:
    """Return package -> pinned version."""
    found = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", lock.read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def wanted(*extras: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_and_hashed_and_no_index_is_named(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())
    assert entries
    for entry in entries:
        assert re.match(r"[A-Za-z0-9_.-]+(\[[^\]]*\])?==", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert not re.search(r"https?://|file:|--index|--find-links| @ ", lock.read_text())


@pytest.mark.parametrize(("name", "extras"), [("run", ()), ("test", ("test",))])
def test_the_lock_has_what_pyproject_asks_for(name: str, extras: tuple[str, ...]) -> None:
    pinned = pins(ROOT / "requirements" / f"{name}.lock")
    for requirement in wanted(*extras):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not locked: run `make lock`"
        assert requirement.specifier.contains(version), f"{requirement} has {version} in {name}.lock: run `make lock`"


def test_both_locks_agree() -> None:
    run, test = (pins(ROOT / "requirements" / f"{name}.lock") for name in ("run", "test"))
    assert run.items() <= test.items()
