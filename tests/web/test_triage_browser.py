"""The triage grid in a real Chromium against a made-up node: two million places, keys, choices, acts, undo, Back."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from clew.web.rendering import render
from tests.web.browser import ADDRESS, AXE, BUILT, CHROMIUM, CSP, STATIC, TYPES, chromium
from tests.web.sample_triage import TRIAGE
from tests.web.sample_views import DOT, sample_id, shell
from tests.web.test_templates_browser import axe

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.skipif(not (BUILT.is_file() and AXE.is_file()), reason="run npm ci && npm run build in frontend/"),
]
MANY = 2_000_000


@dataclass
class MadeUp:
    """A node with `total` exhibits that says yes to everything and remembers what was asked."""

    total: int = MANY
    said: dict[int, int] = field(default_factory=dict)
    acts: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    refuse: bool = False

    def answer(self, route: Route, html: str) -> None:
        request = route.request
        path, _, query = request.url.removeprefix(ADDRESS).partition("?")
        self.asked.append(f"{request.method} {path}?{query}")
        file = STATIC / path.removeprefix("/static/")
        if path.startswith("/static/") and file.is_file():
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        elif path.startswith("/api/"):
            self._api(route, path, {name: value for name, _, value in (one.partition("=") for one in query.split("&"))})
        elif path.endswith("/triage"):
            route.fulfill(body=html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": CSP})
        else:
            route.fulfill(status=204)

    def _api(self, route: Route, path: str, query: dict[str, str]) -> None:
        start, count = int(query.get("start", 0)), int(query.get("count", 0))
        places = range(start, min(self.total, start + count))
        if path.endswith("/tiles"):
            route.fulfill(json={"tiles": [self._tile(at) for at in places]})
        elif path.endswith("/categories"):
            route.fulfill(json={"categories": [
                {"at": at, "profile_id": "p" if at in self.said else None, "code": self.said.get(at), "label": "x"}
                for at in places]})
        elif path.endswith(("/acts", "/undo", "/redo")):
            self._act(route, path, json.loads(route.request.post_data or "{}"))
        else:
            route.fulfill(json={"id": sample_id(1), "case_id": sample_id(2), "total": self.total})

    def _act(self, route: Route, path: str, body: dict[str, Any]) -> None:
        if self.refuse:
            route.fulfill(status=409, json={"error": "conflict", "message": "Somebody was faster."})
            return
        self.acts.append({"path": path.rpartition("/")[2], **body})
        route.fulfill(json={"id": sample_id(3), "state": "done", "total": 1, "done": 1, "changed": 1})

    def _tile(self, at: int) -> dict[str, Any]:
        code = self.said.get(at)
        return {"at": at, "id": sample_id(at), "path": f"DCIM/IMG_{at}.JPG", "kind": "picture", "state": "imported", "size": 1000,
                "duration": 0, "taken_at": None, "thumbnail": DOT, "covered": False, "links": at % 3, "stack": 1 + at % 2,
                "seen": False, "said": [] if code is None else [{"own": True, "code": code, "label": "x", "profile_id": "p"}]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def node() -> MadeUp:
    return MadeUp()


def opened(browser: Browser, node: MadeUp, language: str = "en") -> Page:
    """Open the page and focus its grid."""
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.complaints = complaints  # type: ignore[attr-defined]
    html = render("triage/triage.html", shell("triage", language), TRIAGE)
    page.route("**/*", lambda route: node.answer(route, html))
    page.goto(f"{ADDRESS}/cases/x/triage")
    page.wait_for_selector("triage-grid .tile bdi:text('IMG_0.JPG')")
    page.focus("triage-grid [role=grid]")
    return page


def current(page: Page) -> str:
    """Return the name of the current tile, once its thumbnail stands there."""
    page.wait_for_selector("triage-grid .tile.current bdi:not(:empty)")
    assert page.locator("triage-grid .tile.current").count() == 1
    return page.inner_text("triage-grid .tile.current .name")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.mark.parametrize(("language", "forward", "back"), [("en", "ArrowRight", "ArrowLeft"), ("ar", "ArrowLeft", "ArrowRight")])
def test_two_million_places_are_walked_by_keys(browser: Browser, node: MadeUp, language: str, forward: str, back: str) -> None:
    page = opened(browser, node, language)
    columns = int(page.get_attribute("[role=grid]", "aria-colcount") or 0)
    assert page.get_attribute("[role=grid]", "aria-rowcount") == str(-(-MANY // columns))
    for keys, at in (([forward, forward], 2), ([back], 1), (["ArrowDown"], 1 + columns), (["End"], MANY - 1),
                     (["ArrowUp"], MANY - 1 - columns), ([forward] * 99, MANY - 1), (["Home"], 0), (["ArrowUp"], 0)):
        press(page, *keys)
        assert current(page) == f"IMG_{at}.JPG"
        assert page.evaluate("""() => { const port = document.querySelector('.port').getBoundingClientRect();
            const tile = document.querySelector('.tile.current').getBoundingClientRect();
            return tile.top >= port.top - 1 && tile.bottom <= port.bottom + 1; }"""), "the current tile is in sight, whole"
    assert page.locator("[role=gridcell]").count() < 100, "tiles are recycled"
    assert page.complaints == []  # type: ignore[attr-defined]
    page.context.close()


def test_the_whole_range_scrolls_and_flying_past_asks_for_nothing(browser: Browser, node: MadeUp) -> None:
    page = opened(browser, node)
    before = sum("/tiles" in one for one in node.asked)
    page.evaluate("""async () => { const port = document.querySelector('.port');
        for (let n = 0; n <= 30; n++) { port.scrollTop = n / 30 * port.scrollHeight;
            await new Promise((done) => requestAnimationFrame(done)); } }""")
    page.wait_for_selector(f"triage-grid .tile bdi:text('IMG_{MANY - 1}.JPG')")
    starts = [int(found[1]) for one in node.asked[before:] if (found := re.search(r"/tiles\?start=(\d+)", one))]
    assert max(starts) > MANY - 200
    assert len(starts) < 12, "who flies past exhibits is shown none of them"
    page.context.close()


def test_a_key_says_what_it_is_and_goes_on_and_only_that_tile_changes(browser: Browser, node: MadeUp) -> None:
    page = opened(browser, node)
    page.evaluate("""() => { window.touched = new Set(); new MutationObserver((all) => { for (const one of all) {
        const tile = (one.target.closest ? one.target : one.target.parentElement)?.closest('.tile');
        if (tile && one.attributeName !== 'class') window.touched.add(tile.querySelector('.name').textContent); } })
        .observe(document.querySelector('[role=grid]'), { subtree: true, childList: true, characterData: true }); }""")
    press(page, "1")
    assert current(page) == "IMG_1.JPG"
    assert "1 Child abuse material" in page.inner_text(".tile:has(bdi:text-is('IMG_0.JPG')) .marks")
    page.wait_for_function("document.querySelector('[role=status]').textContent === 'Categorised: 1'")
    assert node.acts == [{"path": "acts", "profile_id": TRIAGE.profile.id, "code": 1, "selection_id": sample_id(1),
                          "places": [[0, 0]], "stacks": False}]
    assert page.evaluate("[...window.touched]") == ["IMG_0.JPG"]
    press(page, "Alt+0", "9", "5")
    page.wait_for_timeout(100)
    assert [(one["code"], one["stacks"], one["places"]) for one in node.acts[1:]] == [
        (0, True, [[1, 1]]), (5, False, [[2, 2]])], "nine is no code of this profile"
    page.context.close()


def test_all_by_query_with_exceptions_is_one_act(browser: Browser, node: MadeUp) -> None:
    page = opened(browser, node)
    press(page, "Control+a", "ArrowRight", "Space", "ArrowRight", "ArrowRight", "Space")
    assert page.inner_text(".count") == "Exhibits: 2,000,000 · chosen: 1,999,998"
    press(page, "1")
    page.wait_for_timeout(100)
    assert node.acts[0]["places"] == [[0, 0], [2, 2], [4, MANY - 1]]
    assert page.inner_text(".count").endswith("1,999,998"), "the choice is kept after saving"
    press(page, "Escape", "Home", "Shift+ArrowRight", "Shift+ArrowDown")
    columns = int(page.get_attribute("[role=grid]", "aria-colcount") or 0)
    assert page.inner_text(".count").endswith(f"chosen: {columns + 2}")
    assert page.locator("[aria-selected=true]").count() == columns + 2
    page.context.close()


def test_undo_is_asked_of_the_node_and_what_it_says_is_shown(browser: Browser, node: MadeUp) -> None:
    page = opened(browser, node)
    press(page, "1")
    page.wait_for_timeout(100)
    node.said = {1: 5}
    press(page, "u")
    page.wait_for_selector(".tile:has(bdi:text-is('IMG_1.JPG')) .marks:has-text('5 x')")
    assert page.inner_text(".tile:has(bdi:text-is('IMG_0.JPG')) .marks") == ""
    press(page, "Control+z", "Control+y")
    page.wait_for_timeout(150)
    assert [one["path"] for one in node.acts] == ["acts", "undo", "undo", "redo"]
    page.context.close()


def test_what_was_refused_is_taken_back_on_the_page(browser: Browser, node: MadeUp) -> None:
    page = opened(browser, node)
    node.refuse = True
    press(page, "1")
    page.wait_for_selector("triage-grid [role=alert]:has-text('Somebody was faster.')")
    page.wait_for_function("() => !document.querySelector('[role=grid]').textContent.includes('Child abuse')")
    page.context.close()


def test_back_brings_the_same_place_and_choice(browser: Browser, node: MadeUp) -> None:
    page = opened(browser, node)
    press(page, "End", "ArrowUp", "Space")
    name = current(page)
    page.route("**/exhibits/*", lambda route: route.fulfill(body="<title>one</title>", content_type="text/html"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/exhibits/*")
    node.asked.clear()
    page.go_back()
    page.wait_for_selector(f"triage-grid .tile.current bdi:text('{name}')")
    assert page.inner_text(".count").endswith("chosen: 1")
    assert not [one for one in node.asked if one.startswith("POST") and one.endswith("/selections?")]
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_in_a_filled_grid_or_list(browser: Browser, node: MadeUp, language: str) -> None:
    page = opened(browser, node, language)
    press(page, "1", "Space")
    assert axe(page) == []
    page.focus("triage-grid [role=grid]")
    press(page, "l")
    assert page.get_attribute("[role=grid]", "aria-colcount") == "1"
    assert axe(page) == []
    page.context.close()


def test_an_empty_selection_says_so(browser: Browser) -> None:
    node = MadeUp(total=0)
    page = browser.new_context().new_page()
    html = render("triage/triage.html", shell("triage"), TRIAGE)
    page.route("**/*", lambda route: node.answer(route, html))
    page.goto(f"{ADDRESS}/cases/x/triage")
    page.wait_for_selector("triage-grid .nothing:not([hidden])")
    page.focus("triage-grid [role=grid]")
    press(page, "ArrowRight", "1", "Control+a", "Enter", "u")
    assert [one["path"] for one in node.acts] in ([], ["undo"])
    page.context.close()
