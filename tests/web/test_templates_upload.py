"""<file-drop>: files reach the node by tus and go on where they stopped, against a small tus server in the test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.web.browser import ADDRESS, BUILT, CHROMIUM, chromium, open_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.skipif(not BUILT.is_file(), reason="run npm ci && npm run build in frontend/"),
]
MIB = 1024 * 1024


class Node:
    """Keeps what arrives; drops the connection at the pieces named in `breaks`."""

    def __init__(self, page: Page, breaks: set[int]) -> None:
        self.kept: dict[str, bytearray] = {}
        self.lost: set[int] = set()
        self.created = 0
        self.breaks, self.pieces, self.opened, self.closed = breaks, 0, 0, 0
        page.route("**/api/v1/**", self.answer)

    def answer(self, route: Route) -> None:
        request, path = route.request, route.request.url.removeprefix(ADDRESS)
        if path.endswith("/contributions"):
            self.opened += 1
            route.fulfill(status=201, json={"id": "c1"})
        elif path.endswith("/close"):
            self.closed += 1
            route.fulfill(json={})
        elif request.method == "POST":
            self.create(route)
        elif request.method == "HEAD":
            route.fulfill(headers={"Upload-Offset": str(len(self.kept[path]))})
        else:
            self.piece(route, path)

    def create(self, route: Route) -> None:
        """A file whole in the creating request, or the beginning of one in pieces."""
        whole = int(route.request.headers["upload-length"]) <= 8 * MIB
        self.created += 1
        if self.created in self.lost:
            return route.abort()
        name = f"/api/v1/uploads/{len(self.kept)}"
        self.kept[name] = bytearray(route.request.post_data_buffer or b"") if whole else bytearray()
        return route.fulfill(status=201, headers={"Location": name})

    def piece(self, route: Route, path: str) -> None:
        self.pieces += 1
        if self.pieces in self.breaks:
            return route.abort()
        assert int(route.request.headers["upload-offset"]) == len(self.kept[path])
        self.kept[path] += route.request.post_data_buffer or b""
        return route.fulfill(status=204, headers={"Upload-Offset": str(len(self.kept[path]))})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def choose(page: Page, *files: tuple[str, bytes]) -> None:
    page.set_input_files(
        "file-drop [name=files]", [{"name": n, "mimeType": "image/jpeg", "buffer": b} for n, b in files]
    )


def test_files_arrive_whole_in_one_contribution(browser: Browser) -> None:
    page = open_page(browser, "case-empty", "en", False, (1366, 768))
    node = Node(page, breaks=set())
    long = bytes(range(256)) * (MIB // 256)
    choose(page, ("a.jpg", b"small"), ("b.jpg", long), ("empty.jpg", b""))
    page.wait_for_selector("text=All files have arrived.")
    assert sorted(map(bytes, node.kept.values())) == sorted([b"", b"small", long])
    assert (node.opened, node.closed) == (1, 1)
    assert page.evaluate("localStorage.length") == 0
    page.context.close()


def test_a_broken_connection_goes_on_where_it_stopped(browser: Browser) -> None:
    page = open_page(browser, "case-empty", "en", False, (1366, 768))
    node = Node(page, breaks={2})
    long = bytes(range(256)) * (9 * MIB // 256)
    choose(page, ("b.jpg", long))
    page.wait_for_selector("text=All files have arrived.", timeout=60_000)
    assert [bytes(b) for b in node.kept.values()] == [long]
    assert node.pieces == 3
    assert node.created == 1
    page.context.close()


def test_what_is_remembered_holds_no_name(browser: Browser) -> None:
    page = open_page(browser, "case-empty", "en", False, (1366, 768))
    Node(page, breaks=set(range(1, 40)))
    choose(page, ("victim-name.jpg", bytes(9 * MIB)))
    page.wait_for_selector("text=Sending")
    with page.expect_request(lambda request: request.method == "PATCH"):
        pass
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "tus-" in kept
    assert "victim" not in kept
    page.context.close()


def test_a_small_file_that_was_lost_is_sent_again(browser: Browser) -> None:
    page = open_page(browser, "case-empty", "en", False, (1366, 768))
    node = Node(page, breaks=set())
    node.lost = {1}
    choose(page, ("a.jpg", b"small"))
    page.wait_for_selector("text=All files have arrived.")
    assert [bytes(b) for b in node.kept.values()] == [b"small"]
    assert node.created == 2
    page.context.close()
