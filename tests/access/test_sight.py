"""The second wall alone: raw SELECTs as clew_app without any predicate show what the oracle lets one know, and no more."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import errors

from clew.access import sight as predicates
from clew.store import postgres
from clew.store.db import Work, database
from tests.access.oracle import READ, Officer, World, active, in_team, sees_event, sight
from tests.access.real import Real
from tests.access.worlds import random_world

EMPTY_TO_ALL = {"alembic_version", "pgqueuer", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics"}


@pytest.fixture(scope="module")
def real(make_real: Callable[[World], Real]) -> Real:
    """Return a real world with a row in every table an officer may read from."""
    real = make_real(random_world(183))
    for viewer in (one for one in real.world.officers if one.roles & READ):
        real.search(viewer, real.world.cases[0], ["m1"] if "m1" in real.media else [])
        real.upload(viewer, real.world.cases[1])
    for link in real.links.values():
        real.behind("INSERT INTO clew.judgements (id, link_id, exhibit_a, exhibit_b, officer_id, agency_id, answer, reason) "
                    "SELECT gen_random_uuid(), l.id, a.id, b.id, o.id, o.agency_id, 'UNSURE', 'r' FROM clew.links l "
                    "JOIN clew.exhibits a ON a.media_id = l.media_a JOIN clew.exhibits b ON b.media_id = l.media_b, "
                    "(SELECT id, agency_id FROM clew.officers LIMIT 1) o WHERE l.id = %s", link)
    return real


def ids(work: Work, table: str, column: str = "id") -> set[uuid.UUID]:
    return {row[0] for row in work.rows(f"SELECT {column} FROM clew.{table}")}


def managed(viewer: Officer, world: World) -> set[str]:
    admin = "agency_administrator" in viewer.roles
    return {one.name for one in world.cases
            if viewer.agency == one.owner and (admin or (sight(viewer, one) and in_team(viewer, one)))}


def check_material(work: Work, real: Real, viewer: Officer) -> None:
    """Cases, exhibits, content, links and what hangs from them."""
    world, title, name = real.world, real.name_of(real.cases), real.name_of(real.exhibits)
    seen = {one.name for one in world.exhibits if sight(viewer, one)}
    media = {one.media for one in world.exhibits if one.name in seen}
    own = {one.name for one in world.cases if sight(viewer, one) and in_team(viewer, one)}
    assert {title[one] for one in ids(work, "cases")} == managed(viewer, world) | {
        one.name for one in world.cases if sight(viewer, one)}
    assert {name[one] for one in ids(work, "exhibits")} == seen
    assert ids(work, "media") == {real.media[one] for one in media}
    assert ids(work, "links") == {one for pair, one in real.links.items() if pair <= media}
    judged = real.behind("SELECT id, exhibit_a, exhibit_b FROM clew.judgements")
    assert ids(work, "judgements") == {row[0] for row in judged if {name[row[1]], name[row[2]]} <= seen}
    assert {title[one] for one in ids(work, "contributions", "case_id")} == own
    assert {title[one] for one in ids(work, "files", "case_id")} == own & {one.case.name for one in world.exhibits}
    assert {title[one] for one in ids(work, "case_team", "case_id")} == {
        one for one in managed(viewer, world) if next(c for c in world.cases if c.name == one).team is not None}
    listed = {one.name for one in world.cases if one.audience or one.deny}
    assert {title[one] for one in ids(work, "case_parties", "case_id")} == managed(viewer, world) & listed
    granted = {one.name for one in world.exhibits
               if one.case.name in own and one.granted & {agency.name for agency in world.agencies}}
    assert {name[one] for one in ids(work, "exhibit_grants", "exhibit_id")} == granted


def check_people(work: Work, real: Real, viewer: Officer) -> None:
    """Accounts, sessions, events, and what is one's own."""
    me, system = real.viewers[viewer.name], "system_administrator" in viewer.roles
    admin, everybody = "agency_administrator" in viewer.roles, dict(real.viewers)
    bureau = admin and viewer.agency.kind == "bureau"
    lands = {one.name: one.agency for one in real.world.officers}
    if not system:
        seen = {one for one in lands if lands[one] == viewer.agency or (bureau and lands[one].country == viewer.agency.country)}
        seen -= {"system-a0"}
        assert ids(work, "officers") == {everybody[one].officer_id for one in seen}
        colleagues = {one.officer_id for name, one in everybody.items() if lands[name] == viewer.agency}
        own = colleagues - {everybody["system-a0"].officer_id} if admin else {me.officer_id}
        assert ids(work, "sessions", "officer_id") == own
    assert len(ids(work, "agencies")) == len(real.world.agencies) + 1
    mine = {row[0] for row in work.rows("SELECT officer_id FROM clew.searches UNION ALL SELECT officer_id FROM clew.uploads "
                                        "UNION ALL SELECT officer_id FROM clew.answers")}
    assert mine <= {me.officer_id}
    told = {row[0] for row in work.rows("SELECT DISTINCT agency_id FROM clew.events")}
    done_by = {row[0] for row in real.behind("SELECT DISTINCT agency_id FROM clew.events")}
    by_id = {real.agencies[one.name].id: one for one in real.world.agencies}
    assert told == {one for one in done_by if not system and sees_event(viewer, by_id.get(one))}


