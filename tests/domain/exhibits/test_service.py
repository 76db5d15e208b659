"""Looking: the grid, one exhibit, thumbnails by mode, revealing with purpose, limit and event; narrowing and granting."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.domain.accounts.service import set_preferences
from clew.domain.exhibits import exposure, service, sharing
from clew.domain.links import service as links
from clew.kernel.errors import BadInput, NotFound, Refused, TooMany
from clew.kernel.ids import ExhibitId
from clew.kernel.settings import settings, use_settings
from clew.store.vault import vault
from tests.domain.conftest import House


@pytest.fixture(autouse=True)
def full(house: House) -> Iterator[None]:
    house.behind("UPDATE clew.officers SET mode = 'full'")
    yield
    house.behind("UPDATE clew.agencies SET reveal_limit = 0")


def test_pages_of_the_grid_are_whole_and_in_order(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    made = house.bring("anna", case, *(f"p{number}" for number in range(7)))
    shown, after = [], ""
    while True:
        page = service.list_exhibits(anna, case, after=after, limit=3)
        shown += [tile.id for tile in page.tiles]
        assert page.total == (None if after else 7)
        if not (after := page.after):
            break
    assert shown == made
    assert set(house.last_event("list_exhibits")[3]["exhibits"]) == {str(made[-1])}
    with pytest.raises(BadInput):
        service.list_exhibits(anna, case, only="secret")


def test_refused_files_are_listed_apart(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    good, bad = house.bring("anna", case, "good", "bad")
    house.behind("UPDATE clew.exhibits SET state = 'refused' WHERE id = %s", bad)
    assert [tile.id for tile in service.list_exhibits(anna, case).tiles] == [good]
    assert [tile.id for tile in service.list_exhibits(anna, case, only="refused").tiles] == [bad]
    with pytest.raises(Refused, match="could not be opened"):
        service.reveal(anna, bad, purpose="to look")


def test_stacks_count_only_what_is_in_the_case_and_was_not_judged_apart(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    one, two, three = house.bring("anna", case, "s1", "s2", "s3")
    elsewhere = house.bring("ben", house.case("ben"), "s4")[0]
    house.link(one, two)
    house.link(one, elsewhere)
    apart = house.link(one, three)
    assert [tile.stack for tile in service.list_exhibits(anna, case).tiles] == [3, 2, 2]
    links.judge(anna, apart, answer="NEGATIVE", reason="other room")
    assert [tile.stack for tile in service.list_exhibits(anna, case).tiles] == [2, 2, 1]
    links.judge(anna, apart, answer="POSITIVE", reason="it is after all")
    assert [service.get_exhibit(anna, each).stack for each in (one, two, three)] == [3, 2, 2]


def test_thumbnails_follow_the_mode(house: House) -> None:
    anna = house.viewer("anna")
    exhibit = house.bring("anna", house.case("anna"), "with thumbnail")[0]
    assert service.get_thumbnail(anna, exhibit) is None
    media = house.media(exhibit)
    house.behind("UPDATE clew.media SET safe_thumbnail = %s WHERE id = %s",
                 vault().keyring.seal_small(b"webp", f"thumbnail:{media}"), media)
    assert service.get_thumbnail(anna, exhibit) == b"webp"
    set_preferences(anna, language="en", mode="none")
    assert service.get_thumbnail(anna, exhibit) is None
    assert service.get_thumbnails(anna, [exhibit])[exhibit].thumbnail is None
    with pytest.raises(Refused, match="mode"):
        service.reveal(anna, exhibit, purpose="to look")


def test_some_thumbnails_are_one_event_and_those_out_of_sight_are_left_out(house: House) -> None:
    mine, [hidden] = house.bring("anna", house.case("anna"), "listed one", "listed two"), house.bring(
        "ben", house.case("ben"), "not listed")
    shown = service.get_thumbnails(house.viewer("anna"), [mine[0], hidden, mine[1]])
    assert {one: told.path for one, told in shown.items()} == {mine[0]: "listed one.jpg", mine[1]: "listed two.jpg"}
    assert set(house.last_event("get_thumbnails")[3]["exhibits"]) == {str(one) for one in mine}


def test_a_reveal_needs_a_purpose_and_is_an_event_and_gives_the_very_bytes(house: House) -> None:
    case = house.case("anna", audience_kind="network")
    exhibit = house.bring("anna", case, "clear bytes")[0]
    for purpose in ("", "  a ", "x" * 501):
        with pytest.raises(BadInput):
            service.reveal(house.viewer("anna"), exhibit, purpose=purpose)
    for name in ("anna", "ben"):  # the audience opens it with the owner's key
        revealed = service.reveal(house.viewer(name), exhibit, purpose=" compare the room ")
        with service.content(revealed) as lent:  # anonymous memory: neither a disk's nor this process's heap
            assert str(Path(f"/proc/self/fd/{lent}").readlink()).startswith("/memfd:")
            assert os.read(lent, 100) == b"clear bytes"
        assert "clear" not in repr(revealed)
        assert revealed.data_key.hex() not in repr(revealed)
    assert house.last_event("reveal")[:3] == (case, f"exhibit:{exhibit}", "compare the room")


def test_the_agencys_limit_is_the_servers(house: House) -> None:
    exhibit = house.bring("cleo", house.case("cleo"), "limited")[0]
    house.behind("UPDATE clew.agencies SET reveal_limit = 2 WHERE code = 'XC-VIU'")
    for _ in range(2):
        service.reveal(house.viewer("cleo"), exhibit, purpose="to look")
    with pytest.raises(TooMany, match="limit of 2"):
        service.reveal(house.viewer("cleo"), exhibit, purpose="to look")


def test_matchers_that_looked_are_named_without_any_hash(house: House) -> None:
    anna = house.viewer("anna")
    exhibit = house.bring("anna", house.case("anna"), "described")[0]
    media = house.media(exhibit)
    house.behind("INSERT INTO clew.described VALUES (%s, 'pdq', 1)", media)
    house.behind("INSERT INTO clew.signals (media_id, matcher, version, value, quality) VALUES (%s, 'pdq', 1, 'h', 80)", media)
    assert service.list_signals(anna, exhibit) == [service.Looked("pdq", 1, 1, 80)]


def sees(house: House, name: str, exhibit: ExhibitId) -> bool:
    try:
        return service.get_exhibit(house.viewer(name), exhibit).id == exhibit
    except NotFound:
        return False


def test_narrowed_and_granted(house: House) -> None:
    anna = house.viewer("anna")
    case = house.case("anna", audience_kind="listed", audience=("XB-VIU",))
    exhibit = house.bring("anna", case, "narrow me")[0]
    assert [sees(house, name, exhibit) for name in ("art", "ben", "cleo")] == [True, True, False]
    sharing.narrow(anna, exhibit, narrowed=True)
    assert [sees(house, name, exhibit) for name in ("art", "ben", "cleo")] == [True, False, False]
    sharing.grant(anna, exhibit, agency_code=" xc-viu ")
    assert [sees(house, name, exhibit) for name in ("art", "ben", "cleo")] == [True, False, True]
    assert sharing.list_grants(anna, exhibit) == ["XC-VIU"]
    assert service.get_exhibit(house.viewer("cleo"), exhibit).case_reference == ""  # granted without its case
    house.behind("UPDATE clew.cases SET conditions = 'Ask before acting.', handling = 'H1' WHERE id = "
                 "(SELECT case_id FROM clew.exhibits WHERE id = %s)", exhibit)
    told = service.get_exhibit(house.viewer("cleo"), exhibit)  # what the owner asks travels with what is his
    assert (told.conditions, told.handling) == ("Ask before acting.", "H1")
    service.reveal(house.viewer("cleo"), exhibit, purpose="granted")
    sharing.take_back_grant(anna, exhibit, agency_code="XC-VIU")
    sharing.narrow(anna, exhibit, narrowed=False)
    assert [sees(house, name, exhibit) for name in ("art", "ben", "cleo")] == [True, True, False]


def test_only_the_team_narrows_and_grants(house: House) -> None:
    exhibit = house.bring("anna", house.case("anna", audience_kind="network"), "mine")[0]
    for one in (exhibit, ExhibitId(uuid.uuid4())):
        with pytest.raises(NotFound):
            sharing.narrow(house.viewer("ben"), one, narrowed=True)
        with pytest.raises(NotFound):
            sharing.grant(house.viewer("ben"), one, agency_code="XC-VIU")
    for code in ("XA-VIU", "XQ-NONE"):
        with pytest.raises(BadInput):
            sharing.grant(house.viewer("anna"), exhibit, agency_code=code)


def test_an_officer_sees_how_much_he_looked_at_and_a_break_is_suggested(house: House) -> None:
    art = house.viewer("art")
    exhibit = house.bring("art", house.case("art"), "looked at")[0]
    before = exposure.my_exposure(art)
    at = settings()
    use_settings(at.model_copy(update={"break_after": before.hour + 2}))
    try:
        assert not service.reveal(art, exhibit, purpose="to compare").break_due
        assert service.reveal(art, exhibit, purpose="to compare").break_due
        exposure.hide_again(art, exhibit, seconds=12.34)
        exposure.hide_again(art, exhibit, seconds=1e9)
    finally:
        use_settings(at)
    after = exposure.my_exposure(art)
    assert (after.today - before.today, after.week - before.week) == (2, 2)
    assert after.seconds_today - before.seconds_today == pytest.approx(12.3 + exposure.LONGEST, abs=0.2)
    with pytest.raises(NotFound):
        exposure.hide_again(house.viewer("ben"), exhibit, seconds=1)
    with pytest.raises(BadInput):
        exposure.hide_again(art, exhibit, seconds=-1)
