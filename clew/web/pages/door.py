"""The pages before a session, and its end: logging in, enrolling, logging out."""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from contextlib import suppress

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from clew.domain.accounts import door, service
from clew.domain.accounts.model import LoggedIn
from clew.domain.accounts.rules import check_password
from clew.kernel.errors import BadInput, ClewError, NotLoggedIn, Refused, Unavailable
from clew.store.vault import vault
from clew.web.pages.forms import Form, OwnForm, PublicForm
from clew.web.pages.frame import LANGUAGE_COOKIE, go, language_of, local, stranger_shell, visit
from clew.web.rendering import render
from clew.web.session import bearing, cookie_name, encrypted
from clew.web.views import EnrolmentView, LoginView
from clew.web.words import LANGUAGES

HERE = ("localhost", "127.0.0.1", "::1")
_TICKET = "enrolment"
_TICKET_SECONDS = 900
_NO_TLS = "Passwords are taken over https only. Open this page with https://, or on the node itself."


def start(request: Request) -> Response:
    """Go to the first page an officer's roles open."""
    with visit(request, "start") as v:
        doors = (("read", "/cases"), ("manage_agencies", "/agencies"), ("manage_officers", "/officers"),
                 ("read_events", "/events"))
        return go(next((address for right, address in doors if v.may(right)), "/account"))


def _stranger(request: Request, template: str, view: object, *, error: str = "", status: int = 200) -> Response:
    answer = HTMLResponse(render(template, stranger_shell(request, error=error), view), status)
    _keep_language(request, answer, language_of(request))
    return answer


def login_page(request: Request) -> Response:
    """Show the login form."""
    view = LoginView(request.query_params.get("name", "")[:80], local(request.query_params.get("next", "")),
                     "enrolled" in request.query_params, _chosen(request.query_params.get("language", "")))
    return _stranger(request, "accounts/login.html", view)


def log_in(request: Request, form: PublicForm) -> Response:
    """Open a session and go where the officer wanted to go."""
    _demand_secrecy(request)
    try:
        opened = door.log_in(form["name"], form["password"], form["code"], address=_address(request))
    except ClewError as wrong:
        view = LoginView(form["name"][:80], local(form["next"]), language=_chosen(form["language"]))
        return _stranger(request, "accounts/login.html", view, error=wrong.message, status=wrong.status)
    answer = go(local(form["next"]) or "/")
    answer.set_cookie(cookie_name(request), opened.token, httponly=True, samesite="strict", path="/",
                      secure=encrypted(request))
    _keep_language(request, answer, _choose(opened, form["language"]))
    return answer


def _chosen(language: str) -> str:
    """Return a language somebody chose at the door; what a browser prefers is no choice."""
    return language if language in LANGUAGES else ""


def _choose(opened: LoggedIn, language: str) -> str:
    """Keep the language chosen at the door with the account, and return the account's language."""
    if not _chosen(language) or language == opened.language:
        return opened.language
    viewer = bearing(opened.token)
    service.set_preferences(viewer, language=language, mode=service.get_me(viewer).mode)
    return language


def log_out(request: Request, form: OwnForm) -> Response:
    """End this session and forget its cookie."""
    with suppress(NotLoggedIn):  # it may have ended by itself
        service.revoke_session(form.viewer, service.get_me(form.viewer).session_id)
    answer = go("/login")
    answer.delete_cookie(cookie_name(request), httponly=True, samesite="strict", path="/", secure=encrypted(request))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def enrol_page(request: Request) -> Response:
    """Show the first step of enrolling."""
    return _stranger(request, "accounts/enrol.html", EnrolmentView(
        request.query_params.get("name", "")[:80], language=_chosen(request.query_params.get("language", ""))))


def enrol(request: Request, form: PublicForm) -> Response:
    """Take name, code and password, then a first one-time code; nothing is kept between the two steps."""
    _demand_secrecy(request)
    return _confirm(request, form) if form["ticket"] else _begin(request, form)


def _begin(request: Request, form: Form) -> Response:
    try:
        if form["password"] != form["again"]:
            raise BadInput("The two passwords differ. Type the same one twice.")
        check_password(form["password"], form["name"].strip().lower() or "?")
    except BadInput as wrong:
        view = EnrolmentView(form["name"][:80], form["code"][:80], language=_chosen(form["language"]))
        return _stranger(request, "accounts/enrol.html", view, error=wrong.message, status=wrong.status)
    fresh = door.new_secret(form["name"].strip())
    held = {"name": form["name"], "code": form["code"], "password": form["password"], "secret": fresh.secret,
            "uri": fresh.address, "until": time.time() + _TICKET_SECONDS}
    return _second_step(request, held, form["language"])


def _second_step(request: Request, held: Mapping[str, object], language: str, *, error: str = "", status: int = 200) -> Response:
    """Show the secret. The page carries what was typed sealed: only this node can read it, for a quarter hour."""
    sealed = vault().keyring.seal_small(json.dumps(held).encode(), _TICKET)
    ticket = base64.urlsafe_b64encode(sealed).decode()
    view = EnrolmentView(str(held["name"]), ticket=ticket, secret=str(held["secret"]), uri=str(held["uri"]),
                         language=_chosen(language))
    return _stranger(request, "accounts/enrol.html", view, error=error, status=status)


def _confirm(request: Request, form: Form) -> Response:
    held = _open_ticket(form["ticket"])
    try:
        door.enrol(held["name"], held["code"], held["password"], held["secret"], form["code"], address=_address(request))
    except ClewError as wrong:
        return _second_step(request, held, form["language"], error=wrong.message, status=wrong.status)
    language = _chosen(form["language"])
    return go(f"/login?enrolled&language={language}" if language else "/login?enrolled")


def _open_ticket(ticket: str) -> dict[str, str]:
    try:
        held = json.loads(vault().keyring.open_small(base64.urlsafe_b64decode(ticket), _TICKET))
    except (Unavailable, binascii.Error, ValueError):
        raise BadInput("This page is out of date. Reload it and try again.") from None
    if held.pop("until") < time.time():
        raise BadInput("This took longer than a quarter of an hour. Begin again.")
    return dict(held)


def _demand_secrecy(request: Request) -> None:
    if not encrypted(request) and (request.url.hostname or "") not in HERE:
        raise Refused(_NO_TLS)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _keep_language(request: Request, answer: Response, language: str) -> None:
    if language in LANGUAGES and request.cookies.get(LANGUAGE_COOKIE) != language:
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=31_536_000, httponly=True, samesite="strict", path="/",
                          secure=encrypted(request))
