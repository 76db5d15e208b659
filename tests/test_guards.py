"""The guards hold everywhere: every door leads through a verb, every verb has a right, broad catches and settings are few."""

import ast
import dis
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from fastapi.routing import APIRoute

import clew.domain
from clew.access.permissions import RIGHTS
from clew.access.roles import GRANTS, ROLES
from clew.access.verb import VERBS, Verb
from clew.web import routes
from clew.web.session import is_public

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "clew").rglob("*.py"))
for _found in pkgutil.walk_packages(clew.domain.__path__, "clew.domain."):
    importlib.import_module(_found.name)

# Where anything may be raised by native decoders or jobs, each with its reason.
BROAD = {
    "clew/worker.py": "the worker's one edge: the log is numbered again in a second",
    "clew/store/jobs/runner.py": "the worker's one edge: a failed job is written down",
    "clew/web/errors.py": "the web's one edge", "clew/web/receive.py": "a broken request leaves nothing; raised again",
    "clew/store/blobs/writer.py": "a broken write leaves nothing; raised again",
    "clew/store/sql_files.py": "a migration that fails names its file; raised again",
    "clew/store/db.py": "a connection that could not begin goes back; raised again",
    "clew/media/members.py": "a broken archive leaves nothing; raised again",
    "clew/media/inside/warm.py": "native decoders", "clew/media/inside/picture.py": "native decoders",
    "clew/media/inside/streams.py": "native decoders", "clew/media/inside/film.py": "native decoders",
    "clew/media/inside/archive.py": "native decoders", "clew/signals/indexes/hamming.py": "closes the map; raised again",
    "clew/signals/indexes/vectors/index.py": "a build that fails its proof leaves nothing; raised again",
    "clew/signals/indexes/words/index.py": "a build that fails its proof leaves nothing; raised again",
    "clew/signals/indexes/prints/index.py": "a build that fails its proof leaves nothing; raised again",
    "clew/signals/models/session.py": "whatever onnxruntime finds wrong with an operator's file",
    "clew/cli/output.py": "the command line's one edge; what nobody expects is raised again",
    "clew/cli/doctor.py": "doctor reports whatever is broken, and goes on"}
ENVIRONMENT = {
    "clew/kernel/settings.py": "the one reader"}
# Writes of the API that keep no answer for an idempotency key, each with its reason.
KEYLESS = {
    ("POST", "/login"): "nobody is logged in yet; a one-time code works once",
    ("POST", "/enrol"): "nobody is logged in yet; an enrolment code works once",
    ("POST", "/enrol/secret"): "nothing is stored",
    ("POST", "/logout"): "the session that a repeat would come with has ended",
    ("POST", "/exhibits/{exhibit_id}/reveal"): "changes nothing; clear material is never kept, and each showing is an event",
    ("POST", "/links/{link_id}/picture"): "changes nothing; clear material is never kept, and each showing is an event"}
# Lists of the API told whole, each with why it stays short.
WHOLE = {
    "/sessions": "one's own live sessions", "/agencies": "the network", "/appointed": "a few an agency",
    "/officers": "one agency's people", "/colleagues": "one agency's people", "/cases/{case_id}/overlap": "added up by case",
    "/exhibits/{exhibit_id}/signals": "one line a matcher", "/exhibits/{exhibit_id}/grants": "codes of agencies",
    "/contributions/{contribution_id}/uploads": "one's own that are under way",
    "/cases/{case_id}/views": "at most 200", "/profiles": "a few an agency", "/priorities": "at most 30 rules"}
# Pages that show nothing of anybody: no verb to call.
NO_VERB = {("GET", "/")}


def test_every_verb_has_a_known_right_and_a_sentence() -> None:
    assert len(VERBS) > 40
    for name, one in VERBS.items():
        assert one.right in RIGHTS, name
        assert one.__doc__ and one.__doc__.strip().endswith((".", "?")), name


def test_every_right_is_used_by_a_verb() -> None:
    assert {one.right for one in VERBS.values()} == RIGHTS.keys()


def test_every_right_is_held_by_a_role_and_every_role_holds_known_rights() -> None:
    held = frozenset().union(*ROLES.values())
    assert held == RIGHTS.keys()
    assert GRANTS.keys() | frozenset().union(*GRANTS.values()) <= ROLES.keys()


def test_every_verb_takes_its_viewer_after_its_transaction() -> None:
    for name, one in VERBS.items():
        assert list(inspect.signature(one._run).parameters)[:2] == ["work", "viewer"], name


def test_no_service_is_published_around_the_verbs() -> None:
    """Nothing in the domain takes a viewer first but verbs: what helps them takes their transaction first."""
    around = []
    for path in (ROOT / "clew/domain").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and path.name != "rules.py" and not node.name.startswith("_"):
                first = [one.arg for one in node.args.args][:1]
                if first == ["viewer"]:
                    around.append((path.name, node.name))
    assert around == []


def doors(router: Any) -> Iterator[APIRoute]:
    """Yield every route of a router, through included ones."""
    for one in router.routes:
        if hasattr(one, "original_router"):
            yield from doors(one.original_router)
        elif isinstance(one, APIRoute):
            yield one


