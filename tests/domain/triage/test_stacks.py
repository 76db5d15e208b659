"""Stacks of a case: what is near its first, of this case and in sight alone; they fold, follow, and part by judgement."""

from collections.abc import Iterator

import numpy as np
import pytest

from clew.domain.exhibits import contributions
from clew.domain.links import service as links
from clew.domain.triage import acts, service
from clew.domain.triage.profiles import PACKAGED
from clew.kernel.ids import CaseId, ExhibitId
from clew.kernel.viewer import Viewer
from tests.domain.matching.conftest import made  # noqa: F401
from tests.domain.matching.copies import Material, edited, picture


@pytest.fixture
def rng() -> Iterator[np.random.Generator]:
    yield np.random.default_rng(7)


def arrive(material: Material, name: str, case: CaseId, hashes: list[np.ndarray], of: str) -> list[ExhibitId]:
    """Bring pictures and match each after the other, as the worker does."""
    found = material.bring(name, case, [[one] for one in hashes], of)
    material.house.behind("UPDATE clew.exhibits SET compared = false WHERE id = ANY (%s)", found)
    for exhibit in found:
        material.match([material.house.media(exhibit)])
    return found


def tiles(viewer: Viewer, case: CaseId, **asked: object) -> list[tuple[ExhibitId, int]]:
    kept = service.open_selection(viewer, case, asked=asked)
    return [(tile.id, tile.stack) for tile in service.show_tiles(viewer, kept.id)]


def test_near_copies_fold_onto_their_first_and_follow_it(made: Material, rng: np.random.Generator) -> None:  # noqa: F811
    anna, case = made.house.viewer("anna"), made.house.case("anna")
    one = picture(rng)
    held = arrive(made, "anna", case, [one, edited(one, 8, rng), picture(rng), edited(one, 12, rng)], "fold")
    assert tiles(anna, case) == [(held[0], 3), (held[2], 1)]
    assert tiles(anna, case, folded=False) == [(held[0], 3), (held[1], 3), (held[2], 1), (held[3], 3)]
    assert tiles(anna, case, without=[str(held[0])]) == [(held[1], 3), (held[2], 1)], "the first that is there stands for them"
    assert tiles(anna, case, stacked=True, folded=False) == [(held[0], 3), (held[1], 3), (held[3], 3)]
    act = acts.categorise(anna, case, profile_id=PACKAGED, code=2, exhibits=[held[1]], stacks=True)
    assert (act.total, act.changed) == (3, 3)
    assert [found for found, _ in tiles(anna, case, category=["none"])] == [held[2]]


def test_judging_parts_a_stack_and_joins_it_again(made: Material, rng: np.random.Generator) -> None:  # noqa: F811
    anna, case = made.house.viewer("anna"), made.house.case("anna")
    one = picture(rng)
    held = arrive(made, "anna", case, [one, edited(one, 8, rng), edited(one, 6, rng)], "part")
    link = next(found.link_id for found in links.list_links(anna, case, exhibit_id=held[0]) if found.other_exhibit_id == held[1])
    assert link is not None
    links.judge(anna, link, answer="UNSURE", reason="r")
    assert tiles(anna, case) == [(held[0], 3)]
    links.judge(anna, link, answer="NEGATIVE", reason="another room")
    assert tiles(anna, case) == [(held[0], 2), (held[1], 1)]
    links.judge(anna, link, answer="POSITIVE", reason="the same after all")
    assert tiles(anna, case) == [(held[0], 3)]


def test_a_stack_is_of_one_case_and_of_what_is_in_sight(made: Material, rng: np.random.Generator) -> None:  # noqa: F811
    house, one = made.house, picture(rng)
    elsewhere = house.case("anna")
    arrive(made, "anna", elsewhere, [one], "elsewhere")
    case = house.case("anna", audience_kind="listed", audience=("country:XB",))
    held = arrive(made, "anna", case, [edited(one, 8, rng), edited(one, 9, rng), edited(one, 10, rng)], "here")
    anna, ben = house.viewer("anna"), house.viewer("ben")
    assert tiles(anna, case) == tiles(ben, case) == [(held[0], 3)]
    house.behind("UPDATE clew.exhibits SET narrowed = true WHERE id = %s", held[0])
    assert tiles(anna, case) == [(held[0], 3)]
    assert tiles(ben, case) == [(held[1], 1), (held[2], 1)], "what a hidden exhibit holds together is no stack to him"
    act = acts.categorise(ben, case, profile_id=PACKAGED, code=1, exhibits=[held[1]], stacks=True)
    assert act.total == 1


def test_when_the_first_goes_the_others_find_another(made: Material, rng: np.random.Generator) -> None:  # noqa: F811
    anna, case = made.house.viewer("anna"), made.house.case("anna")
    one = picture(rng)
    first = arrive(made, "anna", case, [one], "first")
    held = arrive(made, "anna", case, [edited(one, 8, rng), edited(one, 6, rng)], "others")
    assert tiles(anna, case) == [(first[0], 3)]
    delivery = contributions.list_contributions(anna, case)[-1].contribution.id
    contributions.withdraw(anna, delivery)
    assert tiles(anna, case) == [(held[0], 2)]


def test_likeness_orders_by_distance_within_the_case(made: Material, rng: np.random.Generator) -> None:  # noqa: F811
    anna, case = made.house.viewer("anna"), made.house.case("anna")
    one = picture(rng)
    held = arrive(made, "anna", case, [picture(rng), edited(one, 40, rng), one, edited(one, 8, rng)], "like")
    found = [exhibit for exhibit, _ in tiles(anna, case, order="likeness", like=str(held[2]), folded=False)]
    assert found == [held[2], held[3], held[1], held[0]]
