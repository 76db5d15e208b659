"""Totals do not move: a new case that is denied to others changes no byte of any answer they get."""

import uuid
from collections.abc import Callable
from dataclasses import replace

import httpx

from tests.access.oracle import Case, Exhibit, Officer, World, sight
from tests.access.real import Real, readers
from tests.access.worlds import random_world
from tests.web.in_process import in_process

LISTS = ("/cases", "/managed-cases")
OF_CASE = ("", "/overlap", "/links", "/exhibits", "/exhibits?only=linked", "/contributions", "/searches", "/policy")
OF_EXHIBIT = ("", "/signals")


def answers(web: httpx.Client, real: Real, viewer: Officer, searches: dict[str, object]) -> dict[str, bytes]:
    """Return everything an officer can read, by address."""
    things = [*LISTS, *(f"/cases/{one}{part}" for one in real.cases.values() for part in OF_CASE),
              *(f"/exhibits/{one}{part}" for one in real.exhibits.values() for part in OF_EXHIBIT),
              *(f"/links/{one}" for one in real.links.values()), f"/searches/{searches[viewer.name]}"]
    token = {"Authorization": f"Bearer {real.viewers[viewer.name].token}"}
    return {thing: web.get(f"/api/v1{thing}", headers=token).content for thing in things}


def test_a_denied_case_moves_nothing(make_real: Callable[[World], Real]) -> None:
    real = make_real(random_world(90))
    owner = real.world.agencies[0]
    others = [one for one in readers(real.world) if one.agency != owner and one.name.startswith(("inv1", "analyst"))]
    searches = {one.name: real.search(one, real.world.cases[0], sorted(real.media)) for one in others}
    with in_process() as web:
        before = [answers(web, real, one, searches) for one in others]
        known = dict(real.cases), dict(real.exhibits)
        everybody = frozenset(one.name for one in real.world.agencies if one != owner)
        case = Case("secret", owner, None, None, everybody, "contact", 100)
        real.world = replace(real.world, cases=(*real.world.cases, case), exhibits=(*real.world.exhibits, *(
            Exhibit(f"secret-{media}", case, media) for media in sorted(real.media))))
        real._case(case)
        real.behind("UPDATE clew.exhibits SET state = 'imported', compared = true")
        assert all(not sight(one, case) for one in others)
        real.cases, real.exhibits = known
        after = [answers(web, real, one, searches) for one in others]
    assert sum(len(one) for one in before) > 50
    assert after == before


def test_the_record_tells_no_difference_either(make_real: Callable[[World], Real]) -> None:
    """What is written down of a refusal is the same for hidden and missing: no id of what was hidden."""
    real = make_real(random_world(176))
    viewer = next(one for one in readers(real.world) if any(not sight(one, case) for case in real.world.cases))
    case = next(case for case in real.world.cases if not sight(viewer, case))
    token = {"Authorization": f"Bearer {real.viewers[viewer.name].token}"}
    with in_process() as web:
        for one in (real.cases[case.name], uuid.uuid4()):
            assert web.get(f"/api/v1/cases/{one}", headers=token).status_code == 404
    rows = real.behind("SELECT verb, agency_id, case_id, owner_agency_id, subject, purpose, payload -> 'detail' "
                       "FROM clew.events ORDER BY at DESC LIMIT 2")
    assert rows[0] == rows[1]
    assert rows[0][0] == "refused"
