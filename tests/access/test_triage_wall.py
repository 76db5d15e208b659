"""The second wall around triage: raw rows as clew_app show what the oracle lets one know, and nobody writes around the verbs."""

import uuid
from collections.abc import Callable

import pytest
from psycopg import errors

from clew.domain.triage import acts, service, views
from clew.domain.triage.profiles import PACKAGED
from clew.store.db import Work, database
from tests.access.oracle import World, active, sight
from tests.access.real import Real, readers
from tests.access.test_sight import opened, raw
from tests.access.worlds import random_world


@pytest.fixture(scope="module")
def real(make_real: Callable[[World], Real]) -> Real:
    """Return a real world in which every reader has categorised, seen and saved what he may."""
    real = make_real(random_world(183))
    for number, officer in enumerate(readers(real.world)):
        viewer = real.viewers[officer.name]
        for exhibit in (one for one in real.world.exhibits if sight(officer, one)):
            acts.note_seen(viewer, real.exhibits[exhibit.name])  # type: ignore[arg-type]
            if sight(officer, exhibit.case):
                acts.categorise(viewer, real.cases[exhibit.case.name], profile_id=PACKAGED, code=number % 5,  # type: ignore[arg-type]
                                exhibits=[real.exhibits[exhibit.name]])  # type: ignore[list-item]
        for case in (one for one in real.world.cases if sight(officer, one)):
            views.save_view(viewer, real.cases[case.name], name="v", asked={}, shared=bool(number % 2))  # type: ignore[arg-type]
            service.open_selection(viewer, real.cases[case.name], asked={})  # type: ignore[arg-type]
    return real


def ids(work: Work, table: str, column: str) -> set[uuid.UUID]:
    return {row[0] for row in work.rows(f"SELECT {column} FROM clew.{table}")}


def test_raw_rows_are_what_the_oracle_lets_one_know(real: Real) -> None:
    name, title = real.name_of(real.exhibits), real.name_of(real.cases)
    spoken = {row[0] for row in real.behind("SELECT exhibit_id FROM clew.categories")}
    assert spoken
    for officer in (one for one in real.world.officers if active(one)):
        seen = {one.name for one in real.world.exhibits if sight(officer, one)}
        cases = {one.name for one in real.world.cases if sight(officer, one)}
        me = real.viewers[officer.name]
        with database().viewer_work(me.token) as (work, _):
            assert {name[one] for one in ids(work, "exhibit_facts", "exhibit_id")} == seen
            assert {name[one] for one in ids(work, "categories", "exhibit_id")} == {name[one] for one in spoken} & seen
            assert {title[one] for one in ids(work, "case_words", "case_id")} <= {
                one.case.name for one in real.world.exhibits if one.name in seen}
            for table in ("seen", "selections", "acts"):
                assert ids(work, table, "officer_id") <= {me.officer_id}, table
            assert {title[one] for one in ids(work, "selections", "case_id") | ids(work, "saved_views", "case_id")} <= cases
            assert ids(work, "saved_views", "agency_id") <= {me.agency_id}


def test_functions_tell_no_more_than_rows(real: Real) -> None:
    everything = list(real.exhibits.values())
    for officer in (one for one in real.world.officers if active(one)):
        seen = {real.exhibits[one.name] for one in real.world.exhibits if sight(officer, one)}
        with database().viewer_work(real.viewers[officer.name].token) as (work, _):
            told = work.rows("SELECT exhibit_id FROM clew.categories_told(:all)", {"all": everything})
            assert {row[0] for row in told} <= seen
            for case in real.world.cases:
                known = sum(sight(officer, one) for one in real.world.exhibits if one.case == case)
                rows = work.rows("SELECT * FROM clew.counted(:case, true)", {"case": real.cases[case.name]})
                assert sum(row.exhibits for row in rows if row.part == "all") == (known if sight(officer, case) else 0)
            for one in everything:
                history = work.rows("SELECT * FROM clew.category_history(:one)", {"one": one})
                assert not history or one in seen
                assert not work.rows("SELECT * FROM clew.likeness_to(:one)", {"one": one}) or one in seen
            numbers = [row[0] for row in real.behind("SELECT number FROM clew.exhibit_facts")]
            for case in (one for one in real.world.cases if not sight(officer, one)):
                assert work.rows("SELECT clew.hand_out(:case, CAST(:n AS int[]), 9, 9)", {
                    "case": real.cases[case.name], "n": numbers}) == []


@pytest.mark.parametrize("statement", [
    "INSERT INTO clew.categories (exhibit_id) VALUES (gen_random_uuid())", "UPDATE clew.categories SET code = 1",
    "DELETE FROM clew.categories", "SELECT * FROM clew.category_changes", "DELETE FROM clew.category_changes",
    "UPDATE clew.acts SET state = 'done'", "DELETE FROM clew.acts", "UPDATE clew.exhibit_facts SET cube = 0",
    "SELECT * FROM clew.leases", "SELECT * FROM clew.case_stacks", "UPDATE clew.priorities SET rules = '[]'",
    "DELETE FROM clew.profile_codes", "DELETE FROM clew.seen", "UPDATE clew.saved_views SET shared = true",
    "SELECT clew.keep_facts(e) FROM clew.exhibits e", "SELECT clew.join_stack(gen_random_uuid(), gen_random_uuid(), 1)"])
def test_what_the_web_login_may_not_do_at_all(real: Real, statement: str) -> None:
    with raw(real) as conn:
        opened(conn, real.viewers["both-a0"].token)
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute(statement.encode())


def test_nobody_goes_on_with_anothers_act(real: Real) -> None:
    act, officer = real.behind("SELECT id, officer_id FROM clew.acts LIMIT 1")[0]
    stranger = next(one for one in readers(real.world) if real.viewers[one.name].officer_id != officer)
    with database().viewer_work(real.viewers[stranger.name].token) as (work, viewer):
        assert work.write("SELECT * FROM clew.go_on(:act, 9)", {"act": act}) == []
        work.record(acts.event(viewer, "test"))
