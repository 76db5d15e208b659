"""Every officers' command as every actor on objects in every state: it succeeds when the oracle lets all its routes through."""

import functools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from clew.cli import client as client_module
from clew.cli import ingest, officers
from clew.cli.app import COMMANDS, build
from clew.cli.client import Stored, store
from clew.store import db
from clew.store.postgres import database_name
from tests.access.oracle import World, active, in_team
from tests.access.real import Real, Undone, real_world
from tests.access.routes import ROUTES
from tests.access.worlds import Try, chosen, random_world
from tests.database import TestServer
from tests.web.in_process import asked_in_process

# Commands that open the store themselves or need no node at all; all others go through the API.
NOT_OFFICERS = {"init", "serve", "work", "demo", "doctor", "retry", "check", "audit", "backup", "restore", "upgrade",
                "hash", "compare", "evaluate", "bench", "models"}
TRIED = {"login", "logout", "enrol", "agency", "officer", "case", "ingest", "overlap", "links", "judge", "withdraw", "search"}
Step = tuple[tuple[str, str], Any]


@dataclass(frozen=True)
class Command:
    """A command line and the routes it takes, each with what the oracle knows of its object."""

    words: tuple[str, ...]
    steps: tuple[Step, ...]


@pytest.fixture(scope="module")
def real(server: TestServer, shared_database: Any) -> Iterator[Real]:
    """Return the real node of a small world, asked in this process instead of over the network."""
    with (real_world(shared_database, server.server.admin_dsn(database_name(shared_database)),
                     random_world(176)) as made, asked_in_process() as transport, pytest.MonkeyPatch.context() as patch):
        patch.setattr(client_module.httpx, "Client", functools.partial(httpx.Client, transport=transport))
        yield made


