"""Links and judgements: seen by who knows both sides, judged with a reason, history named by agency across borders."""

import uuid
from typing import Any

import pytest

from clew.domain.links import service as links
from clew.domain.links.model import Link
from clew.kernel.cursor import cursor
from clew.kernel.errors import BadInput, NotFound, NotYourRole
from clew.kernel.ids import CaseId, ExhibitId, LinkId
from tests.domain.conftest import House


def shared_link(house: House, name: str) -> tuple[CaseId, LinkId, list[ExhibitId]]:
    """Return a link between a case of Anna and one of Ben that Anna sees too."""
    mine = house.case("anna")
    theirs = house.case("ben", audience_kind="listed", audience=("country:XA",))
    exhibits = house.bring("anna", mine, f"{name} a") + house.bring("ben", theirs, f"{name} b")
    return mine, house.link(*exhibits), exhibits


def test_a_link_is_judged_again_and_again_and_the_last_word_stands(house: House) -> None:
    anna = house.viewer("anna")
    case, link, (mine, theirs) = shared_link(house, "judged")
    assert [one.answer for one in links.list_links(anna, case)] == [""]
    for answer in ("UNSURE", "POSITIVE", "NEGATIVE"):
        links.judge(anna, link, answer=answer, reason=f" because {answer} ")
    view = links.get_link(anna, link)
    assert [one.answer for one in view.judgements] == ["NEGATIVE", "POSITIVE", "UNSURE"]
    assert view.judgements[0].reason == "because NEGATIVE"
    assert (view.link.exhibit_id, view.link.other_exhibit_id, view.link.answer) == (mine, theirs, "NEGATIVE")
    assert [one.answer for one in links.list_links(anna, case)] == ["NEGATIVE"]
    assert links.list_links(anna, case, unjudged=True) == []
    assert house.last_event("judge")[1:] == (f"link:{link}", "", {"answer": "NEGATIVE"})


@pytest.mark.parametrize("wrong", [{"answer": "MAYBE"}, {"answer": "positive"}, {"reason": "  "}, {"reason": "x" * 2001}])
def test_a_judgement_needs_an_answer_and_a_reason(house: House, wrong: dict[str, str]) -> None:
    _, link, _ = shared_link(house, f"wrong {str(wrong)[:30]}")
    with pytest.raises(BadInput):
        links.judge(house.viewer("anna"), link, **({"answer": "UNSURE", "reason": "r"} | wrong))  # type: ignore[arg-type]


def test_who_does_not_know_both_sides_knows_no_link(house: House) -> None:
    _, link, _ = shared_link(house, "one side")
    for name in ("ben", "cleo"):
        for one in (link, LinkId(uuid.uuid4())):
            with pytest.raises(NotFound):
                links.get_link(house.viewer(name), one)
            with pytest.raises(NotFound):
                links.judge(house.viewer(name), one, answer="POSITIVE", reason="r")
    with pytest.raises(NotYourRole):
        links.get_link(house.viewer("admin.xa-viu"), link)


def test_officers_of_other_agencies_are_named_by_their_agency(house: House) -> None:
    mine = house.case("anna", audience_kind="network")
    theirs = house.case("ben", audience_kind="network")
    link = house.link(*house.bring("anna", mine, "named a"), *house.bring("ben", theirs, "named b"))
    for name in ("anna", "art", "ben"):
        links.judge(house.viewer(name), link, answer="POSITIVE", reason="r")
    told = [one.officer for one in links.get_link(house.viewer("anna"), link).judgements]
    assert told == ["XB-VIU", "Art", "Anna"]


def test_links_are_filtered_ordered_and_paged(house: House) -> None:
    anna, case = house.viewer("anna"), house.case("anna")
    one, two, three = house.bring("anna", case, "q1", "q2", "q3")
    house.link(one, two, value=0.91, verdict="possible")
    house.link(two, three, value=0.99)
    found = links.list_links(anna, case)
    assert [link.verdict for link in found] == ["match", "possible"]
    assert links.list_links(anna, case, limit=1) + links.list_links(anna, case, after=found[0].place) == found
    assert [link.verdict for link in links.list_links(anna, case, verdict="possible")] == ["possible"]
    assert links.list_links(anna, case, own=False) == []
    of_two = links.list_links(anna, case, exhibit_id=two)
    assert {(link.exhibit_id, link.other_exhibit_id) for link in of_two} == {(two, one), (two, three)}


def read_on(house: House, name: str, case: CaseId, **asked: Any) -> list[Link]:
    """Return the links of a case, two at a time."""
    found: list[Link] = []
    while page := links.list_links(house.viewer(name), case, limit=2, after=found[-1].place if found else "", **asked):
        found += page
    return found


def test_pages_hold_every_link_once_though_values_are_equal_and_contacts_have_none(house: House) -> None:
    mine = house.case("anna")
    ours = house.bring("anna", mine, "p1", "p2", "p3")
    for number, policy in enumerate(({"audience_kind": "network"}, {}, {}, {"audience_kind": "network"})):
        theirs = house.bring("ben", house.case("ben", **policy), f"t{number} a", f"t{number} b")
        for one in ours:
            for other in theirs:
                house.link(one, other, value=0.95)
    house.bring("ben", house.case("ben"), "p1")  # the same bytes as one, and near another
    house.link(ours[0], ours[1], value=0.95)
    whole = links.list_links(house.viewer("anna"), mine, limit=1000)
    assert len(whole) == 3 * 2 * 2 + 3 * 2 + 2 + 1
    assert len({one.place for one in whole}) == len(whole)
    assert read_on(house, "anna", mine) == whole
    assert [one.level for one in whole] == sorted(one.level for one in whole)


