"""The house's direction, read from imports: down only; rules stay pure; files, functions and folders stay small."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# From the ground up; a package imports what lies below it, never beside or above.
FLOORS = [{"kernel"}, {"media", "formats"}, {"signals"}, {"store"}, {"access"}, {"domain"}, {"web", "worker", "demo", "measure"},
          {"cli"}, {"main"}, {"__main__"}]
NOUNS = ["accounts", "cases", "exhibits", "matching", "links", "entities", "triage", "referrals", "notices", "talk", "nodes",
         "stats", "events"]
PURE = {"rules.py", "model.py"}
# What a pure rule may know of Clew: ids, errors, viewers, its own noun, the tables of roles and releases, the matchers.
PURE_MAY = ("clew.kernel.", "clew.access.roles", "clew.access.release", "clew.signals")
NO_IO = {"os", "io", "pathlib", "shutil", "socket", "ssl", "subprocess", "tempfile", "threading", "multiprocessing", "asyncio",
         "logging", "random", "secrets", "time", "urllib", "http", "sqlite3", "psycopg", "sqlalchemy", "httpx", "fastapi",
         "starlette", "typer", "rich", "av", "PIL", "argon2", "pyotp", "cryptography", "obstore", "pgqueuer"}
MANY_WORDS = {"clew/web/phrases.py": "one line for each sentence of the pages"}


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def is_module(name: str) -> bool:
    place = ROOT.joinpath(*name.split("."))
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


def imported(path: Path) -> Iterator[str]:
    """Yield the modules a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for one in node.names:
                whole = f"{node.module}.{one.name}"
                yield whole if whole.startswith("clew") and is_module(whole) else str(node.module)


FILES = sorted((ROOT / "clew").rglob("*.py"))
EDGES = [(module_of(path), name) for path in FILES for name in imported(path)]
OURS = [(one, other) for one, other in EDGES if other.split(".")[0] == "clew" and other != "clew"]


def floor(module: str) -> int:
    package = module.split(".")[1] if "." in module else "__init__"
    return next((number for number, names in enumerate(FLOORS) if package in names), -1)


def test_every_package_has_its_floor() -> None:
    packages = {module_of(path).split(".")[1] for path in FILES if "." in module_of(path)}
    assert packages <= set().union(*FLOORS)


def test_imports_point_down() -> None:
    up = [(one, other) for one, other in OURS
          if one.split(".")[1] != other.split(".")[1] and floor(other) >= floor(one)]
    assert up == []


def test_of_media_the_matchers_know_only_what_is_opened() -> None:
    assert {other for one, other in OURS if one.startswith("clew.signals") and other.startswith("clew.media")} == {
        "clew.media.opened"}


def test_the_kernel_stands_on_the_standard_library_and_settings_alone() -> None:
    outside = {other.split(".")[0] for one, other in EDGES if one.startswith("clew.kernel")}
    assert outside - sys.stdlib_module_names <= {"clew", "pydantic", "pydantic_settings"}
    assert {other for one, other in OURS if one.startswith("clew.kernel") and not other.startswith("clew.kernel")} == set()


def test_nouns_know_only_model_and_service_of_nouns_before_them() -> None:
    wrong = []
    for one, other in OURS:
        mine, theirs = one.split("."), other.split(".")
        if mine[:2] == theirs[:2] == ["clew", "domain"] and mine[2:3] != theirs[2:3] and len(mine) > 2 and len(theirs) > 2:
            earlier = NOUNS.index(theirs[2]) < NOUNS.index(mine[2])
            if not earlier or theirs[3:4] not in (["model"], ["service"]):
                wrong.append((one, other))
    assert wrong == []


def test_every_folder_of_the_domain_is_a_noun_with_the_same_furniture() -> None:
    folders = [path for path in (ROOT / "clew/domain").iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert {path.name for path in folders} <= set(NOUNS)
    for folder in folders:
        assert (folder / "service.py").exists(), folder
        assert len(list(folder.glob("*.py"))) <= 16, folder  # about 12; the worker's jobs are one file each


@pytest.mark.parametrize("path", [path for path in FILES if "domain" in path.parts and path.name in PURE], ids=module_of)
def test_rules_and_models_do_no_io(path: Path) -> None:
    names = set(imported(path))
    assert {one.split(".")[0] for one in names} & NO_IO == set()
    noun = module_of(path).rpartition(".")[0] + "."
    assert {one for one in names if one.startswith("clew.") and not one.startswith((*PURE_MAY, noun))} == set()


def test_only_the_store_speaks_to_the_database_driver() -> None:
    drivers = {"psycopg", "pgqueuer", "alembic", "obstore"}
    strangers = {one for one, other in EDGES if other.split(".")[0] in drivers and not one.startswith("clew.store")}
    assert strangers == set()


def test_the_web_and_the_command_line_do_not_open_the_database() -> None:
    """Pages and API call verbs; officers' commands call the API. A page joins its verbs in one transaction of its
    viewer, and a session is proven; operators' commands are named here."""
    opened = {one for one, other in OURS if other == "clew.store.db" and one.startswith(("clew.web", "clew.cli"))}
    assert opened <= {"clew.web.session", "clew.web.pages.frame", "clew.web.pages.errors",
                      "clew.cli.upkeep", "clew.cli.audit", "clew.cli.node", "clew.cli.doctor", "clew.cli.demo"}


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_files_stay_small() -> None:
    everything = [*FILES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    assert [path for path in everything if lines(path) > 400] == []
    long = {str(path.relative_to(ROOT)) for path in FILES if lines(path) > 250}
    assert long <= MANY_WORDS.keys(), "discuss: more than 250 lines"


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_functions_stay_small() -> None:
    long = [(module_of(path), one.name) for path in FILES for one in functions(path)
            if (one.end_lineno or 0) - one.lineno + 1 > 40]
    assert long == []


def test_names_say_what_things_are() -> None:
    empty = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "base"}
    assert [path for path in FILES if empty & set(path.stem.split("_"))] == []


def test_every_module_says_what_it_is_for() -> None:
    for path in FILES:
        said = ast.get_docstring(ast.parse(path.read_text()))
        assert said, path


def test_nothing_is_left_for_later() -> None:
    marks = ["TO" + "DO", "FIX" + "ME", "X" + "XX"]
    assert [(path, mark) for path in FILES for mark in marks if mark in path.read_text()] == []
