"""The sample pages in a real Chromium: axe finds nothing, islands do their work, nobody else is asked."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.web.browser import ADDRESS, AXE, BUILT, CHROMIUM, chromium, open_page
from tests.web.sample_views import CASE, PAGES, PARTS, sample_id

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.skipif(not (BUILT.is_file() and AXE.is_file()), reason="run npm ci && npm run build in frontend/"),
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NAMES = [name for name, _, _ in PAGES if name not in PARTS]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def axe(page: Page, only: tuple[str, ...] = ()) -> list[str]:
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(
        "only => axe.run({runOnly: only, resultTypes: ['violations']})",
        {"type": "rule", "values": list(only)} if only else RULES,
    )
    return [f"{v['id']}: {n['html'][:160]} {n['any'][:1]}" for v in found["violations"] for n in v["nodes"]]


# An empty page says nothing in Arabic that its full twin does not.
LOOKED_AT = [(name, "en") for name in NAMES] + [(name, "ar") for name in NAMES if not name.endswith(("-empty", "-waiting"))]


@pytest.mark.parametrize(("name", "language"), LOOKED_AT)
def test_axe_finds_nothing_in_light_and_dark(browser: Browser, name: str, language: str) -> None:
    page = open_page(browser, name, language, False, (1366, 768))
    assert axe(page) == []
    if language == "en":
        page.emulate_media(color_scheme="dark")
        assert axe(page, only=("color-contrast", "link-in-text-block")) == [], "not by language"
    assert page.complaints == []  # type: ignore[attr-defined]
    page.context.close()


@pytest.mark.parametrize("name", ["case", "officers", "agencies", "policy", "links", "grid", "exhibit", "compare", "account",
                                  "triage", "priorities", "profiles"])
def test_a_narrow_screen_does_not_scroll_sideways(browser: Browser, name: str) -> None:
    page = open_page(browser, name, "ar", False, (390, 844))
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert axe(page) == []
    page.context.close()


def test_axe_would_find_something(browser: Browser) -> None:
    page = open_page(browser, "login", "en", False, (1366, 768))
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x><input>')")
    assert {line.split(":")[0] for line in axe(page)} >= {"image-alt", "label"}
    page.context.close()


@pytest.mark.parametrize(
    ("language", "forward", "back"), [("en", "ArrowRight", "ArrowLeft"), ("ar", "ArrowLeft", "ArrowRight")]
)
def test_arrows_move_in_reading_direction(browser: Browser, language: str, forward: str, back: str) -> None:
    page = open_page(browser, "grid", language, False, (1366, 768))
    page.focus("a.tile")
    for key, expected in ((forward, 1), (forward, 2), (back, 1), ("ArrowDown", None), ("End", 29), ("Home", 0)):
        page.keyboard.press(key)
        at = page.evaluate("[...document.querySelectorAll('a.tile')].indexOf(document.activeElement)")
        assert at == expected or (expected is None and at > 5)
    assert page.locator("a.tile[tabindex='0']").count() == 1
    page.context.close()


def test_reveal_shows_on_purpose_and_lets_go(browser: Browser) -> None:
    page = open_page(browser, "exhibit", "en", False, (1366, 768))
    assert page.locator("reveal-picture img").count() == 0
    page.fill("reveal-picture [name=purpose]", "Identify the room")
    with page.expect_request("**/reveal") as asked:
        page.click("reveal-picture form button")
    assert asked.value.method == "POST"
    assert asked.value.post_data_json == {"purpose": "Identify the room"}
    assert asked.value.headers["x-csrf-token"] == "token"
    page.wait_for_selector("reveal-picture img")
    address = page.get_attribute("reveal-picture img", "src") or ""
    assert address.startswith("blob:")
    page.keyboard.press("Escape")
    assert page.locator("reveal-picture img").count() == 0
    page.on("console", lambda _: None)
    assert page.evaluate("url => fetch(url).then(() => 'kept', () => 'gone')", address) == "gone"
    page.context.close()


def test_a_refused_reveal_says_why(browser: Browser) -> None:
    page = open_page(browser, "exhibit", "en", False, (1366, 768))
    page.route(
        "**/reveal",
        lambda route: route.fulfill(status=429, json={"code": "too_many", "message": "Come back tomorrow."}),
    )
    page.fill("reveal-picture [name=purpose]", "Identify the room")
    page.click("reveal-picture form button")
    page.wait_for_selector("reveal-picture [role=alert]:not([hidden])")
    assert page.inner_text("reveal-picture [role=alert]") == "Come back tomorrow."
    page.context.close()


def test_an_error_answer_swaps_into_the_page(browser: Browser) -> None:
    page = open_page(browser, "compare", "en", False, (1366, 768))
    asked: list[dict[str, str]] = []

    def answer(route: Route) -> None:
        asked.append(route.request.headers | {"body": route.request.post_data or ""})
        route.fulfill(
            status=409,
            content_type="text/html",
            body='<main id="main"><p class="note" role="alert">Moved on.</p></main>',
        )

    page.route("**/judge", answer)
    page.fill("[name=reason]", "Same curtain")
    page.click("button[value=POSITIVE]")
    page.wait_for_selector("text=Moved on.")
    assert asked[0]["x-csrf-token"] == "token"
    assert "reason=Same" in asked[0]["body"]
    assert "value=POSITIVE" in asked[0]["body"]
    page.context.close()


def test_no_page_asks_a_stranger(browser: Browser) -> None:
    page = open_page(browser, "case", "en", False, (1366, 768))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.wait_for_load_state("networkidle")
    assert asked
    assert all(url.startswith((ADDRESS, "data:")) for url in asked)
    page.context.close()


def test_a_running_contribution_is_asked_for_again(browser: Browser) -> None:
    page = open_page(browser, "case", "en", False, (1366, 768))
    done = '<section id="contributions"><h2>Contributions</h2><p>All in.</p></section>'
    page.route(f"**/cases/{CASE}/contributions?*", lambda route: route.fulfill(body=done, content_type="text/html"))
    page.wait_for_selector("text=All in.")
    assert sample_id(5) in page.content(), "the rest of the page stays"
    page.context.close()
