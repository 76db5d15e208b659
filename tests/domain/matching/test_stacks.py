"""Stacks against brute force: every near pair is told and no other, copies cost one row each, and nothing hangs on one."""

import itertools
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from benchmarks.edits import opened
from clew.domain.cases import review
from clew.domain.exhibits import service as exhibits
from clew.domain.links import service as links
from clew.domain.matching.jobs import JOBS
from clew.domain.matching.rules import worth_telling
from clew.domain.matching.stacks import pictures_of, stack
from clew.kernel.errors import NotFound
from clew.kernel.events import Event
from clew.kernel.ids import CaseId
from clew.kernel.viewer import Viewer
from clew.signals import pdq
from clew.store.db import database
from tests.domain.conftest import House
from tests.domain.matching.copies import Material, clusters, edited, picture
from tests.samples import SAMPLES, needs_samples

POLICIES = ({"audience_kind": "network"}, {}, {"hits": "owner-first"}, {"deny": ("country:XA",)})


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_case_is_told_what_all_pairs_would_tell(made: Material, seed: int) -> None:
    house, rng = made.house, np.random.default_rng(seed)
    values = clusters(rng, 3, 16)
    mine = house.case("anna", hits="owner-first" if seed == 2 else "contact")
    theirs = [house.case(("ben", "cleo")[n % 2], **policy) for n, policy in enumerate(POLICIES)]
    for n, case in enumerate((mine, *theirs)):
        made.bring("anna" if case == mine else ("ben", "cleo")[(n - 1) % 2], case, values[n::5], f"s{seed} c{n}")
    order = list(made.signals)
    random.Random(seed).shuffle(order)
    made.match(order)
    anna = house.log_in("anna")
    told = (overlaps(anna, mine), listed(house, anna, mine))
    assert len(told[1]) > 20
    truth = made.near()
    assert any(frozenset((a, c)) not in truth for a, b, c in itertools.permutations(order, 3)
               if {frozenset((a, b)), frozenset((b, c))} <= truth.keys())  # near is not transitive here
    link_all(house, made)
    assert told == (overlaps(anna, mine), listed(house, anna, mine))
    assert {frozenset(one[:2]) for one in told[1] if one[1]} <= truth.keys()


def link_all(house: House, made: Material) -> None:
    """Forget the stacks and write a link for every near pair, as if there were no other way."""
    house.behind("DELETE FROM clew.stacked")
    house.behind("DELETE FROM clew.stack_neighbours")
    with database().system_work() as work:
        for a, b in map(sorted, made.near()):
            found = worth_telling(b, {pdq.NAME: made.signals[a]}, {pdq.NAME: made.signals[b]})
            assert found is not None
            work.write("INSERT INTO clew.links (id, media_a, media_b, matcher, version, value, verdict, why, parameters) VALUES "
                       "(gen_random_uuid(), :a, :b, 'pdq', 1, :value, 'match', 'pdq.match', "
                       "jsonb_build_object('distance', CAST(:bits AS int)))",
                       {"a": a, "b": b, "value": found.score.value, "bits": found.score.where["distance"]})
        work.record(Event("test"))


def overlaps(viewer: Viewer, case: CaseId) -> set[object]:
    return {(one.level, one.handle, one.reference, one.band, one.exhibits, one.matchers, one.may_disclose, one.since)
            for one in links.overlap(viewer, case)}


def listed(house: House, viewer: Viewer, case: CaseId) -> list[tuple[object, ...]]:
    media = dict(house.behind("SELECT id, media_id FROM clew.exhibits"))
    return sorted(((media[one.exhibit_id], media.get(one.other_exhibit_id), one.level, one.reference, one.value, one.band,
                    one.verdict, one.why, str(one.parameters), one.flipped)
                   for one in links.list_links(viewer, case, limit=1000)), key=str)


def test_a_told_pair_says_what_compare_says(made: Material) -> None:
    house, rng = made.house, np.random.default_rng(9)
    case = house.case("anna")
    made.bring("anna", case, clusters(rng, 2, 14), "told")
    made.match(list(made.signals))
    media = dict(house.behind("SELECT id, media_id FROM clew.exhibits"))
    anna = house.log_in("anna")
    found = links.list_links(anna, case, limit=1000)
    assert {frozenset((media[one.exhibit_id], media[one.other_exhibit_id])) for one in found} == made.near().keys()
    assert {one.where["orientation"] for one in found} >= {"upright"}
    for one in found:
        a, b = sorted((media[one.exhibit_id], media[one.other_exhibit_id]))
        score = pdq.compare(made.signals[a], made.signals[b])
        assert (one.where, one.parameters, one.why) == (json.loads(json.dumps(score.where)), score.parameters, score.why)
        assert one.value == pytest.approx(score.value)
        assert one.link_id is not None
    again = links.get_link(anna, found[0].link_id)
    assert (again.link.where, again.link.exhibit_id) == (found[0].where, found[0].exhibit_id)