def test_raw_rows_are_what_the_oracle_lets_one_know(real: Real) -> None:
    for viewer in (one for one in real.world.officers if active(one)):
        with database().viewer_work(real.viewers[viewer.name].token) as (work, _):
            check_material(work, real, viewer)
            check_people(work, real, viewer)


def test_predicates_alone_are_as_high_as_the_wall(real: Real) -> None:
    """clew.access.sight, which every verb uses, asked where row-level security does not help it: by the superuser."""
    named = {real.cases[one.name]: one.name for one in real.world.cases}
    for viewer in (one for one in real.world.officers if active(one)):
        seen = {one.name for one in real.world.cases if sight(viewer, one)}
        with real.admin.transaction():
            real.behind("SELECT * FROM clew.open_session(%s)", real.viewers[viewer.name].token.encode())
            shown = real.behind(f"SELECT e.id FROM clew.exhibits e WHERE {predicates.of_exhibit()}")
            assert {row[0] for row in shown} == {real.exhibits[one.name] for one in real.world.exhibits if sight(viewer, one)}
            for predicate, want in (
                    (predicates.of_case(), seen), (predicates.of_managed_case(), managed(viewer, real.world)),
                    (predicates.of_own_case(), {one.name for one in real.world.cases
                                                if one.name in seen and in_team(viewer, one)})):
                rows = real.behind(f"SELECT c.id FROM clew.cases c WHERE {predicate}")
                assert {named[row[0]] for row in rows} == want


@contextmanager
def raw(real: Real) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Connect as the web's login, without the program."""
    with psycopg.connect(postgres.dsn_for(postgres.APP, real.node.at)) as conn:
        yield conn


def readable(real: Real) -> dict[str, str]:
    """Return every table with the columns the web's login may select."""
    rows = real.behind("SELECT c.relname, string_agg(quote_ident(a.attname), ', ') FROM pg_class c "
                       "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
                       "WHERE c.relnamespace = 'clew'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') "
                       "AND has_column_privilege('clew_app', c.oid, a.attnum, 'SELECT') GROUP BY 1")
    return {str(name): str(columns) for name, columns in rows}


def nothing_shown(real: Real, conn: psycopg.Connection[tuple[object, ...]]) -> None:
    for table, columns in readable(real).items():
        if table not in EMPTY_TO_ALL:
            assert conn.execute(f"SELECT {columns} FROM clew.{table}".encode()).fetchall() == [], table


