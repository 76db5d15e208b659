"""Every table, policy, function, trigger and right of the database by name: anything new or changed fails here.

After a change that is meant: read the difference this test prints, think about who could misuse it, and write its
lines into catalogue.txt.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clew.kernel.settings import Settings
from clew.store.postgres import LOGINS, database_name
from tests.database import TestServer

LIST = Path(__file__).with_name("catalogue.txt")
# Without row-level security, each with its reason.
EXEMPT = {
    "alembic_version": "the schema's revision, read by clew_system at most",
    "pgqueuer": "the queue: payloads hold ids only; the web may insert and see numbers and names of jobs",
    "pgqueuer_log": "the queue's own record, ids only", "pgqueuer_schedules": "the queue's own, unused",
    "pgqueuer_statistics": "the queue's own numbers"}
QUERIES = {
    "table": """
        SELECT format('table %s %s', c.relname, CASE WHEN c.relrowsecurity AND c.relforcerowsecurity THEN 'forced'
               WHEN c.relrowsecurity THEN 'NOT FORCED' ELSE 'no row-level security' END)
        FROM pg_class c WHERE c.relnamespace = 'clew'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')""",
    "policy": """
        SELECT format('policy %s %s %s %s to %s', tablename, policyname, permissive, cmd, array_to_string(roles, ','))
        FROM pg_policies WHERE schemaname = 'clew'""",
    "function": """
        SELECT format('function %s(%s) %s %s path %s for %s', p.proname, pg_get_function_identity_arguments(p.oid),
               CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
               CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END,
               coalesce(replace(array_to_string(p.proconfig, ' '), 'search_path=', ''), '-'),
               coalesce((SELECT string_agg(CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, ','
                         ORDER BY a.grantee::regrole::text)
                         FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                         WHERE a.grantee <> p.proowner), 'nobody'))
        FROM pg_proc p WHERE p.pronamespace = 'clew'::regnamespace""",
    "trigger": """
        SELECT format('trigger %s on %s runs %s', t.tgname, t.tgrelid::regclass, t.tgfoid::regproc)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = 'clew'::regnamespace AND NOT t.tgisinternal""",
    "right": """
        SELECT format('right %s on %s to %s', string_agg(a.privilege_type, ',' ORDER BY a.privilege_type), c.relname,
               CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
        FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'clew'::regnamespace
          AND a.grantee <> c.relowner GROUP BY c.relname, a.grantee""",
    "column right": """
        SELECT format('column right %s on %s(%s) to %s', privilege, relname, string_agg(attname, ',' ORDER BY attname), grantee)
        FROM (SELECT a.privilege_type AS privilege, c.relname, t.attname,
                     CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee
              FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid, aclexplode(t.attacl) a
              WHERE c.relnamespace = 'clew'::regnamespace AND NOT t.attisdropped) x
        GROUP BY privilege, relname, grantee""",
    "schema": """
        SELECT format('schema %s %s to %s', n.nspname, a.privilege_type,
               CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
        FROM pg_namespace n, aclexplode(n.nspacl) a WHERE a.grantee <> n.nspowner
          AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"""}


@pytest.fixture(scope="module")
def admin(server: TestServer, shared_database: Settings) -> Iterator[psycopg.Connection[tuple[str]]]:
    """Connect as the server's administrator."""
    with psycopg.connect(server.server.admin_dsn(database_name(shared_database)), autocommit=True) as conn:
        yield conn


@pytest.fixture(scope="module")
def there(admin: psycopg.Connection[tuple[str]]) -> list[str]:
    """Return every line of the catalogue as it is."""
    return sorted(row[0] for query in QUERIES.values() for row in admin.execute(query.encode()))


def test_nothing_new_and_nothing_changed(there: list[str]) -> None:
    known = set(LIST.read_text().splitlines())
    assert {"new": sorted(set(there) - known), "gone": sorted(known - set(there))} == {"new": [], "gone": []}


def test_every_table_is_behind_the_wall_or_exempt(there: list[str]) -> None:
    open_tables = {line.split()[1] for line in there if line.startswith("table ") and not line.endswith(" forced")}
    assert open_tables == EXEMPT.keys()


def test_every_table_has_a_policy_for_the_owner_and_none_for_everybody(there: list[str]) -> None:
    policies = [line.split() for line in there if line.startswith("policy ")]
    assert {line[-1] for line in policies} <= LOGINS.keys()
    assert all(line[3] == "PERMISSIVE" for line in policies)


def test_functions_are_closed_to_the_public_and_look_in_their_own_schema(there: list[str]) -> None:
    functions = [line for line in there if line.startswith("function ")]
    assert len(functions) > 30
    assert not [line for line in functions if "PUBLIC" in line]
    pathless = [line for line in functions if " definer " in line
                and not re.search(r"path (clew|pg_catalog), pg_temp ", line)]
    assert not pathless


def test_nobody_but_the_logins_has_any_right(there: list[str]) -> None:
    rights = [line for line in there if line.startswith(("right ", "column right ", "schema "))]
    assert rights
    strangers = [line for line in rights if line.rsplit(" to ", 1)[1] not in LOGINS]
    assert strangers == ["schema public USAGE to PUBLIC"]  # PostgreSQL's own, and empty


def test_the_public_schema_is_empty(admin: psycopg.Connection[tuple[str]]) -> None:
    assert admin.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace").fetchall() == []
    assert admin.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace").fetchall() == []


def test_the_web_cannot_delete_material_nor_touch_the_record(there: list[str]) -> None:
    web = [line for line in there if line.endswith(" to clew_app")]
    deletes = {line.split(" on ")[1].split(" ")[0] for line in web if line.startswith("right ") and "DELETE" in line}
    # A selection is derived, a saved view its officer's own.
    assert deletes == {"case_team", "case_parties", "exhibit_grants", "uploads", "selections", "saved_views"}
    assert not [line for line in web if " on events" in line and re.search("UPDATE|DELETE|TRUNCATE", line)]


@pytest.mark.parametrize(("table", "column"), [("media", "object_name"), ("events", "at"), ("media", "sha256")])
def test_what_is_looked_up_in_long_tables_has_an_index(
        admin: psycopg.Connection[tuple[str]], table: str, column: str) -> None:
    """The daily sweep asks for a thousand object names at once; an auditor's list goes back in time."""
    found = admin.execute("""
        SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = ('clew.' || %s)::regclass AND a.attname = %s AND i.indpred IS NULL""", [table, column]).fetchall()
    assert found