def test_copies_cost_one_row_each(made: Material) -> None:
    rng = np.random.default_rng(4)
    original = picture(rng)
    for many in (20, 40):
        made.bring("anna", made.house.case("anna"), [[edited(original, int(rng.integers(0, 12)), rng)] for _ in range(many)],
                   f"flat {many}")
    made.match(list(made.signals))
    rows = [made.house.behind(f"SELECT count(*) FROM clew.{table}")[0][0] for table in ("links", "stacked", "stack_neighbours")]
    assert rows == [0, 60, 1]
    assert len(made.near()) == 60 * 59 // 2


def test_a_measured_link_is_judged_and_keeps_its_name(made: Material) -> None:
    house, rng = made.house, np.random.default_rng(5)
    mine, shared = house.case("anna"), house.case("ben", audience_kind="listed", audience=("country:XA",))
    original = picture(rng)
    made.bring("anna", mine, [[original]], "named a")
    made.bring("ben", shared, [[edited(original, 7, rng)]], "named b")
    made.match(list(made.signals))
    anna = house.log_in("anna")
    (one,) = links.list_links(anna, mine, unjudged=True)
    assert one.link_id is not None
    for name in ("ben", "cleo"):
        with pytest.raises(NotFound):
            links.judge(house.log_in(name), one.link_id, answer="POSITIVE", reason="r")
    assert house.behind("SELECT count(*) FROM clew.links") == [(0,)]
    links.judge(anna, one.link_id, answer="NEGATIVE", reason="other room")
    assert links.list_links(anna, mine, unjudged=True) == []
    (after,) = links.list_links(anna, mine)
    assert (after.link_id, after.answer, after.where, after.value) == (one.link_id, "NEGATIVE", one.where, one.value)
    assert house.behind("SELECT count(*) FROM clew.links") == [(1,)]


def test_stacks_are_of_what_may_be_seen(made: Material) -> None:
    """Two pictures apart, each near a third that is elsewhere, are no stack: it would tell that there is one."""
    house, rng = made.house, np.random.default_rng(6)
    middle = picture(rng)
    case = house.case("anna")
    left, right = edited(middle, 20, rng), edited(middle, 20, rng)
    one, two = made.bring("anna", case, [[left], [right]], "apart")
    made.bring("ben", house.case("ben"), [[middle]], "middle")
    made.match(sorted(made.signals, key=lambda media: made.signals[media][0].value != middle.tobytes()))
    assert len(made.near()) == 2
    anna = house.log_in("anna")
    assert {tile.stack for tile in exhibits.list_exhibits(anna, case).tiles} == {1}
    made.bring("anna", case, [[edited(left, 3, rng)]], "beside")
    made.match([media for media in made.signals if media not in dict(house.behind("SELECT media_id, 1 FROM clew.stacked"))])
    assert sorted(tile.stack for tile in exhibits.list_exhibits(anna, case).tiles) == [1, 2, 2]
    assert exhibits.get_exhibit(anna, two).stack == 1
    (link,) = links.list_links(anna, case, exhibit_id=one, own=True)[:1]
    assert link.link_id is not None


