"""What each viewer of random worlds is told of hits, links and searches, in SQL and by the verbs: as the oracle says."""

import uuid
from collections.abc import Callable

import pytest

from clew.domain.cases import service as cases
from clew.domain.exhibits import service as exhibits
from clew.domain.links import service as links
from clew.domain.matching import service as matching
from clew.kernel.errors import NotFound
from clew.kernel.ids import CaseId, ExhibitId, SearchId
from clew.store.db import database
from tests.access.oracle import Case, Exhibit, Officer, World, hit, may_disclose, sight, stance
from tests.access.real import Real, readers
from tests.access.worlds import random_world

Told = set[tuple[str, ...]]


@pytest.fixture(scope="module", params=[90, 183, 270])
def real(request: pytest.FixtureRequest, make_real: Callable[[World], Real]) -> Real:
    """Return the real node of a random world."""
    return make_real(random_world(request.param))


def expected(world: World, viewer: Officer, case: Case) -> tuple[Told, set[str]]:
    """Return what the oracle tells of the hits of a case, and the other cases it may disclose itself to."""
    told: Told = set()
    disclose = set()
    for mine in (one for one in world.exhibits if one.case == case):
        for other in world.exhibits:
            level = hit(world, viewer, mine, other)
            told |= {"link": {("link", mine.name, other.name)}, "contact": {("contact", mine.name, other.case.name)},
                     "asked": {("asked", other.case.name)}}.get(level or "", set())
            if may_disclose(world, viewer, mine, other):
                disclose.add(other.case.name)
    return told, disclose


def told_by_hits(real: Real, viewer: Officer, case: Case) -> tuple[Told, set[str]]:
    """Return what clew.hits tells; a nameless case is named by its handle."""
    by_handle = {real.behind("SELECT clew.hit_handle(%s, %s)", real.cases[case.name], one)[0][0]: name
                 for name, one in real.cases.items()}
    name = real.name_of(real.exhibits)
    with database().viewer_work(real.viewers[viewer.name].token) as (work, _):
        rows = work.rows("SELECT * FROM clew.hits(:case)", {"case": real.cases[case.name]})
    told: Told = set()
    for row in rows:
        if row.level == "audience":
            told.add(("link", name[row.exhibit_id], name[row.other_exhibit_id]))
        elif row.level == "contact":
            told.add(("contact", name[row.exhibit_id], row.reference))
            assert (row.other_exhibit_id, row.other_case_id, row.link_id, row.value, row.why) == (None,) * 5
            assert row.contact == f"desk@{row.agency_code.lower()}.example"
            assert row.band in ("certain", "strong")
        else:
            told.add(("asked", by_handle[row.handle]))
            assert (row.exhibit_id, row.reference, row.agency_code, row.since, row.matcher, row.band) == (None,) * 6
    return told, {by_handle[row.handle] for row in rows if row.may_disclose}


def test_hits_are_what_the_oracle_tells(real: Real) -> None:
    levels = set()
    for viewer in real.world.officers:
        if viewer.suspended or not viewer.logged_in:
            continue
        for case in real.world.cases:
            want = expected(real.world, viewer, case)
            assert told_by_hits(real, viewer, case) == want, (viewer, case)
            levels |= {one[0] for one in want[0]}
    assert {"link", "contact", "asked"} <= levels


def test_verbs_tell_no_more_and_no_less(real: Real) -> None:
    name, title = real.name_of(real.exhibits), real.name_of(real.cases)
    for viewer in readers(real.world):
        me = real.viewers[viewer.name]
        seen = {one.id for one in cases.list_cases(me)}
        assert {title[one] for one in seen} == {one.name for one in real.world.cases if sight(viewer, one)}
        for case in (one for one in real.world.cases if sight(viewer, one)):
            want, _ = expected(real.world, viewer, case)
            case_id = CaseId(real.cases[case.name])
            listed: Told = set()
            for link in links.list_links(me, case_id):
                other = name.get(link.other_exhibit_id or uuid.UUID(int=0), link.reference)
                kind = "link" if link.level == "audience" else link.level
                listed.add((kind, name[link.exhibit_id], other))
                assert kind == "link" or (link.other_path, link.other_case_id, link.value) == ("", None, None)
            inside = {one for one in want if one[0] == "link" and exhibit(real, one[2]).case == case}
            assert {one for one in want if one[0] != "asked"} - inside == {one for one in listed if not within(real, one)}
            assert {frozenset(one) for one in inside} == {frozenset(one) for one in listed if within(real, one)}
            check_overlap(real, viewer, case, want - inside)
            check_grid(real, viewer, case, want)


def exhibit(real: Real, name: str) -> Exhibit:
    return next(one for one in real.world.exhibits if one.name == name)


