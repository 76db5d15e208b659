"""Comparing and searching a part over a real node: what is drawn, the picture of both sides, and the way back."""

import io
import re
from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from PIL import Image

from clew.domain.events.service import list_events
from clew.domain.matching.jobs import JOBS
from clew.kernel.settings import Settings
from clew.store import jobs
from tests.node import cheap_passwords
from tests.web.desk import Desk, make_desk, share

BOX = {"left": "10", "top": "20.5", "width": "30", "height": "40"}


@pytest.fixture(scope="module")
def desk(shared_database: Settings) -> Iterator[Desk]:
    with cheap_passwords(), make_desk(shared_database) as made:
        yield made


@pytest.fixture
def full(desk: Desk) -> Iterator[None]:
    for name in ("ada", "bo"):
        desk.post(name, "/account/mode", mode="full")
    yield
    for name in ("ada", "bo"):
        desk.post(name, "/account/mode", mode="safe")


def both(desk: Desk, name: str, link: str) -> httpx.Response:
    with desk.browser(name) as client:
        return client.post(f"/api/v1/links/{link}/picture", json={"purpose": "Compare the curtain"},
                           headers={"x-csrf-token": desk.csrf(name)})


def test_what_is_shared_is_drawn_on_both_safe_pictures(desk: Desk) -> None:
    page = desk.get("ada", f"/links/{desk.ids['link']}").text
    stages = re.findall(r'<svg class="stage" viewBox="0 0 1000 750"(?:.|\n)*?</svg>', page)
    assert len(stages) == 2
    for stage in stages:
        assert 'href="data:image/webp' in stage
        assert re.search(r'<g class="shape tone-0" data-part="A">', stage)
        assert "A: the whole picture" in stage
    assert "<reveal-picture" not in page, "in the mode Safe nothing clear is offered"


