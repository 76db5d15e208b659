"""A real Chromium on the sample pages, without a server: every address is answered from here, under the real CSP."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, Route, sync_playwright

from clew.web.rendering import render
from tests.web.sample_views import PAGES, shell

CHROMIUM = Path("/usr/bin/chromium")
STATIC = Path(__file__).parents[2] / "clew" / "web" / "static"
BUILT = STATIC / "built" / "app.js"
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ADDRESS = "http://localhost:8420"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


def open_page(
    browser: Browser, name: str, language: str, dark: bool, size: tuple[int, int], mode: str = "full"
) -> Page:
    """Open one sample page; what it complains about is kept in `page.complaints`."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.complaints = complaints  # type: ignore[attr-defined]
    template, view = next((t, v) for n, t, v in PAGES if n == name)
    page.route("**/*", lambda route: _answer(route, name, render(template, shell(name, language, mode), view)))
    page.goto(f"{ADDRESS}/{name}")
    return page


def _answer(route: Route, name: str, html: str) -> None:
    path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
    file = STATIC / path.removeprefix("/static/")
    if path == f"/{name}":
        route.fulfill(body=html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": CSP})
    elif path.startswith("/static/") and file.is_file():
        route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
    elif path.endswith("/reveal"):
        route.fulfill(body=small_picture(path, 400), content_type="image/jpeg", headers={"Cache-Control": "no-store"})
    else:
        route.fulfill(status=204)


def small_picture(seed: str, size: int = 32) -> bytes:
    """A soft picture of the kind the server makes: a few colours, nothing to recognise."""
    shade = sum(seed.encode()) % 160
    picture = Image.linear_gradient("L").resize((size, size * 3 // 4))
    colours = Image.merge("RGB", [picture.point(lambda p, k=k: (p * k // 3 + shade) % 256) for k in (1, 2, 3)])
    made = io.BytesIO()
    colours.save(made, "JPEG")
    return made.getvalue()