def calls_a_verb(function: Callable[..., Any], seen: set[Callable[..., Any]]) -> bool:
    """Say whether a function names a verb, itself or by functions of our own that it names."""
    if function in seen:
        return False
    seen.add(function)
    known = vars(inspect.getmodule(function))
    return any(named_verb(known, names, seen) for names in chains(function.__code__))


def chains(code: CodeType) -> Iterator[list[str]]:
    """Yield what a code object names: a global and the attributes taken from it, one by one."""
    chain: list[str] = []
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            chain = [str(step.argval)]
            yield list(chain)
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and chain:
            chain.append(str(step.argval))
            yield list(chain)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from chains(inner)


def named_verb(known: dict[str, Any], names: list[str], seen: set[Callable[..., Any]]) -> bool:
    found: Any = known.get(names[0])
    for name in names[1:]:
        found = getattr(found, name, None) if isinstance(found, ModuleType) else None
    if isinstance(found, Verb):
        return True
    ours = inspect.isfunction(found) and str(getattr(found, "__module__", "")).startswith("clew.web")
    return bool(ours) and calls_a_verb(found, seen)


EVERY = [(method, (prefix + one.path), one.endpoint) for router, prefix in ((routes.API, "/api/v1"), (routes.PAGES, ""))
         for one in doors(router) for method in sorted(one.methods)]


def test_every_door_calls_a_verb_or_is_public() -> None:
    assert len(EVERY) > 80
    blind = [(method, path) for method, path, endpoint in EVERY
             if not is_public(path) and (method, path) not in NO_VERB and not calls_a_verb(endpoint, set())]
    assert blind == []


def test_a_door_without_a_verb_is_found_out() -> None:
    login = next(endpoint for method, path, endpoint in EVERY if (method, path) == ("GET", "/login"))
    case = next(endpoint for method, path, endpoint in EVERY if (method, path) == ("GET", "/api/v1/cases/{case_id}"))
    assert not calls_a_verb(login, set())
    assert calls_a_verb(case, set())


def names_once(function: Callable[..., Any]) -> bool:
    """Say whether a function calls a verb by its key, itself or by functions of its own module that it names."""
    module = vars(inspect.getmodule(function))
    named = list(chains(function.__code__))
    if any(names[-1] in ("once", "once_or_again") for names in named):
        return True
    own = (module.get(names[0]) for names in named if len(names) == 1)
    return any(names_once(one) for one in own if inspect.isfunction(one) and one.__module__ == function.__module__)


def test_every_write_of_the_api_takes_an_idempotency_key() -> None:
    writes = {(method, path.removeprefix("/api/v1")): endpoint for method, path, endpoint in EVERY
              if path.startswith("/api/v1") and method in {"POST", "PUT", "DELETE"}}
    assert len(writes) > 25
    without = {where for where, endpoint in writes.items()
               if "key" not in inspect.signature(endpoint).parameters or not names_once(endpoint)}
    assert without == KEYLESS.keys()


def test_every_list_of_the_api_is_told_in_pages_or_whole() -> None:
    lists = {path.removeprefix("/api/v1"): set(inspect.signature(endpoint).parameters) for method, path, endpoint in EVERY
             if path.startswith("/api/v1") and method == "GET"
             and str(inspect.signature(endpoint).return_annotation).startswith("list[")}
    assert len(lists) > 12
    assert {path for path, taken in lists.items() if not {"after", "limit"} <= taken} == WHOLE.keys()


def test_the_public_doors_are_these() -> None:
    public = {(method, path) for method, path, _ in EVERY if is_public(path)}
    assert public == {("POST", "/api/v1/login"), ("POST", "/api/v1/enrol"), ("POST", "/api/v1/enrol/secret"),
                      ("GET", "/login"), ("POST", "/login"), ("GET", "/enrol"), ("POST", "/enrol")}


@pytest.mark.parametrize("path", ["/api/v1/login/x", "/loginx", "/api/v1/me", "/staticx", "/api/v1/static/x", "//login", "/"])
def test_what_looks_public_is_not(path: str) -> None:
    assert not is_public(path)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_broad_catches_are_at_the_edges() -> None:
    broad = set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler):
                named = ast.unparse(node.type) if node.type else "everything"
                if named in ("Exception", "BaseException", "everything"):
                    broad.add(relative(path))
    assert broad <= BROAD.keys()


def test_only_settings_read_the_environment() -> None:
    readers = set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"):
                readers.add(relative(path))
            if isinstance(node, ast.ImportFrom) and node.module == "os":
                assert not {one.name for one in node.names} & {"environ", "getenv"}, path
    assert readers <= ENVIRONMENT.keys()


def test_errors_of_our_own_come_from_the_kernel() -> None:
    """Nobody else makes an error meant for people."""
    others = [(relative(path), node.name) for path in FILES if "kernel" not in path.parts
              for node in ast.walk(ast.parse(path.read_text()))
              if isinstance(node, ast.ClassDef) and {ast.unparse(base) for base in node.bases} & {"ClewError", "HTTPException"}]
    assert others == []


def test_no_header_and_no_parameter_selects_who_one_is() -> None:
    for method, path, endpoint in EVERY:
        taken = set(inspect.signature(endpoint).parameters)
        assert not taken & {"as_officer", "on_behalf_of", "impersonate", "agency", "roles", "token"}, (method, path)