def test_judging_what_was_read_skips_nothing_on_the_next_page(house: House) -> None:
    case = house.case("anna")
    one, *others = house.bring("anna", case, *(f"j{number}" for number in range(5)))
    made = {house.link(one, other) for other in others}
    seen: list[Link] = []
    while page := links.list_links(house.viewer("anna"), case, unjudged=True, limit=2, after=seen[-1].place if seen else ""):
        seen += page
        for link in page:
            assert link.link_id is not None
            links.judge(house.viewer("anna"), link.link_id, answer="NEGATIVE", reason="another room")
    assert {link.link_id for link in seen} == made
    assert len(seen) == len(made)


@pytest.mark.parametrize("after", [
    "x", "é", cursor(), cursor("a", "pdq", "x", "x", None), cursor(0.9, "pdq", str(uuid.uuid4()), str(uuid.uuid4()), None),
    cursor(1e300, "pdq", str(uuid.uuid4()), str(uuid.uuid4()), None), cursor(*["[" * 3000] * 5)])
def test_a_place_that_is_not_ours_is_refused(house: House, after: str) -> None:
    with pytest.raises(BadInput, match="Begin again"):
        links.list_links(house.viewer("anna"), house.case("anna"), after=after)


def test_an_exhibit_is_asked_for_through_its_own_case(house: House) -> None:
    anna = house.viewer("anna")
    case, other = house.case("anna"), house.case("anna")
    exhibit = house.bring("anna", case, "its own case")[0]
    with pytest.raises(NotFound):
        links.list_links(anna, other, exhibit_id=exhibit)
    assert links.list_links(anna, case, exhibit_id=exhibit) == []


def test_the_same_bytes_elsewhere_are_a_hit_without_a_link(house: House) -> None:
    mine, theirs = house.case("anna"), house.case("ben")
    house.bring("anna", mine, "same bytes")
    house.bring("ben", theirs, "same bytes")
    told = links.overlap(house.viewer("anna"), mine)
    assert [(one.level, one.agency_code, one.matchers, one.band, one.exhibits, one.other_case_id) for one in told] == [
        ("contact", "XB-VIU", ("exact",), "certain", 1, None)]
    row = links.list_links(house.viewer("anna"), mine)[0]
    assert (row.link_id, row.other_exhibit_id, row.other_path, row.value, row.why) == (None, None, "", None, "")


def test_both_sides_are_told_and_the_third_is_not(house: House) -> None:
    mine, theirs = house.case("anna"), house.case("ben")
    house.link(*house.bring("anna", mine, "both a"), *house.bring("ben", theirs, "both b"))
    assert [one.agency_code for one in links.overlap(house.viewer("anna"), mine)] == ["XB-VIU"]
    assert [one.agency_code for one in links.overlap(house.viewer("ben"), theirs)] == ["XA-VIU"]
    for case in (mine, theirs):
        with pytest.raises(NotFound):
            links.overlap(house.viewer("cleo"), case)


def test_an_audience_viewer_is_told_nothing_of_others_hits_on_it(house: House) -> None:
    """Reading (d): Cleo sees Anna's case; that Ben's material hits it is told to Anna and Ben, not to her."""
    mine, theirs = house.case("anna", audience_kind="listed", audience=("country:XC",)), house.case("ben")
    house.link(*house.bring("anna", mine, "audience a"), *house.bring("ben", theirs, "audience b"))
    assert links.overlap(house.viewer("cleo"), mine) == []
    assert links.list_links(house.viewer("cleo"), mine) == []
    assert len(links.overlap(house.viewer("art"), mine)) == 1


def test_owner_first_asks_and_discloses(house: House) -> None:
    """Both sides owner-first: each is asked, both know once both agree; the second handle is of no use to others."""
    mine, theirs = house.case("anna", hits="owner-first"), house.case("ben", hits="owner-first")
    house.link(*house.bring("anna", mine, "first a"), *house.bring("ben", theirs, "first b"))
    sides = (("anna", mine), ("ben", theirs))
    for name, case in sides:
        asked = links.overlap(house.viewer(name), case)
        assert [(one.level, one.may_disclose, one.reference) for one in asked] == [("asked", True, "")]
        assert links.list_links(house.viewer(name), case) == []
        with pytest.raises(NotFound):
            links.disclose(house.viewer(name), case, handle=uuid.uuid4())
        links.disclose(house.viewer(name), case, handle=uuid.UUID(asked[0].handle))
    for name, case in sides:
        assert [(one.level, one.may_disclose) for one in links.overlap(house.viewer(name), case)] == [("contact", False)]


def test_a_withdrawn_side_hits_nothing(house: House) -> None:
    case, link, (_, theirs) = shared_link(house, "withdrawn")
    house.behind("UPDATE clew.exhibits SET withdrawn_at = now() WHERE id = %s", theirs)
    assert links.overlap(house.viewer("anna"), case) == []
    with pytest.raises(NotFound):
        links.get_link(house.viewer("anna"), link)
