"""<region-search> in a real Chromium: a box by mouse, finger, keys and numbers, kept in the address of the page."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.web.browser import ADDRESS, BUILT, CHROMIUM, chromium, open_page
from tests.web.test_templates_browser import axe

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.skipif(not BUILT.is_file(), reason="run npm ci && npm run build in frontend/"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(params=["en", "ar"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    opened = open_page(browser, "exhibit", request.param, False, (1366, 768))
    yield opened
    assert opened.complaints == []  # type: ignore[attr-defined]
    opened.context.close()


def numbers(page: Page) -> list[float]:
    return [float(page.input_value(f"region-search [name={name}]")) for name in ("left", "top", "width", "height")]


def kept(page: Page) -> list[float]:
    """Return the box in the address of the page, in percent."""
    asked = parse_qs(urlsplit(page.url).query)
    return [round(100 * float(share), 2) for share in asked["box"][0].split(",")]


def drawn(page: Page) -> list[float]:
    """Return the box as it is drawn, in percent of the picture."""
    found: list[float] = page.evaluate("""(() => { const r = document.querySelector('.mark .edge');
        return [['x', 10], ['y', 7.5], ['width', 10], ['height', 7.5]].map(([n, of]) => r.getAttribute(n) / of); })()""")
    return found


def on_screen(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return where a place of the picture, in shares, is on the screen; the stage fits it into its frame."""
    page.locator("region-search svg.stage").scroll_into_view_if_needed()
    at: list[float] = page.evaluate("""([x, y]) => { const s = document.querySelector('region-search svg.stage');
        const p = new DOMPoint(x * 1000, y * 750).matrixTransform(s.getScreenCTM()); return [p.x, p.y]; }""", [x, y])
    return at[0], at[1]


def drag(page: Page, *places: tuple[float, float]) -> None:
    page.mouse.move(*on_screen(page, *places[0]))
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*on_screen(page, *place))
    page.mouse.up()


def test_a_box_is_drawn_moved_and_sized_with_the_mouse(page: Page) -> None:
    drag(page, (0.05, 0.05), (0.2, 0.15))
    assert numbers(page) == pytest.approx([5, 5, 15, 10], abs=0.6)
    assert drawn(page) == pytest.approx(numbers(page), abs=0.1)
    drag(page, (0.12, 0.1), (0.52, 0.6))
    assert numbers(page) == pytest.approx([45, 55, 15, 10], abs=0.8), "from inside it is moved"
    drag(page, (0.6, 0.65), (0.7, 0.9))
    assert numbers(page) == pytest.approx([45, 55, 25, 35], abs=0.8), "at a corner it is sized"
    drag(page, (0.45, 0.55), (0.95, 0.95), (1.4, 1.4))
    assert numbers(page) == pytest.approx([70, 90, 30, 10], abs=0.8), "over its other corner, and no further than the picture"
    assert kept(page) == pytest.approx(numbers(page), abs=0.02)


def test_a_box_is_moved_and_sized_by_keys(page: Page) -> None:
    page.focus(".mark")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowUp", "Alt+ArrowLeft"):
        page.keyboard.press(key)
    assert numbers(page) == pytest.approx([28.8, 27, 52, 48], abs=0.01)
    assert drawn(page) == pytest.approx(numbers(page), abs=0.1)
    for _ in range(80):
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Shift+ArrowUp")
    assert numbers(page) == pytest.approx([0, 27, 52, 2], abs=0.01), "never outside, never smaller than can be searched"
    assert kept(page) == pytest.approx(numbers(page), abs=0.02)


def test_numbers_move_the_box_and_a_key_in_a_field_only_types(page: Page) -> None:
    page.fill("region-search [name=width]", "10")
    assert drawn(page)[2] == pytest.approx(10, abs=0.1)
    page.focus("region-search [name=purpose]")
    page.keyboard.press("ArrowRight")
    assert drawn(page)[0] == pytest.approx(25, abs=0.1)


def test_the_address_brings_the_box_back(browser: Browser) -> None:
    page = open_page(browser, "exhibit", "en", False, (1366, 768))
    page.goto(f"{ADDRESS}/exhibit?box=0.1,0.205,0.3,0.4#part")
    page.wait_for_selector(".mark")
    assert numbers(page) == [10, 20.5, 30, 40]
    page.wait_for_selector(".mark:focus")
    page.goto(f"{ADDRESS}/exhibit?box=9,x,0,0")
    page.wait_for_selector(".mark")
    assert numbers(page) == [25, 25, 50, 50], "what is no box is none"
    page.context.close()


def test_a_box_is_drawn_with_a_finger(browser: Browser) -> None:
    page = open_page(browser, "exhibit", "en", False, (390, 844))
    session = page.context.new_cdp_session(page)
    touched = []
    for place in ((0.1, 0.1), (0.3, 0.3), (0.55, 0.6)):
        x, y = on_screen(page, *place)
        touched.append({"x": x, "y": y})
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [touched[0]]})
    for point in touched[1:]:
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert numbers(page) == pytest.approx([10, 10, 45, 50], abs=1)
    page.context.close()


def test_it_is_drawn_on_what_was_revealed(page: Page) -> None:
    page.fill("reveal-picture [name=purpose]", "to look")
    page.click("reveal-picture form button")
    page.wait_for_selector("region-search image.clear", state="attached")
    assert axe(page) == []
    page.click("reveal-picture .hide")
    assert page.locator("image.clear").count() == 0
