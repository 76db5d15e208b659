"""<media-compare> in a real Chromium: both sides move together by keys, buttons and mouse, and lie over each other in place."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.web.browser import BUILT, CHROMIUM, chromium, open_page
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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = open_page(browser, "compare-pictures", "en", False, (1366, 768))
    yield opened
    assert opened.complaints == []  # type: ignore[attr-defined]
    opened.context.close()


def seen(page: Page) -> list[list[float]]:
    """Return what part of each side is seen, in shares of its width and height: x, y, width, height."""
    found: list[list[float]] = page.evaluate("""[...document.querySelectorAll('.sides svg.stage')].map((stage) => {
        const [x, y, w, h] = stage.getAttribute('viewBox').split(' ').map(Number);
        const [across, down] = [stage.dataset.across, stage.dataset.down];
        return [x / across, y / down, w / across, h / down]; })""")
    return found


def reveal(page: Page, side: str) -> None:
    page.fill(f"[data-side={side}] [name=purpose]", "to compare")
    page.click(f"[data-side={side}] reveal-picture form button")
    page.wait_for_selector(f"[data-side={side}] image.clear", state="attached")


def near(one: list[float], other: list[float]) -> bool:
    return all(abs(a - b) < 0.002 for a, b in zip(one, other, strict=True))


def test_keys_and_buttons_zoom_and_move_both_sides_alike(page: Page) -> None:
    page.focus("[data-side=left] svg.stage")
    for act in ("+", "+", "ArrowRight", "ArrowDown", "-", "ArrowLeft"):
        page.keyboard.press(act)
    by_keys = seen(page)
    assert near(by_keys[0], by_keys[1])
    assert by_keys[0][2] == pytest.approx(1 / 1.5, abs=0.002)
    page.click("[data-act=whole]")
    assert near(seen(page)[0], [0, 0, 1, 1])
    for act in ("in", "in", "right", "down", "out", "left"):
        page.click(f"[data-act={act}]")
    assert near(seen(page)[0], by_keys[0])
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    assert seen(page)[0][0] == pytest.approx(0, abs=0.002), "nothing is shown beside the picture"


def test_every_tool_has_a_key_that_works_only_inside(page: Page) -> None:
    keys = page.evaluate("[...document.querySelectorAll('.compare-tools button')].map(b => [b.dataset.act, b.dataset.key])")
    assert len(keys) == len({key for _, key in keys}) == 11
    page.focus("#judge ~ form [name=reason], form [name=reason]")
    page.keyboard.type("slfd+")
    assert page.input_value("[name=reason]") == "slfd+"
    assert near(seen(page)[0], [0, 0, 1, 1])
    assert page.locator("media-compare.swapped").count() == 0


def test_a_picture_is_dragged_and_the_wheel_zooms_where_it_points(page: Page) -> None:
    box = page.locator("[data-side=left] svg.stage").bounding_box()
    assert box
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    zoomed = seen(page)
    assert zoomed[0][2] < 0.5
    page.mouse.down()
    page.mouse.move(middle[0] - 60, middle[1])
    page.mouse.up()
    dragged = seen(page)
    assert dragged[0][0] > zoomed[0][0] + 0.01
    assert near(dragged[0], dragged[1])
    page.mouse.move(middle[0] + 60, middle[1])
    assert seen(page) == dragged, "let go is let go"


def test_a_shared_part_fills_both_sides(page: Page) -> None:
    page.select_option("[data-act=part]", "A")
    left, right = seen(page)
    assert left[2] == pytest.approx(1, abs=0.01)
    assert right[2] == pytest.approx(1.3 * 0.5, abs=0.01), "with some room round it"
    assert right[0] + right[2] / 2 == pytest.approx(0.63, abs=0.01)


def corner_on_screen(page: Page, layer: int, corner: int) -> list[float]:
    """Return where a corner of the shared part is on the screen, in the under (0) or the upper (1) layer of the pile."""
    found: list[float] = page.evaluate("""([layer, corner]) => {
        const stage = document.querySelectorAll('.plane > svg')[layer];
        const point = stage.querySelector('.edge').points[corner];
        const [width, height] = [stage.dataset.across, stage.dataset.down];
        const mark = document.createElement('div');
        // A transformed box tells of a place in it by a child that stands there.
        const style = getComputedStyle(stage);
        const matrix = style.transform === 'none' ? new DOMMatrix() : new DOMMatrix(style.transform);
        const at = new DOMPoint(point.x, point.y).matrixTransform(matrix);
        return [at.x / at.w, at.y / at.w]; }""", [layer, corner])
    return found


def test_one_over_the_other_brings_the_same_part_to_the_same_place(page: Page) -> None:
    page.click("[data-act=flicker]")
    page.wait_for_selector(".pile:not([hidden])")
    for corner in range(4):
        assert corner_on_screen(page, 1, corner) == pytest.approx(corner_on_screen(page, 0, corner), abs=0.5)
    page.click("[data-act=swap]")
    for corner in range(4):
        assert corner_on_screen(page, 1, corner) == pytest.approx(corner_on_screen(page, 0, corner), abs=0.5)
    page.wait_for_selector(".pile.over")
    page.wait_for_selector(".pile:not(.over)")
    page.keyboard.press("f")
    assert page.locator(".pile").is_hidden()


def test_where_less_motion_is_wished_each_press_changes_once(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.click("[data-act=flicker]")
    first = page.locator(".pile.over").count()
    page.wait_for_timeout(1600)
    assert page.locator(".pile.over").count() == first
    page.click("[data-act=flicker]")
    assert page.locator(".pile.over").count() != first
    page.click("[data-act=whole]")
    page.keyboard.press("Escape")
    assert page.locator(".pile").is_hidden()


def test_a_difference_is_of_revealed_pictures_only(page: Page) -> None:
    assert page.is_disabled("[data-act=difference]")
    page.focus("[data-side=left] svg.stage")
    page.keyboard.press("d")
    assert page.locator(".pile").is_hidden()
    assert page.locator("[data-clear]").first.is_hidden(), "level and contrast are for clear pictures"
    reveal(page, "left")
    assert page.is_disabled("[data-act=difference]")
    reveal(page, "right")
    page.click("[data-act=difference]")
    page.wait_for_selector(".pile.difference .plane > svg:nth-child(2) image.clear", state="attached")
    assert page.evaluate("getComputedStyle(document.querySelector('.plane > svg:last-child')).mixBlendMode") == "difference"
    page.fill("[data-act=contrast]", "2")
    assert "contrast(2)" in page.evaluate("getComputedStyle(document.querySelector('.plane image.clear')).filter")
    page.focus("[data-act=in]")
    page.keyboard.press("Escape")
    page.wait_for_selector("image.clear", state="detached")
    assert page.locator(".pile").is_hidden()
    assert page.locator("img[src^='blob:']").count() == 0


def test_axe_finds_nothing_while_it_is_used(page: Page) -> None:
    reveal(page, "left")
    reveal(page, "right")
    page.click("[data-act=difference]")
    assert axe(page) == []
    page.click("[data-act=flicker]")
    assert axe(page) == []
    page.click("[data-act=flicker]")


def test_a_moment_of_a_film_is_one_second_on_each_side(browser: Browser) -> None:
    page = open_page(browser, "compare", "ar", True, (1366, 768))
    page.focus("[data-act=moment]")
    page.keyboard.press("End")
    assert page.input_value("[data-side=left] [name=time]") == "63.5"
    page.keyboard.press("Home")
    assert page.input_value("[data-side=left] [name=time]") == "4.0"
    assert page.inner_text("[data-moment] output") == "0:04.0 | 1:00.0"
    assert page.get_attribute("[data-head=right]", "x1") == "282.4"
    reveal(page, "left")
    assert page.locator("[data-side=left] .stage.other-moment").count() == 1, "the outlines are of another moment"
    page.click("[data-side=left] .hide")
    page.fill("[data-side=left] [name=time]", "17.8")
    reveal(page, "left")
    assert page.locator(".other-moment").count() == 0
    assert page.complaints == []  # type: ignore[attr-defined]
    page.context.close()


def test_without_script_the_page_says_it_all(browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    source = open_page(browser, "compare-pictures", "en", False, (1366, 768))
    html = source.evaluate("fetch(location.href).then(answer => answer.text())")
    source.context.close()
    page.set_content(html)
    assert page.locator(".compare-tools").is_hidden()
    assert page.locator("svg.stage .edge").count() == 2
    label = page.get_attribute("[data-side=right] svg.stage", "aria-label")
    assert label == "Safe thumbnail: Picture; A: 40% to 86% across, 20% to 70% down"
    context.close()
