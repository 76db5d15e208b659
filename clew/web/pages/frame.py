"""What every page shares: who asks, the frame around it, and where to go next. No page decides what may be seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clew.access.roles import demand, rights_of
from clew.access.verb import event
from clew.kernel.errors import NotFound, NotYourRole, TooMany
from clew.kernel.viewer import Viewer
from clew.store.db import Work, database
from clew.web.rendering import render
from clew.web.session import cookie_of, csrf_of
from clew.web.views import Shell
from clew.web.words import LANGUAGES, Words

LANGUAGE_COOKIE = "clew-language"
# Which right opens which door of the bar.
DOORS = {"cases": "read", "search": "search", "reviews": "manage_officers", "officers": "manage_officers",
         "profiles": "set_profiles",
         "agencies": "manage_agencies", "events": "read_events", "health": "health"}


class Visit:
    """One page in the making: all its verbs share one transaction, so that they tell one story."""

    def __init__(self, work: Work, viewer: Viewer, here: str) -> None:
        self.work, self.viewer, self.here = work, viewer, here
        self.words = Words(viewer.language)

    def may(self, right: str) -> bool:
        """Say whether the officer's roles hold a right."""
        return right in rights_of(self.viewer.roles)

    def page(self, template: str, view: Any, *, status: int = 200, error: str = "") -> Response:
        """Render a template in this officer's frame."""
        shell = shell_of(self.viewer, here=self.here, error=self.words.say(error) if error else "")
        return HTMLResponse(render(template, shell, view), status)


@contextmanager
def visit(request: Request, here: str, right: str = "account") -> Iterator[Visit]:
    """Open the transaction of a page. A refusal is written down in another, as for a single verb."""
    token = cookie_of(request)
    try:
        with database().viewer_work(token) as (work, viewer):
            demand(viewer, right)
            yield Visit(work, viewer, here)
    except (NotFound, NotYourRole, TooMany) as refusal:
        with database().viewer_work(token) as (work, viewer):
            work.record(event(viewer, "refused", subject=f"page:{here}", detail={"why": refusal.code}))
        raise


def shell_of(viewer: Viewer, *, here: str = "", error: str = "") -> Shell:
    """Return the frame of a page for an officer."""
    rights = rights_of(viewer.roles)
    return Shell(
        language=viewer.language, csrf=csrf_of(viewer.token), officer=viewer.name, agency=viewer.agency_code,
        may=frozenset(door for door, right in DOORS.items() if right in rights), here=here, mode=viewer.mode,
        error=error)


def stranger_shell(request: Request, *, error: str = "") -> Shell:
    """Return the frame before anybody is logged in."""
    language = language_of(request)
    return Shell(language=language, error=Words(language).say(error) if error else "")


def language_of(request: Request) -> str:
    """Return the language asked for, kept in the browser, or preferred by it."""
    preferred = [part.split(";")[0].strip()[:2].lower()
                 for part in request.headers.get("accept-language", "").split(",")]
    asked = [request.query_params.get("language", ""), request.cookies.get(LANGUAGE_COOKIE, ""), *preferred]
    return next((one for one in asked if one in LANGUAGES), "en")


def go(address: str) -> Response:
    """Go on to another page after an act."""
    return RedirectResponse(address, 303)


def local(address: str) -> str:
    """Return an address of this node to go to, or nothing for one that leads elsewhere."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if inside and "\\" not in address and len(address) <= 500 else ""
