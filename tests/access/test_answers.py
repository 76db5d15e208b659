"""A repeated request is answered again only to who may still know what the answer tells of."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from clew.access.verb import Verb
from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions, sharing, uploads
from clew.domain.links import service as links
from clew.domain.matching import service as matching
from clew.kernel.errors import NotFound
from clew.kernel.ids import CaseId
from clew.store.vault import vault
from tests.domain.conftest import House, house  # noqa: F401  the fixture

Act = tuple[Verb[..., Any], tuple[Any, ...], dict[str, Any]]


def judging(house: House, case: CaseId) -> Act:  # noqa: F811
    mark = uuid.uuid4().hex
    (theirs,), (mine,) = house.bring("anna", case, f"a {mark}"), house.bring("ben", house.case("ben"), f"b {mark}")
    return links.judge, (house.link(mine, theirs),), {"answer": "POSITIVE", "reason": "the same room"}


def searching(house: House, case: CaseId) -> Act:  # noqa: F811
    stored = vault().blobs.put([uuid.uuid4().bytes])
    return matching.search, (case,), {"purpose": "same room?", "name": "f.jpg", "stored": stored}


def bringing(house: House, case: CaseId) -> Act:  # noqa: F811
    return contributions.begin_contribution, (case,), {"source": "a phone"}


def closing(house: House, case: CaseId) -> Act:  # noqa: F811
    return contributions.close_contribution, (contributions.begin_contribution(house.viewer("anna"), case).id,), {}


def uploading(house: House, case: CaseId) -> Act:  # noqa: F811
    delivery = contributions.begin_contribution(house.viewer("anna"), case).id
    return uploads.begin_upload, (delivery, "x.jpg"), {"length": 4}


def narrowing(house: House, case: CaseId) -> Act:  # noqa: F811
    return sharing.narrow, (house.bring("anna", case, uuid.uuid4().hex)[0],), {"narrowed": False}


def setting(house: House, case: CaseId) -> Act:  # noqa: F811
    return cases.set_policy, (case,), {"policy": house.policy(audience_kind="network", conditions="Ask first")}


def refused(act: Act, house: House, who: str, key: str) -> None:  # noqa: F811
    verb, args, asked = act
    with pytest.raises(NotFound) as told:
        verb.once(key, house.viewer(who), *args, **asked)
    assert str(told.value) == str(NotFound())


@pytest.mark.parametrize(("made", "who"), [
    (judging, "ben"), (searching, "ben"), (searching, "art"), (bringing, "art"), (closing, "art"), (uploading, "art"),
    (narrowing, "art"), (setting, "art")])
def test_who_may_no_longer_know_is_answered_as_under_a_new_key(
        house: House, made: Callable[[House, CaseId], Act], who: str) -> None:  # noqa: F811
    case, anna = house.case("anna", audience_kind="network"), house.viewer("anna")
    act, key = made(house, case), uuid.uuid4().hex
    verb, args, asked = act
    first = verb.once(key, house.viewer(who), *args, **asked)
    assert verb.once_or_again(key, house.viewer(who), *args, **asked) == (first, True)

    shut = house.policy(team_kind="listed", team=(anna.officer_id,), deny=("country:XB",))
    cases.set_policy(anna, case, policy=shut)
    for one in (key, uuid.uuid4().hex):
        refused(act, house, who, one)
    cases.set_policy(anna, case, policy=house.policy(audience_kind="network"))
    assert verb.once_or_again(key, house.viewer(who), *args, **asked) == (first, True)


def test_a_case_one_opened_and_left_is_not_told_again(house: House) -> None:  # noqa: F811
    art, key = house.viewer("art"), uuid.uuid4().hex
    case = cases.open_case.once(key, art, "left behind").id
    team = (house.viewer("anna").officer_id,)
    cases.set_policy(house.viewer("admin.xa-viu"), case, policy=house.policy(team_kind="listed", team=team))
    with pytest.raises(NotFound):
        cases.open_case.once(key, art, "left behind")


def test_an_act_that_takes_its_object_out_of_sight_can_be_repeated(house: House) -> None:  # noqa: F811
    anna, case, key = house.viewer("anna"), house.case("anna"), uuid.uuid4().hex
    exhibit = house.bring("anna", case, "withdrawn twice")[0]
    delivery = house.behind("SELECT contribution_id FROM clew.exhibits WHERE id = %s", exhibit)[0][0]
    assert [contributions.withdraw.once(key, anna, delivery) for _ in range(2)] == [1, 1]
    upload = uploads.begin_upload(anna, contributions.begin_contribution(anna, case).id, "y.jpg", length=4)
    other = uuid.uuid4().hex
    assert [uploads.drop_upload.once(other, anna, upload.id) for _ in range(2)] == [None, None]