def test_without_a_session_every_table_is_empty(real: Real) -> None:
    assert len(readable(real)) > 15
    with raw(real) as conn:
        nothing_shown(real, conn)


def test_a_forged_viewer_is_nobody(real: Real) -> None:
    me = real.viewers["inv1-a0"]
    claims = f"{me.officer_id}|{me.agency_id}|{me.country}|investigator|{me.session_id}"
    for forged in (claims, f"{claims}|", f"{claims}|{'0' * 64}", "x", "|||||", str(me.officer_id)):
        with raw(real) as conn:
            conn.execute("SELECT set_config('clew.viewer', %s, false)", [forged])
            nothing_shown(real, conn)
            assert conn.execute("SELECT clew.viewer_officer()").fetchall() == [(None,)]


def opened(conn: psycopg.Connection[tuple[object, ...]], token: str) -> str:
    """Open a session and return the signed setting it left."""
    assert conn.execute("SELECT * FROM clew.open_session(%s)", [token.encode()]).fetchall()
    return str(conn.execute("SELECT current_setting('clew.viewer')").fetchall()[0][0])


def test_a_copied_setting_opens_no_other_transaction_and_no_other_backend(real: Real) -> None:
    token = real.viewers["inv1-a0"].token
    with raw(real) as conn:
        setting = opened(conn, token)
        assert conn.execute("SELECT clew.viewer_officer()").fetchall() != [(None,)]
        with raw(real) as other:
            other.execute("SELECT set_config('clew.viewer', %s, true)", [setting])
            nothing_shown(real, other)
        conn.rollback()
        conn.execute("SELECT set_config('clew.viewer', %s, true)", [setting])
        nothing_shown(real, conn)
        conn.commit()
        nothing_shown(real, conn)


def test_an_ended_session_opens_nothing(real: Real) -> None:
    with raw(real) as conn:
        for name in ("out-a0", "away-a0"):
            assert conn.execute("SELECT * FROM clew.open_session(%s)", [real.viewers[name].token.encode()]).fetchall() == []
            nothing_shown(real, conn)
        assert conn.execute("SELECT * FROM clew.open_session(%s)", [b"anything"]).fetchall() == []


@pytest.mark.parametrize("statement", [
    "SELECT secret FROM clew.viewer_secret", "SELECT clew.claims_mac('x')", "SELECT value FROM clew.signals",
    "SELECT exhibit_id FROM clew.search_hits", "SELECT wrapped_key FROM clew.media_keys", "SELECT * FROM clew.disclosures",
    "SELECT password_hash FROM clew.officers", "SELECT totp_sealed FROM clew.officers", "SELECT token_hash FROM clew.sessions",
    "SELECT * FROM clew.judged_hits(gen_random_uuid(), NULL, true)", "SELECT * FROM clew.alike(ARRAY[gen_random_uuid()])",
    "SELECT turned FROM clew.stacked", "SELECT * FROM clew.stack_neighbours", "SELECT * FROM clew.measured_link(ARRAY[1, 2])",
    "SELECT clew.link_name(ARRAY[1, 2])", "SELECT clew.hit_handle(gen_random_uuid(), gen_random_uuid())",
    "SELECT clew.stance(gen_random_uuid(), gen_random_uuid(), 'XA', NULL)", "SELECT clew.band(1, 'match')",
    "SELECT * FROM clew.login_row('root')", "SELECT clew.login_failed(gen_random_uuid())",
    "SELECT clew.login_done(gen_random_uuid(), 1, gen_random_uuid(), 'x', 'web', '', 60, 12)",
    "SELECT clew.enrol_done(gen_random_uuid(), 'x', 'x', 'x', 1)", "SELECT clew.binds('cases', gen_random_uuid())",
    "SET ROLE clew_owner", "SET ROLE clew_system", "SET ROLE clew_door",
    "SET SESSION AUTHORIZATION clew_owner", "SELECT salt FROM clew.events",
    "CREATE TABLE clew.mine (a int)", "CREATE TEMPORARY TABLE cases (a int)", "ALTER TABLE clew.cases DISABLE ROW LEVEL SECURITY",
    "DELETE FROM clew.events", "UPDATE clew.events SET verb = 'x'", "UPDATE clew.sessions SET officer_id = gen_random_uuid()",
    "DELETE FROM clew.cases", "UPDATE clew.cases SET owner_agency_id = gen_random_uuid()", "TRUNCATE clew.answers"])