def test_a_picture_of_both_sides_is_two_reveals(desk: Desk, full: None) -> None:
    page = desk.get("ada", f"/links/{desk.ids['link']}").text
    assert f'url="/api/v1/links/{desk.ids["link"]}/picture"' in page
    answer = both(desk, "ada", desk.ids["link"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert "no-store" in answer.headers["cache-control"]
    drawn = Image.open(io.BytesIO(answer.content))
    assert drawn.width > 2 * drawn.height
    assert [0, 114, 178] in np.asarray(drawn.convert("RGB")).reshape(-1, 3).tolist()
    told = list_events(desk.node.viewers["admin.xa-viu"], verb_name="reveal", officer="ada", limit=10)
    assert [one.purpose for one in told] == ["Compare the curtain"] * 2


def test_the_picture_of_both_sides_is_refused_as_a_reveal_is(desk: Desk) -> None:
    assert both(desk, "ada", desk.ids["link"]).status_code == 422, "the mode is Safe"
    missing = "00000000-0000-4000-8000-000000000000"
    share(desk, "own")
    try:
        desk.post("ada", "/account/mode", mode="full")
        answers = [both(desk, "ada", link) for link in (desk.ids["link"], missing)]
    finally:
        share(desk, "network")
        desk.post("ada", "/account/mode", mode="safe")
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    with desk.browser("ada") as client:
        assert client.post(f"/api/v1/links/{missing}/picture", json={"purpose": "no token"}).status_code == 403


def test_a_part_is_searched_and_the_answer_leads_back_to_it(desk: Desk, shared_database: Settings) -> None:
    one = desk.get("ada", f"/exhibits/{desk.ids['exhibit']}").text
    assert f'action="/exhibits/{desk.ids["exhibit"]}/search"' in one
    assert 'name="case" required maxlength="120" dir="ltr" autocomplete="off" value="A-2026/1"' in one
    made = desk.post("ada", f"/exhibits/{desk.ids['exhibit']}/search", purpose="Is the patch known?", case="XA-VIU/A-2026/1",
                     **BOX)
    assert made.status_code == 303, made.text
    waiting = desk.get("ada", made.headers["location"]).text
    assert 'hx-trigger="every 1s"' in waiting
    jobs.drain(JOBS, shared_database)
    page = desk.get("ada", made.headers["location"]).text
    assert f'href="/exhibits/{desk.ids["exhibit"]}?box=0.1,0.205,0.3,0.4#part"' in page
    assert "10% to 40% across, 20% to 60% down" in page
    assert page.count('data-part="A"') == 2, "what was looked for, and where the same bytes have it"
    assert "B-2026/7" in page
    outsider = desk.get("bo", made.headers["location"])
    assert outsider.status_code == 404


@pytest.mark.parametrize(("wrong", "status"), [({"left": "x"}, 400), ({"width": "1"}, 400), ({"purpose": ""}, 400),
                                               ({"case": "XB-CPC/B-2026/8"}, 404), ({"left": "90"}, 400)])
def test_a_part_that_is_none_is_refused(desk: Desk, wrong: dict[str, str], status: int) -> None:
    answer = desk.post("ada", f"/exhibits/{desk.ids['exhibit']}/search", **(BOX | {"purpose": "to find", "case": ""} | wrong))
    assert answer.status_code == status


def test_a_search_out_of_an_exhibit_that_is_no_longer_known_shows_nothing_of_it(desk: Desk, shared_database: Settings) -> None:
    theirs = re.search(r"/exhibits/([0-9a-f-]{36})\"", desk.get("ada", f"/cases/{desk.ids['theirs']}/exhibits").text)
    assert theirs
    made = desk.post("ada", f"/exhibits/{theirs[1]}/search", purpose="to find", case="XA-VIU/A-2026/1", **BOX)
    jobs.drain(JOBS, shared_database)
    assert theirs[1] in desk.get("ada", made.headers["location"]).text
    share(desk, "own")
    try:
        page = desk.get("ada", made.headers["location"]).text
    finally:
        share(desk, "network")
    assert theirs[1] not in page
    assert not re.search(r"(?:same|near)\.jpg", page)
    assert "What was looked for" not in page


def test_progress_in_depth_is_told_and_asked_for_slowly(desk: Desk) -> None:
    page = desk.get("ada", f"/cases/{desk.ids['mine']}").text
    assert "0 of 2 looked at in depth" in page
    assert 'hx-trigger="every 15s"' in page
    slow = desk.get("ada", f"/cases/{desk.ids['mine']}/contributions?slow=true")
    assert "hx-refresh" not in slow.headers
    assert desk.get("ada", f"/cases/{desk.ids['mine']}/contributions").headers["hx-refresh"] == "true"


def exhibits_of(desk: Desk, name: str, case: str) -> dict[str, str]:
    """Return the exhibits of a case by their file names."""
    with desk.browser(name) as client:
        found = client.get(f"/api/v1/cases/{case}/exhibits").json()["tiles"]
    return {one["path"].rpartition("/")[2]: one["id"] for one in found}


def test_any_two_exhibits_are_compared_by_their_link_or_by_themselves(desk: Desk) -> None:
    mine, theirs = exhibits_of(desk, "ada", desk.ids["mine"]), exhibits_of(desk, "bo", desk.ids["theirs"])
    linked = desk.get("ada", f"/exhibits/{mine['two.jpg']}/compare?other={theirs['near.jpg']}")
    assert (linked.status_code, linked.headers["location"]) == (303, f"/links/{desk.ids['link']}")
    page = desk.get("ada", f"/exhibits/{mine['one.jpg']}/compare?other={theirs['near.jpg']}")
    assert page.status_code == 200
    assert "No matcher links these two" in page.text
    assert page.text.count('<svg class="stage"') == 2
    assert 'name="reason"' not in page.text, "without a link there is nothing to judge"
    hidden = exhibits_of(desk, "bo", desk.ids["hidden"])["other.jpg"]
    answers = [desk.get("ada", f"/exhibits/{mine['one.jpg']}/compare?other={one}") for one in (
        hidden, "00000000-0000-4000-8000-000000000000", "x")]
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1
