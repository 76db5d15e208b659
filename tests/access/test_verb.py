"""A verb: right, viewer, transaction and event around every call; refusals written down; safe to repeat."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, get_type_hints

import psycopg
import pytest

from clew.access import verb as module
from clew.access.verb import VERBS, Verb, event, verb
from clew.domain.accounts.door import NewSecret
from clew.domain.accounts.model import Invitation, LoggedIn
from clew.domain.accounts.service import add_officer, reset_login, set_preferences
from clew.domain.cases import service as cases
from clew.domain.cases.review import erase_case
from clew.kernel.errors import BadInput, Conflict, NotFound, NotLoggedIn, NotYourRole
from clew.kernel.ids import CaseId
from clew.kernel.settings import Settings
from clew.kernel.viewer import Viewer
from clew.store.db import UnrecordedWrite, Work, database
from clew.store.postgres import database_name
from tests.database import TestServer
from tests.node import Node, cheap_passwords, make_test_node

Query = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def node(shared_database: Settings) -> Iterator[Node]:
    with cheap_passwords():
        node = make_test_node(shared_database)
        node.agency("XA-VIU")
        node.officer("XA-VIU", "anna")
        yield node


@pytest.fixture
def behind(server: TestServer, shared_database: Settings) -> Iterator[Query]:
    with psycopg.connect(server.server.admin_dsn(database_name(shared_database)), autocommit=True) as conn:
        yield lambda sql, *params: conn.execute(sql.encode(), params).fetchall()


@pytest.fixture
def try_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Verb[Any, Any]]]:
    """Return a maker of verbs that are gone after the test."""
    monkeypatch.setattr(module, "VERBS", dict(VERBS))
    yield lambda run, name="try_out", right="read": verb(name, right=right)(run)


def events(behind: Query, name: str) -> int:
    return int(behind("SELECT count(*) FROM clew.events WHERE verb = %s", name)[0][0])


def test_a_verb_without_a_known_right_or_with_a_taken_name_is_none(try_out: Callable[..., Verb[Any, Any]]) -> None:
    def run(work: Work, viewer: Viewer) -> None:
        """Do nothing."""

    with pytest.raises(ValueError, match="unknown right"):
        try_out(run, right="fly")
    with pytest.raises(ValueError, match="name taken"):
        try_out(run, name="open_case")
    assert try_out(run).__doc__ == "Do nothing."


def test_a_read_without_an_event_of_its_own_gets_one(node: Node, behind: Query, try_out: Callable[..., Verb[Any, Any]]) -> None:
    read = try_out(lambda work, viewer: viewer.name)
    assert read(node.viewers["anna"]) == "anna"
    assert events(behind, "try_out") == 1


def test_the_viewer_is_who_the_session_says_not_who_the_caller_says(node: Node, try_out: Callable[..., Verb[Any, Any]]) -> None:
    forged = replace(node.viewers["anna"], roles=frozenset({"system_administrator"}), name="root")
    assert try_out(lambda work, viewer: (viewer.name, viewer.roles))(forged) == ("anna", {"investigator"})
    with pytest.raises(NotLoggedIn):
        try_out(lambda work, viewer: 1, "another")(replace(forged, token="made up"))


def test_a_missing_right_refuses_before_anything_is_looked_at(node: Node, behind: Query,
                                                              try_out: Callable[..., Verb[Any, Any]]) -> None:
    looked = []
    with pytest.raises(NotYourRole):
        try_out(lambda work, viewer: looked.append(1), right="health")(node.viewers["anna"])
    assert looked == []
    told = behind("SELECT subject, payload -> 'detail' FROM clew.events WHERE verb = 'refused' ORDER BY at DESC LIMIT 1")
    assert told == [("try_out", {"why": "not_your_role"})]


def test_a_write_without_an_event_cannot_commit(node: Node, behind: Query) -> None:
    me = node.viewers["anna"]
    with pytest.raises(UnrecordedWrite), database().viewer_work(me.token) as (work, _):
        work.write("UPDATE clew.officers SET language = 'ar' WHERE id = :me", {"me": me.officer_id})
    assert behind("SELECT language FROM clew.officers WHERE login = 'anna'") == [("en",)]


def test_what_fails_leaves_nothing_behind(node: Node, behind: Query, try_out: Callable[..., Verb[Any, Any]]) -> None:
    def run(work: Work, viewer: Viewer) -> None:
        set_preferences.within(work, viewer, language="fr", mode="safe")
        raise NotFound

    with pytest.raises(NotFound):
        try_out(run, right="account")(node.viewers["anna"])
    assert behind("SELECT language FROM clew.officers WHERE login = 'anna'") == [("en",)]


def test_a_repeat_gets_the_first_answer_and_does_nothing_again(node: Node, behind: Query) -> None:
    me, key = node.viewers["anna"], uuid.uuid4().hex
    first = cases.open_case.once(key, me, "2026-0001", title="Once")
    assert cases.open_case.once(key, me, "2026-0001", title="Once") == first
    assert behind("SELECT count(*) FROM clew.cases WHERE reference = '2026-0001'") == [(1,)]
    repeated = "SELECT count(*) FROM clew.events WHERE verb = 'open_case' AND payload -> 'detail' ->> 'repeated' = 'true'"
    assert behind(repeated) == [(1,)]
    with pytest.raises(Conflict, match="used for another request"):
        cases.open_case.once(key, me, "2026-0002", title="Twice")
    with pytest.raises(Conflict, match="reference already"):
        cases.open_case.once(uuid.uuid4().hex, me, "2026-0001", title="Once")


def test_without_a_key_a_call_is_a_call(node: Node) -> None:
    assert cases.open_case.once(None, node.viewers["anna"], "2026-0003").reference == "2026-0003"


@pytest.mark.parametrize("key", ["short", "x" * 201])
def test_a_key_has_a_length(node: Node, key: str) -> None:
    with pytest.raises(BadInput, match="8 to 200"):
        cases.open_case.once(key, node.viewers["anna"], "2026-0004")


def test_a_refused_try_does_not_use_its_key_up(node: Node, behind: Query) -> None:
    me, key = node.viewers["anna"], uuid.uuid4().hex
    before = events(behind, "refused")
    with pytest.raises(NotFound):
        cases.set_policy.once(key, me, CaseId(uuid.uuid4()), policy=cases.Policy())
    assert events(behind, "refused") == before + 1
    assert behind("SELECT 1 FROM clew.answers WHERE key = %s", key) == []


def test_a_key_belongs_to_one_officer(node: Node) -> None:
    node.officer("XA-VIU", "bert")
    key = uuid.uuid4().hex
    cases.open_case.once(key, node.viewers["anna"], "2026-0005")
    with pytest.raises(Conflict, match="reference already"):
        cases.open_case.once(key, node.viewers["bert"], "2026-0005")


def test_an_event_names_its_officer(node: Node) -> None:
    made = event(node.viewers["anna"], "look", subject="x")
    assert (made.officer_id, made.agency_id, made.subject) == (
        node.viewers["anna"].officer_id, node.viewers["anna"].agency_id, "x")


def test_a_secret_is_told_once_and_kept_nowhere(node: Node, behind: Query) -> None:
    admin, key = node.viewers["admin.xa-viu"], uuid.uuid4().hex
    made = add_officer.once(key, admin, "carl", full_name="Carl", roles=["investigator"])
    with pytest.raises(Conflict, match="reset the login"):
        add_officer.once(key, admin, "carl", full_name="Carl", roles=["investigator"])
    assert behind("SELECT answer = 'null' FROM clew.answers WHERE key = %s", key) == [(True,)]
    assert behind("SELECT count(*) FROM clew.officers WHERE login = 'carl'") == [(1,)]
    other = uuid.uuid4().hex
    fresh = reset_login.once(other, admin, made.officer_id)
    with pytest.raises(Conflict, match="reset the login"):
        reset_login.once(other, admin, made.officer_id)
    stored = behind("SELECT coalesce(string_agg(to_jsonb(a)::text, ''), '') FROM clew.answers a")[0][0]
    assert made.code not in stored and fresh.code not in stored
    node.enrol(fresh)  # the repeat did not spoil the code told first


def test_what_answers_with_a_secret_says_so() -> None:
    told = {name for name, one in VERBS.items() if get_type_hints(one._run)["return"] in (Invitation, NewSecret, LoggedIn)}
    assert told == {name for name, one in VERBS.items() if one.secret}


def test_an_answer_outlives_the_erasing_it_answers(node: Node, behind: Query) -> None:
    anna, admin, key = node.viewers["anna"], node.viewers["admin.xa-viu"], uuid.uuid4().hex
    case = cases.open_case.once(uuid.uuid4().hex, anna, "2026-0009").id
    with database().viewer_work(anna.token) as (work, viewer):
        work.write("UPDATE clew.cases SET expires = current_date WHERE id = :id", {"id": case})
        work.record(event(viewer, "test"))
    first = erase_case.once(key, admin, case)
    assert erase_case.once(key, admin, case) == first
    assert behind("SELECT count(*) FROM clew.answers") == [(1,)]


def test_a_repeat_is_told_from_a_first_answer(node: Node) -> None:
    me, key = node.viewers["anna"], uuid.uuid4().hex
    first, again = cases.open_case.once_or_again(key, me, "2026-0010")
    assert not again
    assert cases.open_case.once_or_again(key, me, "2026-0010") == (first, True)
    assert not cases.open_case.once_or_again(None, me, "2026-0011")[1]
