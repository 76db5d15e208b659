"""The application asked in this very process: an httpx client (or transport) without a server."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from clew.web.app import create_app


class InProcess(httpx.BaseTransport):
    """Carries requests straight into the application, one at a time."""

    def __init__(self, portal: BlockingPortal) -> None:
        self._portal = portal
        self._inner = httpx.ASGITransport(create_app(), raise_app_exceptions=True)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()

        async def answer() -> httpx.Response:
            found = await self._inner.handle_async_request(request)
            return httpx.Response(found.status_code, headers=found.headers, content=await found.aread())

        return self._portal.call(answer)


@contextmanager
def asked_in_process() -> Iterator[InProcess]:
    """Lend the application of the process's settings as a transport."""
    with start_blocking_portal() as portal:
        yield InProcess(portal)


@contextmanager
def in_process() -> Iterator[httpx.Client]:
    """Lend a client of the application of the process's settings."""
    with asked_in_process() as transport, httpx.Client(transport=transport, base_url="http://clew.test") as client:
        yield client
