"""Turns a view into a page in the officer's language. Templates read views; they decide nothing."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from clew.web.policy_words import who_can_see
from clew.web.views import Shell
from clew.web.words import LANGUAGES, Words, clock_time, translations

HERE = Path(__file__).parent


def render(template: str, shell: Shell, view: Any = None, *, zone: str = "UTC") -> str:
    """Return the page `template` (a path under templates/) for one view inside one shell."""
    words = Words(shell.language, zone)
    page = _environment(words.language).get_template(template)
    return page.render(shell=shell, view=view, words=words, plural=words.count, headers=_headers(shell))


def _headers(shell: Shell) -> str:
    """Return what htmx sends with every request; the same token sits in each form."""
    return json.dumps({"X-CSRF-Token": shell.csrf})


@cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        asset=asset, languages=LANGUAGES, qr=qr, who_can_see=who_can_see, clock_time=clock_time, int=int
    )
    return made


@cache
def asset(name: str) -> str:
    """Return the address of a static file with its hash, so that a browser may keep it for good."""
    path = HERE / "static" / name
    if not path.is_file():
        return f"/static/{name}"
    return f"/static/{name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"


def qr(text: str) -> Markup:
    """Return a QR code as inline SVG, made here: a login secret goes to no other server."""
    drawn = segno.make(text, error="m").svg_inline(border=4, scale=5, dark="#000", light="#fff")
    return Markup(drawn)  # noqa: S704  (segno writes only paths; the text itself is not in it)