def test_nothing_is_lost_when_the_first_of_a_stack_is_erased(made: Material) -> None:
    house, rng = made.house, np.random.default_rng(7)
    original = picture(rng)
    gone, mine, theirs = house.case("cleo"), house.case("anna"), house.case("ben")
    made.bring("cleo", gone, [[original]], "first")
    made.bring("anna", mine, [[edited(original, 9, rng)]], "second")
    made.bring("ben", theirs, [[edited(original, 9, rng)]], "third")
    made.match(list(made.signals))
    anna = house.log_in("anna")
    assert len(links.overlap(anna, mine)) == 2
    house.behind("UPDATE clew.cases SET expires = current_date WHERE id = %s", gone)
    review.erase_case(house.node.viewers["admin.xc-viu"], gone)
    assert house.behind("SELECT count(*), count(DISTINCT stack) FROM clew.stacked") == [(2, 1)]
    assert [one.agency_code for one in links.overlap(anna, mine)] == ["XB-VIU"]
    later = house.case("ben")
    made.bring("ben", later, [[edited(original, 5, rng)]], "fourth")
    made.match(list(made.files)[-1:])
    assert len(links.overlap(anna, mine)) == 2
    for case, name in ((later, "ben"), (theirs, "ben"), (mine, "anna")):
        house.behind("UPDATE clew.cases SET expires = current_date WHERE id = %s", case)
        review.erase_case(house.node.viewers[f"admin.x{'ab'[name == 'ben']}-viu"], case)
    for table in ("stacked", "stack_neighbours"):
        assert house.behind(f"SELECT count(*) FROM clew.{table}") == [(0,)]


def test_pictures_matched_at_the_same_time_find_each_other(made: Material) -> None:
    """Whoever comes second sees the first: four workers at once lose no pair, and matching twice changes nothing."""
    house, rng = made.house, np.random.default_rng(8)
    case = house.case("anna")
    made.bring("anna", case, clusters(rng, 2, 20), "at once")
    order = [*made.signals, *made.signals]
    random.Random(8).shuffle(order)
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda one: made.match([one]), order))
    media = dict(house.behind("SELECT id, media_id FROM clew.exhibits"))
    found = links.list_links(house.log_in("anna"), case, limit=1000)
    assert {frozenset((media[one.exhibit_id], media[one.other_exhibit_id])) for one in found} == made.near().keys()
    assert house.behind("SELECT count(*) FROM clew.stacked") == [(sum(map(len, made.signals.values())),)]


def test_a_picture_waits_for_one_that_is_being_stacked(made: Material) -> None:
    """Seen by neither, a pair would be lost for good."""
    house, rng = made.house, np.random.default_rng(10)
    original = picture(rng)
    made.bring("anna", house.case("anna"), [[original], [edited(original, 6, rng)]], "waits")
    one, other = made.signals
    with ThreadPoolExecutor(1) as worker:
        with database().system_work() as work:
            stack(work, one, pictures_of(work, one))
            later = worker.submit(made.match, [other])
            while not later.done() and house.behind(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == [(0,)]:
                time.sleep(0.01)
            work.record(Event("test"))
        later.result()
    assert house.behind("SELECT count(*), count(DISTINCT stack) FROM clew.stacked") == [(2, 1)]


def test_stacks_that_are_strangers_by_mistake_are_found_and_mended(made: Material) -> None:
    house, rng = made.house, np.random.default_rng(11)
    made.bring("anna", house.case("anna"), clusters(rng, 3, 10), "mended")
    made.match(list(made.signals))
    whole = house.behind("SELECT * FROM clew.stack_neighbours ORDER BY 1, 2")
    house.behind("UPDATE clew.events SET verb = 'stack before' WHERE verb = 'stack'")
    JOBS["rebuild"]({})
    assert house.behind("SELECT * FROM clew.events WHERE verb = 'stack'") == []
    house.behind("DELETE FROM clew.stack_neighbours")
    for _ in range(20):
        JOBS["rebuild"]({})
    assert house.behind("SELECT * FROM clew.stack_neighbours ORDER BY 1, 2") == whole
    assert house.last_event("stack")[3] == {"mended": len(whole)}


@needs_samples
def test_real_pictures_are_told_as_compared_each_with_each(made: Material) -> None:
    """Edits, orientations, bars and others of the sample set, hashed from their pixels."""
    house = made.house
    values, refused = [], 0
    for path in sorted((SAMPLES / "copies" / "threatexchange-pdq" / "data").rglob("*.[jp][pn]g")):
        with Image.open(path) as image:
            found = pdq.telling(pdq.describe(opened(image)))
        refused += not found
        values += [[np.frombuffer(one.value, np.uint8) for one in found]] if found else []
    case = house.case("anna")
    made.bring("anna", case, values, "real")
    made.match(list(made.signals))
    media = dict(house.behind("SELECT id, media_id FROM clew.exhibits"))
    told = {frozenset((media[one.exhibit_id], media[one.other_exhibit_id]))
            for one in links.list_links(house.log_in("anna"), case, limit=1000)}
    assert told == made.near().keys()
    assert len(told) > 400
