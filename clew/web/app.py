"""The web application: guards around routes. `create_app` is what granian serves."""

import multiprocessing
import os
import threading
from multiprocessing.connection import wait

from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from clew import __version__
from clew.kernel.errors import NotLoggedIn
from clew.kernel.settings import settings
from clew.web import errors
from clew.web.headers import SafeHeaders
from clew.web.pages.errors import error_page
from clew.web.pages.static import Static
from clew.web.routes import API, PAGES
from clew.web.session import COOKIE, ENDED, PLAIN_COOKIE, is_public


class DefaultDeny:
    """Turns away whoever comes without any token at a door that is not public; verbs prove the token."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is public or carries a token."""
        if scope["type"] != "http" or is_public(scope["path"]) or _has_token(scope):
            await self.app(scope, receive, send)
            return
        refusal = errors.answer(Request(scope), NotLoggedIn(ENDED))
        await refusal(scope, receive, send)


_TOKENS = {COOKIE.encode(), PLAIN_COOKIE.encode()}


def _has_token(scope: Scope) -> bool:
    for name, value in scope["headers"]:
        if name == b"authorization" and value:
            return True
        if name == b"cookie" and _TOKENS & {pair.partition(b"=")[0].strip() for pair in value.split(b";")}:
            return True
    return False


def create_app() -> ASGIApp:
    """Return the application with its guards."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    app = FastAPI(title="Clew", version=__version__, docs_url=None, redoc_url=None,
                  openapi_url="/api/v1/openapi.json")
    errors.install(app)
    errors.PAGES[:] = [error_page]
    app.include_router(API)
    app.include_router(PAGES)
    app.mount("/static", Static())
    return SafeHeaders(DefaultDeny(app), tls=settings().tls_certificate is not None)


def _die_with_parent() -> None:
    """End a web process whose parent was killed: it would keep the port from the next one."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
