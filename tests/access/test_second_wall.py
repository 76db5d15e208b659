"""The second wall against a web login that does what it likes: accounts, hashes of hidden rows, and the door's own login."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg import errors

from clew.store import postgres
from tests.access.oracle import World, sight
from tests.access.real import Real, readers
from tests.access.test_sight import managed, opened, raw, readable
from tests.access.worlds import random_world


@pytest.fixture(scope="module")
def real(make_real: Callable[[World], Real]) -> Real:
    """Return a real world in which the first agency is the bureau of the second's country."""
    real = make_real(random_world(3))
    real.behind("UPDATE clew.agencies SET kind = 'bureau', country = 'XA' WHERE code = 'A0'")
    real.behind("UPDATE clew.agencies SET country = 'XA' WHERE code = 'A1'")
    return real


@pytest.mark.parametrize(("actor", "target"), [
    ("admin-a0", "auditor-a0"), ("both-a0", "auditor-a0"), ("system-a0", "inv1-a0"), ("inv1-a0", "inv1-a0"),
    ("admin-a0", "admin-a0"), ("admin-a0", "inv1-a1"), ("admin-a1", "inv1-a0")])
@pytest.mark.parametrize("change", ["password_hash = 'x'", "enrolment_hash = sha256('x')", "suspended_at = now()",
                                    "full_name = 'X'", "locked_until = NULL, failed_tries = 7"])
def test_nobody_takes_over_an_account_by_raw_sql(real: Real, actor: str, target: str, change: str) -> None:
    """What the verbs refuse, the table refuses too: higher accounts, one's own, and those of other agencies."""
    row = "SELECT to_jsonb(o) FROM clew.officers o WHERE id = %s"
    victim = real.viewers[target].officer_id
    before = real.behind(row, victim)
    with raw(real) as conn:
        opened(conn, real.viewers[actor].token)
        try:
            conn.execute(f"UPDATE clew.officers SET {change} WHERE id = %s".encode(), [victim])
            conn.commit()
        except errors.RaiseException:
            conn.rollback()
    assert real.behind(row, victim) == before


def test_a_row_out_of_sight_has_no_hash(make_real: Callable[[World], Real]) -> None:
    real, hidden = make_real(random_world(176)), 0
    for viewer in readers(real.world)[:6]:
        with raw(real) as conn:
            opened(conn, real.viewers[viewer.name].token)
            for case in real.world.cases:
                found = conn.execute("SELECT clew.row_hash('cases', %s)", [real.cases[case.name]]).fetchone()
                assert found is not None
                known = sight(viewer, case) or case.name in managed(viewer, real.world)
                assert (found[0] is not None) == known
                hidden += not known
            stranger = next(one for one in real.world.officers if one.agency.country != viewer.agency.country)
            assert conn.execute("SELECT clew.row_hash('officers', %s)",
                                [real.viewers[stranger.name].officer_id]).fetchone() == (None,)
    assert hidden


def test_the_door_sees_no_table_and_writes_no_other_event(real: Real) -> None:
    with psycopg.connect(postgres.dsn_for(postgres.DOOR, real.node.at), autocommit=True) as conn:
        for table in readable(real):
            with pytest.raises(errors.InsufficientPrivilege):
                conn.execute(f"SELECT 1 FROM clew.{table}".encode())
        assert conn.execute("SELECT clew.row_hash('cases', %s)", [next(iter(real.cases.values()))]).fetchone() == (None,)
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute("INSERT INTO clew.events (id, at, verb, commitment, seal) VALUES "
                         "(gen_random_uuid(), now(), 'judge', sha256(''), sha256(''))")
