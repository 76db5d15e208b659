"""Who asks: default deny. A token comes from the session cookie or the Authorization header, nothing else.

Only the PUBLIC doors are open without one. The token is proven by the database in the verb's own transaction.
"""

import hashlib
import hmac
import uuid
from typing import Annotated

from fastapi import Depends, Request

from clew.kernel.errors import NotLoggedIn, NotYourRole
from clew.kernel.ids import AgencyId, OfficerId, SessionId
from clew.kernel.settings import settings
from clew.kernel.viewer import Viewer
from clew.store.db import database

COOKIE = "__Host-clew"
PLAIN_COOKIE = "clew"  # on plain http://127.0.0.1 only, where browsers refuse __Host-
PUBLIC = ("/login", "/enrol", "/static/")
_NOBODY = uuid.UUID(int=0)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ENDED = "You are not logged in, or your session has ended. Log in again."


def is_public(path: str) -> bool:
    """Say whether a door is open without a session: logging in, enrolling, static files."""
    bare = path.removeprefix("/api/v1")
    return bare in PUBLIC[:2] or bare == "/enrol/secret" or path.startswith(PUBLIC[2])


def token_of(request: Request) -> str:
    """Return the session token of a request. Raises NotLoggedIn; a cookie's write also needs its CSRF header."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer:
        return bearer.strip()
    token = cookie_of(request)
    if request.method not in _SAFE and not hmac.compare_digest(
            request.headers.get("x-csrf-token", "").encode(), csrf_of(token).encode()):
        raise NotYourRole("This page is out of date. Reload it and try again.")
    return token


def cookie_of(request: Request) -> str:
    """Return the token in the cookie of a page's request. Raises NotLoggedIn."""
    token = request.cookies.get(cookie_name(request)) or ""
    if not token:
        raise NotLoggedIn(ENDED)
    return token


def encrypted(request: Request) -> bool:
    """Say whether officers reach this node over TLS: its own, or that of a proxy in front of it."""
    return request.url.scheme == "https" or settings().origin.startswith("https://")


def cookie_name(request: Request) -> str:
    """Return the only cookie that counts: over TLS the one bound to this host, which nobody else can have set."""
    return COOKIE if encrypted(request) else PLAIN_COOKIE


def csrf_of(token: str) -> str:
    """Return the value a page must send back with each write; it tells nothing of the token."""
    return hashlib.sha256(b"clew csrf|" + token.encode()).hexdigest()


def bearing(token: str) -> Viewer:
    """Return a viewer that is nothing but its token; the verb's transaction finds out who it is."""
    return Viewer(OfficerId(_NOBODY), AgencyId(_NOBODY), "", "", "", frozenset(), SessionId(_NOBODY), token)


def prove(viewer: Viewer) -> None:
    """Raise NotLoggedIn unless this token opens a live session; what he may do is for the verb to say."""
    with database().viewer_work(viewer.token):
        pass


# Both wait for nothing; as plain functions each would cost a journey to another thread.
async def asking(request: Request) -> Viewer:
    """Return who asks through the API."""
    return bearing(token_of(request))


Asking = Annotated[Viewer, Depends(asking)]


async def repeat_key(request: Request) -> str | None:
    """Return the client's idempotency key."""
    return request.headers.get("idempotency-key")


Key = Annotated[str | None, Depends(repeat_key)]
