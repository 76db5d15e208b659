"""Both sides of a link at once: what every matcher says of them, and revealing them together under the rules of one reveal."""

import uuid
from collections.abc import Iterator

import pytest

from clew.domain.accounts.service import set_preferences
from clew.domain.exhibits import service as exhibits
from clew.domain.links import service as links
from clew.kernel.errors import BadInput, NotFound, NotYourRole, Refused, TooMany
from clew.kernel.ids import ExhibitId, LinkId
from tests.domain.conftest import House
from tests.domain.links.test_service import shared_link


@pytest.fixture(autouse=True)
def full(house: House) -> Iterator[None]:
    house.behind("UPDATE clew.officers SET mode = 'full'")
    yield
    house.behind("UPDATE clew.agencies SET reveal_limit = 0")


def also(house: House, one: ExhibitId, other: ExhibitId, matcher: str, value: float) -> uuid.UUID:
    """Store what a matcher that looks in depth says of the same two contents."""
    house.behind("UPDATE clew.exhibits SET in_depth = true WHERE id IN (%s, %s)", one, other)
    a, b = sorted((house.media(one), house.media(other)))
    made: uuid.UUID = house.behind(
        "INSERT INTO clew.links (id, media_a, media_b, matcher, version, value, verdict, why) VALUES "
        "(gen_random_uuid(), %s, %s, %s, 1, %s, 'possible', 'x') RETURNING id", a, b, matcher, value)[0][0]
    return made


def test_every_matcher_that_speaks_of_the_two_is_told_beside(house: House) -> None:
    _, link, (mine, theirs) = shared_link(house, "beside")
    sound, details = also(house, mine, theirs, "sound", 0.5), also(house, mine, theirs, "details", 0.8)
    view = links.get_link(house.viewer("anna"), link)
    assert [(one.link_id, one.matcher) for one in view.beside] == [(details, "details"), (sound, "sound")]
    assert [one.link_id for one in links.get_link(house.viewer("anna"), LinkId(sound)).beside] == [link, details]
    house.behind("UPDATE clew.exhibits SET in_depth = false WHERE id = %s", theirs)
    assert links.get_link(house.viewer("anna"), link).beside == (), "known bytes tell nothing in depth before their time"


def test_each_side_is_a_reveal_and_counts_as_one(house: House) -> None:
    _, link, (mine, theirs) = shared_link(house, "both revealed")
    shown, sides = links.reveal_link(house.viewer("anna"), link, purpose=" to compare ")
    assert (shown.exhibit_id, shown.other_exhibit_id) == (mine, theirs) == tuple(one.exhibit_id for one in sides)
    assert all(one.revealed is not None and one.revealed.data_key.hex() not in repr(one) for one in sides)
    made = house.behind("SELECT subject, purpose FROM clew.events WHERE verb = 'reveal' ORDER BY at DESC, arrival DESC LIMIT 2")
    assert set(made) == {(f"exhibit:{mine}", "to compare"), (f"exhibit:{theirs}", "to compare")}
    assert house.last_event("reveal_link")[1:] == (f"link:{link}", "to compare", {"exhibits": [str(mine), str(theirs)]})


def test_the_agencys_limit_holds_for_both_together(house: House) -> None:
    _, link, (mine, _) = shared_link(house, "limited")
    anna = house.viewer("anna")
    made = house.behind("SELECT count(*) FROM clew.events WHERE verb = 'reveal' AND officer_id = %s", anna.officer_id)[0][0]
    house.behind("UPDATE clew.agencies SET reveal_limit = %s WHERE code = 'XA-VIU'", made + 1)
    with pytest.raises(TooMany):
        links.reveal_link(anna, link, purpose="to compare")
    exhibits.reveal(anna, mine, purpose="one is left")


def test_the_mode_and_the_purpose_count_as_for_one(house: House) -> None:
    _, link, _ = shared_link(house, "modes")
    with pytest.raises(BadInput):
        links.reveal_link(house.viewer("anna"), link, purpose=" x ")
    set_preferences(house.viewer("anna"), language="en", mode="safe")
    with pytest.raises(Refused, match="mode"):
        links.reveal_link(house.viewer("anna"), link, purpose="to compare")


def test_who_does_not_know_both_sides_reveals_neither(house: House) -> None:
    _, link, _ = shared_link(house, "outside")
    for name in ("ben", "cleo"):
        for one in (link, LinkId(uuid.uuid4())):
            with pytest.raises(NotFound):
                links.reveal_link(house.viewer(name), one, purpose="to look")
    with pytest.raises(NotYourRole):
        links.reveal_link(house.viewer("admin.xa-viu"), link, purpose="to look")
    assert house.behind("SELECT 1 FROM clew.events WHERE verb = 'reveal' AND officer_id = %s",
                        house.viewer("cleo").officer_id) == []


def test_a_sound_has_nothing_to_see(house: House) -> None:
    _, link, (mine, theirs) = shared_link(house, "sounds")
    house.behind("UPDATE clew.media SET kind = 'sound' WHERE id = %s", house.media(theirs))
    _, (left, right) = links.reveal_link(house.viewer("anna"), link, purpose="to compare")
    assert (left.revealed is None, right.revealed is None) == (False, True)
    house.behind("UPDATE clew.media SET kind = 'sound' WHERE id = %s", house.media(mine))
    with pytest.raises(Refused, match="sounds"):
        links.reveal_link(house.viewer("anna"), link, purpose="to compare")
