"""Every template renders with a full and an empty view in four languages, and keeps the rules of the pages."""

import re
from pathlib import Path

import pytest

from clew.web.rendering import render
from clew.web.views import LoginView, Shell
from clew.web.words import LANGUAGES
from tests.web.sample_views import NOT_FOUND, PAGES, PARTS, shell

WEB = Path(__file__).parents[2] / "clew" / "web"
EACH = pytest.mark.parametrize(("name", "template", "view"), PAGES, ids=[name for name, _, _ in PAGES])


@pytest.mark.parametrize(("name", "template", "view"), [one for one in PAGES if one[0] not in PARTS],
                         ids=[name for name, _, _ in PAGES if name not in PARTS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_page_says_its_language_and_direction(name: str, template: str, view: object, language: str) -> None:
    page = render(template, shell(name, language), view)
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert page.count("<h1>") == 1
    assert not re.search(r"%\(\w+\)s|\{[a-z]\w*\}", page), "a placeholder was left in a sentence"


@EACH
def test_page_has_no_inline_script_style_or_handler(name: str, template: str, view: object) -> None:
    page = render(template, shell(name), view)
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|\shx-on|javascript:", page)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page), "a page asks nobody else for anything"


@EACH
def test_every_form_that_writes_carries_the_token(name: str, template: str, view: object) -> None:
    page = render(template, shell(name), view)
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.S)
    doors = name in {"login", "enrol", "enrol-confirm"}  # before a session there is no token: Origin counts
    assert doors or all('name="csrf" value="token"' in form for form in forms)


def test_no_media_mode_asks_for_no_picture() -> None:
    for name, template, view in PAGES:
        page = render(template, shell(name, mode="none"), view)
        assert "data:image" not in page
        assert "<reveal-picture" not in page


def test_safe_mode_offers_no_reveal() -> None:
    pages = [render(template, shell(name, mode="safe"), view) for name, template, view in PAGES]
    assert not any("<reveal-picture" in page for page in pages)
    assert any("data:image" in page for page in pages)


def test_text_of_strangers_is_escaped() -> None:
    page = render("accounts/login.html", Shell(error="<b>x</b>"), LoginView('"><script>alert(1)</script>'))
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_not_found_is_the_same_whatever_the_page_was() -> None:
    frame = shell("error")
    assert render("errors/error.html", frame, NOT_FOUND) == render("errors/error.html", frame, NOT_FOUND)
    assert "/cases/" not in render("errors/error.html", frame, NOT_FOUND).split("<main")[1]


def test_sheet_uses_logical_properties_and_no_blur() -> None:
    sheet = (WEB / "static" / "app.css").read_text()
    physical = (
        r"(?:margin|padding|border|inset)-(?:left|right|top|bottom)\b|[;{\s](?:left|right|top|bottom|width|height)\s*:"
    )
    assert not re.findall(physical, sheet)
    assert "blur(" not in sheet
    assert not re.search(r"url\(\s*['\"]?(?:https?:)?//", sheet)


def test_every_template_has_a_sample() -> None:
    parts = {"base.html", "parts.html"}
    root = WEB / "templates"
    texts = {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*.html")}
    included = {name for text in texts.values() for name in re.findall(r"include \"([^\"]+)\"", text)}
    assert set(texts) - parts - included <= {template for _, template, _ in PAGES}
