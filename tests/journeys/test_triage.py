"""Triage in a real browser on a real node: 5,000 exhibits categorised at one stroke by the worker, taken back, and done again."""

from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, Page

from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions
from clew.kernel.settings import Settings
from clew.store.postgres import database_name
from clew.web.session import PLAIN_COOKIE
from tests.database import TestServer
from tests.journeys.running import running_node
from tests.node import cheap_passwords, make_test_node
from tests.web.browser import AXE, BUILT, CHROMIUM, chromium
from tests.web.desk import bring, picture
from tests.web.test_templates_browser import axe

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.skipif(not (BUILT.is_file() and AXE.is_file()), reason="run npm ci && npm run build in frontend/"),
]
MANY = 5_000
_MANY = """
    WITH made AS (INSERT INTO clew.media (id, sha256, sha1, md5, size, object_name, kind, media_type, described_at, matched_at)
        SELECT gen_random_uuid(), sha256(n::text::bytea), '', '', n, n::text, 'picture', 'image/jpeg', now(), now()
        FROM generate_series(1, %s) n RETURNING id, size)
    INSERT INTO clew.exhibits (id, case_id, contribution_id, media_id, path, state, compared)
    SELECT gen_random_uuid(), %s, %s, m.id, 'many/' || m.size || '.jpg', 'imported', true FROM made m"""


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def said(page: Page, text: str) -> None:
    page.wait_for_function("text => document.querySelector('triage-grid [role=status]').textContent === text", arg=text)


def counted(page: Page, words: str, number: str) -> None:
    """Wait until the facets, which are counted again after an act, say so."""
    page.wait_for_selector(f"#facet-category li:has-text('{words}') .number:text-is('{number}')")


def test_many_are_categorised_at_one_stroke_taken_back_and_done_again(
        server: TestServer, database: Settings, browser: Browser) -> None:
    with cheap_passwords():
        node = make_test_node(database)
        node.agency("XA-VIU")
        ada = node.officer("XA-VIU", "ada")
    case = cases.open_case(ada, "A-2026/9")
    bring(ada, case.id, "Phone", one=picture(1), near=picture(1, 60), two=picture(2))
    delivery = contributions.begin_contribution(ada, case.id, source="many")
    with psycopg.connect(server.server.admin_dsn(database_name(database)), autocommit=True) as admin:
        admin.execute(_MANY.encode(), [MANY, case.id, delivery.id])
    with running_node(database) as address:
        page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
        page.context.add_cookies([{"name": PLAIN_COOKIE, "value": ada.token, "url": address}])
        page.set_default_timeout(30_000)
        page.goto(f"{address}/cases/{case.id}")
        page.click("text=Triage")
        _walk(page)
        page.context.close()


def _walk(page: Page) -> None:
    shown = page.locator("triage-grid .tile:has(.badge:text('stack: 2')) img[src^='data:image/webp']")
    page.wait_for_selector("triage-grid .tile .name:has-text('jpg')")
    for _ in range(200):  # the worker is still comparing
        if shown.count() and page.inner_text(".count") == "Exhibits: 5,002":
            break
        page.wait_for_timeout(500)
        page.reload()
        page.wait_for_selector("triage-grid .tile .name:has-text('jpg')")
    assert page.inner_text(".count") == "Exhibits: 5,002", "the near copy is folded"
    assert axe(page) == []
    page.focus("triage-grid [role=grid]")
    page.keyboard.press("Alt+1")
    said(page, "Categorised: 2")
    page.keyboard.press("Control+a")
    page.keyboard.press("2")
    said(page, "Categorised: 5,002")
    counted(page, "2 Exploitive", "5,002")
    counted(page, "1 Child abuse material", "1")  # the folded copy keeps what was said of its stack
    assert page.inner_text(".count").endswith("chosen: 5,002"), "the choice is kept"
    page.keyboard.press("u")
    said(page, "Taken back: 5,002")
    counted(page, "1 Child abuse material", "2")
    counted(page, "not categorised", "5,001")
    page.keyboard.press("Control+y")
    said(page, "Done again: 5,002")
