"""From a hit in depth to a searched part and back, in a real browser on a real node: by mouse, by keys, and to the same place."""

import io
import re
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from clew.domain.accounts.service import set_preferences
from clew.domain.cases import service as cases
from clew.domain.cases.model import Policy
from clew.kernel.settings import Settings
from clew.web.session import PLAIN_COOKIE
from tests.domain.matching.test_depth import jpeg, scene
from tests.journeys.running import running_node
from tests.node import Node, cheap_passwords, make_test_node
from tests.web.browser import AXE, BUILT, CHROMIUM, chromium
from tests.web.desk import bring
from tests.web.test_templates_browser import axe

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.skipif(not (BUILT.is_file() and AXE.is_file()), reason="run npm ci && npm run build in frontend/"),
]
SLOW = 90_000  # looking in depth begins when nothing has arrived for a while


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(database: Settings, browser: Browser) -> Iterator[Page]:
    with cheap_passwords():
        node = make_test_node(database)
        node.agency("XA-VIU")
        node.agency("XB-CPC")
        ada, bo = node.officer("XA-VIU", "ada"), node.officer("XB-CPC", "bo")
    _fill(node)
    set_preferences(ada, language="en", mode="full")
    assert bo.agency_code == "XB-CPC"
    with running_node(database) as address:
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.add_cookies([{"name": PLAIN_COOKIE, "value": ada.token, "url": address}])
        opened = context.new_page()
        opened.set_default_timeout(SLOW)
        opened.goto(f"{address}/cases")
        yield opened
        context.close()


def _fill(node: Node) -> None:
    """Bring a picture to Ada and, to a case that is open to her, the middle of it and another one."""
    whole = scene(11)
    mine = cases.open_case(node.viewers["ada"], "A-2026/1")
    theirs = cases.open_case(node.viewers["bo"], "B-2026/7")
    cases.set_policy(node.viewers["bo"], theirs.id, policy=Policy(audience_kind="network", expires=theirs.expires))
    bring(node.viewers["ada"], mine.id, "Phone", whole=jpeg(whole))
    bring(node.viewers["bo"], theirs.id, "Stick", middle=jpeg(whole.crop((240, 180, 720, 540)).resize((640, 480))),
          other=jpeg(scene(12)))


def test_a_part_is_compared_searched_and_come_back_to(page: Page) -> None:
    _wait_for_depth(page)
    _compare(page)
    _search_by_mouse(page)
    _search_by_keys(page)


def _wait_for_depth(page: Page) -> None:
    page.click("text=A-2026/1")
    case = page.url
    page.wait_for_selector("#contributions .deep")
    while "1 of 1 looked at in depth" not in page.inner_text("#contributions"):
        page.wait_for_timeout(1000)
        page.goto(case)
    while page.locator("text=Judge 1 link").count() == 0:  # the other side's file is looked at after this one
        page.wait_for_timeout(1000)
        page.goto(case)


def _compare(page: Page) -> None:
    page.click("text=Judge 1 link")
    page.wait_for_selector(".compare-tools button")
    label = page.get_attribute("[data-side=left] svg.stage", "aria-label") or ""
    shown = [int(one) for one in re.findall(r"(\d+)%", label)]
    assert shown == pytest.approx([25, 75, 25, 75], abs=3), "the middle is marked on the whole"
    assert "A: the whole picture" in (page.get_attribute("[data-side=right] svg.stage", "aria-label") or "")
    assert axe(page) == []
    for side in ("left", "right"):
        page.fill(f"[data-side={side}] [name=purpose]", "to compare")
        page.click(f"[data-side={side}] reveal-picture form button")
        page.wait_for_selector(f"[data-side={side}] image.clear", state="attached")
    page.click("[data-act=difference]")
    assert _brightness(page) < 40, "laid over each other, the same part is nearly black"
    page.keyboard.press("Escape")
    page.click("[data-side=left] a[data-key=r]")
    page.wait_for_selector("region-search .mark")


def _brightness(page: Page) -> float:
    """Return how bright the middle of the pile is on the screen, 0 to 255."""
    page.locator(".pile").scroll_into_view_if_needed()
    shot = np.asarray(Image.open(io.BytesIO(page.locator(".pile").screenshot())).convert("L"), float)
    height, width = shot.shape
    return float(shot[int(height * 0.4):int(height * 0.6), int(width * 0.45):int(width * 0.55)].mean())


def _box(page: Page) -> list[str]:
    return [page.input_value(f"region-search [name={name}]") for name in ("left", "top", "width", "height")]


def _search_by_mouse(page: Page) -> None:
    stage = page.locator("region-search svg.stage")
    stage.scroll_into_view_if_needed()
    at = stage.bounding_box()
    assert at
    page.mouse.move(at["x"] + at["width"] * 0.18, at["y"] + at["height"] * 0.15)
    page.mouse.down()
    page.mouse.move(at["x"] + at["width"] * 0.68, at["y"] + at["height"] * 0.68)
    page.mouse.up()
    drawn, address = _box(page), page.url
    page.fill("region-search [name=purpose]", "Is this pattern known?")
    scrolled = page.evaluate("scrollY")
    page.click("text=Search this part")
    page.wait_for_selector("#answer td svg.stage [data-part=A]")
    assert "B-2026/7" in page.inner_text("#answer")
    assert axe(page) == []
    page.go_back()
    page.wait_for_selector("region-search .mark")
    assert (page.url, _box(page)) == (address, drawn)
    assert page.evaluate("scrollY") == pytest.approx(scrolled, abs=200)
    page.go_forward()
    page.click("text=Back to the marked part")
    page.wait_for_selector("region-search .mark")
    assert [float(one) for one in _box(page)] == pytest.approx([float(one) for one in drawn], abs=0.02)


def _search_by_keys(page: Page) -> None:
    page.goto(page.url.partition("?")[0])
    page.wait_for_selector("region-search .mark")
    page.focus("region-search .mark")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowDown")
    assert [float(one) for one in _box(page)] == [31, 25, 50, 56]
    page.focus("region-search [name=purpose]")
    page.keyboard.type("By keys alone")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer td svg.stage [data-part=A]")
    assert "By keys alone" in page.inner_text("header.head")