def within(real: Real, one: tuple[str, ...]) -> bool:
    return one[0] == "link" and exhibit(real, one[1]).case == exhibit(real, one[2]).case


def check_overlap(real: Real, viewer: Officer, case: Case, want: Told) -> None:
    """One line for each other case and level, counting one's own exhibits."""
    lines: dict[tuple[str, str], set[str]] = {}
    for level, *names in want:
        other = names[-1] if level != "link" else exhibit(real, names[-1]).case.name
        lines.setdefault((level, other), set()).update(names[:1] if level != "asked" else [])
    found = links.overlap(real.viewers[viewer.name], CaseId(real.cases[case.name]))
    told = {("link" if one.level == "audience" else one.level, one.reference): one.exhibits for one in found}
    assert len(found) == len(lines)
    assert {key: count for key, count in told.items() if key[0] != "asked"} == {
        key: len(mine) for key, mine in lines.items() if key[0] != "asked"}


def test_an_overlap_is_the_sum_of_its_hits(real: Real) -> None:
    """The rows of clew.overlap say of each other case and level what its rows of clew.hits say together."""
    bands = [None, "possible", "strong", "certain"]
    for viewer in readers(real.world):
        for case in real.cases.values():
            with database().viewer_work(real.viewers[viewer.name].token) as (work, _):
                rows = [row for row in work.rows("SELECT * FROM clew.hits(:case)", {"case": case}) if row.other_case_id != case]
                lines = work.rows("SELECT * FROM clew.overlap(:case)", {"case": case})
                marks = work.rows("SELECT * FROM clew.linked_exhibits(:case)", {"case": case})
                hits = work.rows("SELECT h.exhibit_id FROM clew.hits(:case) h", {"case": case})
            told = {(one.level, one.handle): one for one in lines}
            assert len(told) == len(lines)
            assert told.keys() == {(row.level, row.handle) for row in rows}
            for key, line in told.items():
                mine = [row for row in rows if (row.level, row.handle) == key]
                assert {line.reference, *(row.reference for row in mine)} == {line.reference}
                assert set(line.matchers or ()) == {row.matcher for row in mine if row.matcher}
                assert line.band == max((row.band for row in mine), key=bands.index)
                assert (line.exhibits or 0) == len({row.exhibit_id for row in mine} - {None})
                assert line.since == min((row.since for row in mine if row.since), default=None)
                assert line.may_disclose >= any(row.may_disclose for row in mine)
                assert line.other_case_id == mine[0].other_case_id
            listed = [row.exhibit_id for row in hits if row.exhibit_id]
            assert {one.exhibit_id: one.links for one in marks} == {one: listed.count(one) for one in listed}


def check_grid(real: Real, viewer: Officer, case: Case, want: Told) -> None:
    """The grid shows the exhibits in sight, and marks links as the viewer learns of them."""
    me, name = real.viewers[viewer.name], real.name_of(real.exhibits)
    page = exhibits.list_exhibits(me, CaseId(real.cases[case.name]))
    seen = {one.name for one in real.world.exhibits if one.case == case and sight(viewer, one)}
    assert {name[tile.id] for tile in page.tiles} == seen
    assert page.total == len(seen)
    linked = {one[1] for one in want if one[0] != "asked"}
    assert {name[tile.id] for tile in page.tiles if tile.links} == linked
    shown = exhibits.list_exhibits(me, CaseId(real.cases[case.name]), only="linked")
    assert {name[tile.id] for tile in shown.tiles} == linked


def test_exhibits_granted_alone_are_seen_without_their_case(real: Real) -> None:
    for viewer in readers(real.world):
        for one in real.world.exhibits:
            try:
                shown = exhibits.get_exhibit(real.viewers[viewer.name], ExhibitId(real.exhibits[one.name]))
            except NotFound:
                assert not sight(viewer, one)
            else:
                assert sight(viewer, one)
                assert shown.case_reference == (one.case.name if sight(viewer, one.case) else "")


def test_search_follows_the_same_table(real: Real) -> None:
    media, name = sorted(real.media), real.name_of(real.exhibits)
    for viewer in readers(real.world):
        case = next((one for one in real.world.cases if sight(viewer, one)), None)
        if case is None:
            continue
        found = matching.get_search(real.viewers[viewer.name], SearchId(real.search(viewer, case, media)))
        told = {("link", name[one.exhibit_id]) if one.exhibit_id else (one.level, one.reference) for one in found.hits}
        want = {("link", one.name) for one in real.world.exhibits if sight(viewer, one)}
        want |= {("contact", one.case.name) for one in real.world.exhibits
                 if not sight(viewer, one) and stance(viewer.agency, one) == "contact"}
        assert told == want
        assert all((one.case_id, one.value, one.why) == (None, None, "") for one in found.hits if not one.exhibit_id)
