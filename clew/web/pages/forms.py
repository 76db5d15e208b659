"""Forms: read once, bounded, and believed only when they come from our own pages."""

import hmac
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request

from clew.kernel.errors import BadInput, NotYourRole
from clew.kernel.settings import settings
from clew.kernel.viewer import Viewer
from clew.web.session import bearing, cookie_of, csrf_of

LARGEST = 256 << 10
OUT_OF_DATE = "This page is out of date. Reload it and try again."


class Form:
    """The fields of a posted form; a missing one is empty."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self._fields if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return every value of a field that may come several times."""
        return [value for key, value in self._fields if key == name]


class Posted(Form):
    """A form of a logged-in officer: `viewer` bears the token of the cookie."""

    def __init__(self, fields: list[tuple[str, str]], viewer: Viewer) -> None:
        super().__init__(fields)
        self.viewer = viewer


async def _fields(request: Request) -> list[tuple[str, str]]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise BadInput("This form is too large. Shorten it.")
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=2000)
    except ValueError:
        raise BadInput(OUT_OF_DATE) from None


async def posted(request: Request) -> Posted:
    """Return a form that carries its page's token, in a field or in the header."""
    token, fields = cookie_of(request), await _fields(request)
    given = request.headers.get("x-csrf-token") or Form(fields)["csrf"]
    if not hmac.compare_digest(given.encode(), csrf_of(token).encode()):
        raise NotYourRole(OUT_OF_DATE)
    return Posted(fields, bearing(token))


async def public(request: Request) -> Form:
    """Return a form of somebody who is not logged in yet; it must come from a page of this very node."""
    if not _from_here(request):
        raise NotYourRole(OUT_OF_DATE)
    return Form(await _fields(request))


def _from_here(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "")
    ours = {request.headers.get("host", ""), urlsplit(settings().origin).netloc} - {""}
    return urlsplit(origin).netloc in ours


OwnForm = Annotated[Posted, Depends(posted)]
PublicForm = Annotated[Form, Depends(public)]
