"""The error page: the same bytes for missing and hidden, and nothing of what was asked for."""

from contextlib import suppress
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError

from clew.kernel.errors import ClewError, NotLoggedIn
from clew.store.db import database
from clew.web.pages.frame import local, shell_of, stranger_shell
from clew.web.rendering import render
from clew.web.session import cookie_of
from clew.web.views import ErrorView, Shell


def error_page(request: Request, error: ClewError) -> Response:
    """Show an error to a person; whoever is not logged in is shown the door and comes back afterwards."""
    swapped = request.headers.get("hx-request") == "true"
    if isinstance(error, NotLoggedIn) and not request.url.path.startswith(("/login", "/enrol")):
        return _to_the_door(request, swapped)
    view = ErrorView(error.code, error.message)
    answer = HTMLResponse(render("errors/error.html", _shell(request), view), error.status)
    if swapped:
        # A form keeps what was typed and shows the sentence above it; anything else is replaced as a whole.
        target = "#problem" if request.method == "POST" else "#main"
        answer.headers.update({"HX-Retarget": target, "HX-Reselect": target, "HX-Reswap": "outerHTML"})
    return answer


def _to_the_door(request: Request, swapped: bool) -> Response:
    if swapped:
        # The whole page goes: nothing of an ended session stays on the screen.
        came = urlsplit(request.headers.get("hx-current-url", ""))
        return Response(status_code=401, headers={"HX-Redirect": door(f"{came.path}?{came.query}".rstrip("?"))})
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(door(asked if request.method == "GET" else ""), 303)


def door(after: str) -> str:
    """Return the address of the login page that leads to `after` afterwards, if that is here."""
    after = local(after)
    return f"/login?next={quote(after, safe='')}" if after not in ("", "/") else "/login"


def _shell(request: Request) -> Shell:
    """Return the officer's frame, or a stranger's where there is no session or no database."""
    with suppress(ClewError, SQLAlchemyError), database().viewer_work(cookie_of(request)) as (_, viewer):
        return shell_of(viewer)
    return stranger_shell(request)
