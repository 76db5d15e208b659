"""The first hour of an officer in a real browser on a real node: from logging in to a judged hit and out again."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page

from clew.domain.cases import service as cases
from clew.domain.cases.model import Policy
from clew.kernel.settings import Settings
from tests.journeys.running import running_node
from tests.node import PASSWORD, Node, cheap_passwords, make_test_node
from tests.web.browser import AXE, BUILT, CHROMIUM, chromium
from tests.web.desk import bring, picture
from tests.web.test_templates_browser import axe

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.skipif(not (BUILT.is_file() and AXE.is_file()), reason="run npm ci && npm run build in frontend/"),
]
SLOW = 30_000


@dataclass
class Journey:
    """A node with two units, its address, and what the officer's browser asked for and complained about."""

    node: Node
    address: str
    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def journey(database: Settings, browser: Browser) -> Iterator[Journey]:
    with cheap_passwords():
        node = make_test_node(database)
        node.agency("XA-VIU")
        node.agency("XB-CPC")
        node.officer("XA-VIU", "ada")
        bo = node.officer("XB-CPC", "bo")
    lantern = cases.open_case(bo, "B-2026/7", title="Lantern", contact="lantern@xb.example")
    cases.set_policy(bo, lantern.id, policy=Policy(audience_kind="network", expires=lantern.expires))
    bring(bo, lantern.id, "Stick", same=picture(1), near=picture(2, 60))
    with running_node(database) as address:
        page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
        page.set_default_timeout(SLOW)
        made = Journey(node, address, page)
        page.on("request", lambda request: made.asked.append(request.url))
        page.on("console", lambda said: made.complaints.append(said.text) if said.type == "error" else None)
        yield made
        page.context.close()


def test_from_logging_in_to_a_judged_hit_and_out_again(journey: Journey) -> None:
    page = journey.page
    _log_in(journey)
    _open_a_case_and_bring_files(page)
    _look_at_what_is_known(page)
    _judge(page)
    _search(page)
    _reveal(page)
    _read_arabic(page)
    _log_out(journey)
    assert all(url.startswith((journey.address, "data:", "blob:")) for url in journey.asked), "nobody else was asked"
    assert journey.complaints == []


def _log_in(journey: Journey) -> None:
    page = journey.page
    page.goto(f"{journey.address}/cases")
    assert page.url.endswith("/login?next=%2Fcases")
    assert axe(page) == []
    page.fill("[name=name]", "ada")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=code]", journey.node.logins["ada"].code())
    page.click("main button")
    page.wait_for_url("**/cases")


def _open_a_case_and_bring_files(page: Page) -> None:
    page.click("summary")
    page.fill("[name=reference]", "A-2026/1")
    page.fill("[name=title]", "Striped curtain")
    page.click("text=Open the case")
    page.wait_for_selector("file-drop")
    page.fill("[name=source]", "Phone, seized today")
    page.set_input_files("file-drop [name=files]", [
        {"name": name, "mimeType": "image/jpeg", "buffer": content} for name, content in
        (("one.jpg", picture(1)), ("two.jpg", picture(2)), ("three.jpg", picture(3)), ("broken.jpg", b"\xff\xd8\xff no"))])
    page.wait_for_selector("text=All files have arrived.")
    page.wait_for_selector("#contributions .badge.good")


def _look_at_what_is_known(page: Page) -> None:
    page.wait_for_selector("text=lantern@xb.example")
    assert "4 of 4 compared" in page.inner_text("#contributions")
    assert "The file is damaged and cannot be read." in page.inner_text("#contributions")
    assert axe(page) == []
    page.click("text=4 exhibits")
    page.wait_for_selector("a.tile")
    assert page.locator("a.tile img[src^='data:image/webp']").count() == 3
    assert axe(page) == []
    page.go_back()


def _judge(page: Page) -> None:
    page.click("text=Compare and judge")
    page.wait_for_selector(".sides")
    assert "PDQ hashes differ" in page.inner_text("main")
    assert axe(page) == []
    page.click("text=Same: confirmed")
    assert page.locator("[name=reason]:invalid").count() == 1, "a judgement needs its reason"
    page.fill("[name=reason]", "Same curtain, same stain")
    page.click("text=Same: confirmed")
    page.wait_for_selector("text=counts now")
    assert "Same curtain, same stain" in page.inner_text("main")


def _search(page: Page) -> None:
    compared = page.url
    page.click("nav a[href='/search']")
    page.set_input_files("[name=file]", {"name": "found.jpg", "mimeType": "image/jpeg", "buffer": picture(1, 70)})
    page.fill("[name=purpose]", "Is this room known?")
    page.click("file-search button")
    page.wait_for_selector("#answer td:has-text('lantern@xb.example')")
    assert axe(page) == []
    page.goto(compared)


def _reveal(page: Page) -> None:
    assert page.locator("reveal-picture").count() == 0
    page.click(".who a")
    page.check("[name=mode][value=full]")
    page.locator("form[action='/account/mode'] button").click()
    page.wait_for_selector(".mode-full")
    page.go_back()
    page.go_back()
    page.reload()
    reveal = page.locator("reveal-picture").first
    reveal.locator("[name=purpose]").fill("Identify the curtain")
    reveal.locator("form button").click()
    page.wait_for_selector("[data-side=left] svg image.clear[href^='blob:']")
    assert page.evaluate("document.querySelector('reveal-picture img').decode().then(() => "
                         "document.querySelector('reveal-picture img').naturalWidth)") == 640
    page.keyboard.press("Escape")
    assert page.locator("reveal-picture img").count() == 0


def _read_arabic(page: Page) -> None:
    page.click(".who a")
    page.select_option("[name=language]", "ar")
    page.locator("form[action='/account/language'] button").click()
    page.wait_for_selector("html[dir=rtl]")
    page.click("nav a[href='/cases']")
    page.click("text=A-2026/1")
    page.wait_for_selector("#contributions")
    assert page.locator("h1 bdi.ident").inner_text() == "A-2026/1"
    assert axe(page) == []


def _log_out(journey: Journey) -> None:
    page, seen = journey.page, journey.page.url
    page.click(".who form button")
    page.wait_for_url("**/login")
    page.goto(seen)
    assert "/login?next=" in page.url
    page.go_back()
    assert page.locator("#contributions").count() == 0