@pytest.fixture
def undone(real: Real, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing stay changed."""
    monkeypatch.setitem(db._open, real.node.at, database := Undone(real.node.at))
    yield
    database.close()


def run(real: Real, officer: str, *words: str) -> tuple[int, str]:
    """Run a command as an officer who logged in before; return exit code and output."""
    client_module.client.cache_clear()
    store(Stored("https://clew.test", real.viewers[officer].token, officer))
    done = CliRunner().invoke(build(words[0]), list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def commands(real: Real, one: Try) -> list[Command]:
    """Return the command lines for one try."""
    case = one.parent if one.exhibit is None else one.exhibit.case
    there = one.state not in ("missing", "wrong-parent")
    known = case if there else None
    reference = f"{case.owner.name}/{case.name}" if there else f"{case.owner.name}/{case.name}x"
    number = str(real.contributions[case.name] if there else uuid.uuid4())
    find: Step = (("GET", "/find-case"), known)
    read = [Command((*words, reference), (find, (("GET", path), known))) for words, path in (
        (("case", "show"), "/cases/{case_id}"), (("overlap", "--case"), "/cases/{case_id}/overlap"),
        (("links", "--case"), "/cases/{case_id}/links"))]
    links = [pair for pair in real.links if one.exhibit and there and one.exhibit.media in pair]
    judged = [(str(real.links[pair]), pair) for pair in links] or [(str(uuid.uuid4()), None)]
    return [
        # An agency's administrator sets policies and sees into no case: its reference is enough.
        Command(("case", "policy", reference), ((("GET", "/managed-cases"), None), (("GET", "/cases/{case_id}/policy"), known))),
        *read, Command(("withdraw", number), ((("DELETE", "/contributions/{contribution_id}"), known),)),
        *(Command(("judge", link, "unsure", "--reason", "blurred"), ((("POST", "/links/{link_id}/judgements"), pair),))
          for link, pair in judged)]


ALWAYS = (
    Command(("case", "list"), ((("GET", "/cases"), None),)),
    Command(("case", "list", "--managed"), ((("GET", "/managed-cases"), None),)),
    Command(("case", "new", "a-new-one"), ((("POST", "/cases"), None),)),
    Command(("officer", "add", "new.one", "--full-name", "N", "--role", "investigator"), ((("POST", "/officers"), None),)))


def allowed(world: World, one: Try, command: Command) -> bool:
    """Say whether the oracle lets every route of a command through."""
    return all(ROUTES[key].rule(world, one.viewer, thing) == "yes" for key, thing in command.steps)


def test_every_officers_command_is_tried() -> None:
    assert COMMANDS.keys() - NOT_OFFICERS == TRIED


def test_commands_do_what_the_oracle_allows_and_nothing_else(real: Real, undone: None) -> None:
    wrong, ran = [], set()
    for one in chosen(real.world):
        for command in (*commands(real, one), *ALWAYS):
            code, output = run(real, one.viewer.name, *command.words)
            want = allowed(real.world, one, command)
            ran.add((command.words[0], want))
            if (code == 0) != want:
                wrong.append((one.viewer.name, one.state, command.words, want, output))
    assert not wrong
    both = ("case", "overlap", "links", "withdraw", "officer")
    assert {(name, want) for name in both for want in (True, False)} | {("judge", False)} <= ran


@pytest.fixture
def worked(real: Real, monkeypatch: pytest.MonkeyPatch) -> None:
    """End what waits for the worker at once, as if it had run."""
    def work(_: float) -> None:
        real.behind("UPDATE clew.files SET status = 'imported', matched = true WHERE status = 'waiting'")
        real.behind("UPDATE clew.searches SET state = 'done' WHERE state = 'waiting'")

    monkeypatch.setattr(ingest.time, "sleep", work)


def test_bringing_and_searching_under_a_case(real: Real, worked: None, tmp_path: Path) -> None:
    """Of two routes and more each: kept for the end, for what they bring stays."""
    file = tmp_path / "new.jpg"
    wrong = []
    for one in [one for one in chosen(real.world) if one.state not in ("missing", "wrong-parent")]:
        case = one.parent if one.exhibit is None else one.exhibit.case
        reference = f"{case.owner.name}/{case.name}"
        find: Step = (("GET", "/find-case"), case)
        file.write_bytes(uuid.uuid4().bytes)
        for words, key in ((("ingest", str(file), "--case", reference), ("POST", "/cases/{case_id}/contributions")),
                           (("search", str(file), "--case", reference, "--purpose", "to try"),
                            ("POST", "/cases/{case_id}/searches"))):
            code, output = run(real, one.viewer.name, *words, "--json")
            if (code == 0) != allowed(real.world, one, Command(words, (find, (key, case)))):
                wrong.append((one.viewer.name, one.state, words, output))
    assert not wrong


def test_a_policy_is_changed_by_who_manages_the_case(real: Real, undone: None) -> None:
    sure = [case for case in real.world.cases if case.expires > 0 and not (case.audience or frozenset()) & case.deny]
    for case in sure:
        for viewer in real.world.officers:
            code, output = run(real, viewer.name, "case", "policy", str(real.cases[case.name]), "--conditions", "ask first")
            want = ROUTES["PUT", "/cases/{case_id}/policy"].rule(real.world, viewer, case) == "yes"
            assert (code == 0) == want, (viewer, case, output)


def test_what_is_not_understood_is_said_in_the_words_of_the_command(real: Real) -> None:
    case = real.world.cases[0]
    manager = next(one.name for one in real.world.officers if active(one) and in_team(one, case) and "investigator" in one.roles)
    number = str(uuid.uuid4())
    for words, said in (
            (("judge", "no-id", "unsure", "--reason", "x"), "LINK must be the id of a link, as `clew links` prints it."),
            (("judge", number, "perhaps", "--reason", "x"), "ANSWER is one of: positive, negative, unsure."),
            (("withdraw", "no-id"), "CONTRIBUTION must be the id of a contribution"),
            (("case", "policy", str(real.cases[case.name]), "--expires", "2026-99-99"), "Not understood: --expires.")):
        code, output = run(real, manager, *words)
        assert code == 1 and output.startswith(said), output


def test_agencies_are_added_by_the_system_administrator(real: Real) -> None:
    words = ("agency", "add", "XQ-9", "--name", "Nine", "--country", "XQ", "--administrator", "nine.admin")
    for viewer in real.world.officers:
        code, _ = run(real, viewer.name, *words)
        assert (code == 0) == ("system_administrator" in viewer.roles and active(viewer))


def test_logging_in_and_out(real: Real, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = next(one.name for one in real.world.officers if active(one) and in_team(one, real.world.cases[0])
                and one.roles == {"investigator"})
    login = real.node.logins[name]
    real.behind("UPDATE clew.officers SET totp_step = 0 WHERE login = %s", name)
    login.used = 0
    password, code = tmp_path / "password", tmp_path / "code"
    password.write_text("a long sentence for tests\n")
    code.write_text(login.code())
    words = ["login", name, "--server", "https://clew.test", "--password-file", str(password), "--code-file", str(code)]
    assert CliRunner().invoke(build("login"), words).exit_code == 0
    assert officers.stored().login == name
    assert client_module.token_file().stat().st_mode & 0o777 == 0o600
    client_module.client.cache_clear()
    assert CliRunner().invoke(build("case"), ["case", "list", "--json"]).exit_code == 0
    token = officers.stored().token
    assert CliRunner().invoke(build("logout"), ["logout"]).exit_code == 0
    again = CliRunner().invoke(build("case"), ["case", "list"])
    client_module.client.cache_clear()
    assert CliRunner().invoke(build("case"), ["case", "list"]).exit_code == 1
    store(Stored("https://clew.test", token, name))  # the token of before is of no use to who kept it
    client_module.client.cache_clear()
    assert CliRunner().invoke(build("case"), ["case", "list"]).exit_code == 1
    assert again.exit_code == 1
    assert CliRunner().invoke(build("login"), words).exit_code == 1  # the code was used


