"""The second wall cannot be lowered unseen: policies, functions, rights and logins are bound like rows."""

import pytest

from clew.kernel.events import Event
from clew.store.audit.checks.rows import hash_rows
from clew.store.audit.schema import SCHEMA
from tests.store.audit.log import Log

REPLACED = """CREATE OR REPLACE FUNCTION clew.viewer_reads() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'"""


@pytest.mark.parametrize("change", [
    "SELECT 1", "ALTER TABLE clew.cases DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE clew.cases NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY events_read ON clew.events", "ALTER POLICY events_read ON clew.events USING (true)",
    "ALTER POLICY events_read ON clew.events TO PUBLIC", REPLACED,
    "ALTER FUNCTION clew.viewer_reads() SECURITY DEFINER", "GRANT SELECT ON clew.event_tree TO clew_app",
    "GRANT EXECUTE ON FUNCTION clew.erase_events(uuid[], uuid) TO clew_app",
    "GRANT SELECT (salt) ON clew.events TO clew_app", "CREATE VIEW clew.door AS SELECT * FROM clew.events",
    "CREATE TRIGGER spy AFTER INSERT ON clew.events EXECUTE FUNCTION clew.spy()",
    "GRANT CREATE ON SCHEMA clew TO clew_app", "ALTER ROLE clew_app BYPASSRLS", "GRANT clew_owner TO clew_app"])
def test_every_breach_is_found(log: Log, change: str) -> None:
    with log.system.connect() as conn:
        hashes = hash_rows(conn, SCHEMA, "schema", ["clew"])
    log.append(Event("migrate", row_hashes=hashes))
    spy = "CREATE FUNCTION clew.spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
    found = log.found_after(spy + change if "spy" in change else change, SCHEMA)
    assert found == (set() if change == "SELECT 1" else {"row_changed"})