def test_what_the_web_login_may_not_do_at_all(real: Real, statement: str) -> None:
    with raw(real) as conn:
        opened(conn, real.viewers["both-a0"].token)
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute(statement.encode())


def test_the_logins_have_no_power_over_the_wall(real: Real) -> None:
    flags = real.behind("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s) AND (rolsuper OR rolbypassrls "
                        "OR rolcreaterole OR rolcreatedb OR rolreplication OR rolinherit)", list(postgres.LOGINS))
    owned = real.behind("SELECT relname FROM pg_class WHERE relnamespace = 'clew'::regnamespace "
                        "AND relowner <> 'clew_owner'::regrole")
    members = real.behind("SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member "
                          "WHERE r.rolname = ANY (%s)", list(postgres.LOGINS))
    assert (flags, owned, members) == ([], [], [])


@pytest.mark.parametrize(("actor", "target", "roles"), [
    ("inv1-a0", "inv1-a0", ["investigator", "agency_administrator"]), ("admin-a0", "admin-a0", ["investigator"]),
    ("both-a0", "both-a0", ["auditor"]), ("admin-a0", "inv1-a0", ["auditor"]), ("admin-a0", "auditor-a0", ["investigator"]),
    ("admin-a0", "inv1-a0", ["system_administrator"]), ("system-a0", "system-a0", ["investigator"]),
    ("inv1-a0", "inv2-a0", ["agency_administrator"]), ("admin-a0", "inv1-a1", ["agency_administrator"])])
def test_nobody_raises_roles_by_raw_sql(real: Real, actor: str, target: str, roles: list[str]) -> None:
    before = real.behind("SELECT roles FROM clew.officers WHERE login = %s OR id = %s", target,
                         real.viewers[target].officer_id)
    with raw(real) as conn:
        opened(conn, real.viewers[actor].token)
        try:
            changed = conn.execute("UPDATE clew.officers SET roles = %s WHERE id = %s",
                                   [roles, real.viewers[target].officer_id]).rowcount
        except errors.RaiseException:
            changed = 0
        conn.rollback() if not changed else conn.commit()
    assert changed == 0
    assert real.behind("SELECT roles FROM clew.officers WHERE id = %s", real.viewers[target].officer_id) == before[:1]


@pytest.mark.parametrize(("actor", "roles"), [
    ("admin-a0", ["system_administrator"]), ("admin-a0", ["auditor"]), ("inv1-a0", ["investigator"]),
    ("system-a0", ["investigator"]), ("auditor-a0", ["auditor"])])
def test_nobody_adds_a_higher_account_by_raw_sql(real: Real, actor: str, roles: list[str]) -> None:
    me = real.viewers[actor]
    with raw(real) as conn:
        opened(conn, me.token)
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute("INSERT INTO clew.officers (id, agency_id, login, full_name, roles) VALUES (%s, %s, 'x.y', 'X', %s)",
                         [uuid.uuid4(), me.agency_id, roles])


def test_an_event_in_another_name_is_refused(real: Real) -> None:
    me, other = real.viewers["inv1-a0"], real.viewers["inv1-a1"]
    with raw(real) as conn:
        opened(conn, me.token)
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute("INSERT INTO clew.events (id, at, verb, officer_id, agency_id, commitment, seal) VALUES "
                         "(%s, now(), 'x', %s, %s, sha256(''), sha256(''))", [uuid.uuid4(), other.officer_id, other.agency_id])
