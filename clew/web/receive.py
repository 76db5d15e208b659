"""Bytes from a request into a sealed object while they arrive; a broken request leaves nothing."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from clew.kernel.errors import BadInput, ClewError, Unavailable
from clew.kernel.viewer import Viewer
from clew.store.blobs import Stored
from clew.store.vault import vault
from clew.web.session import prove

PIECE = 1 << 20
_DROPS = ThreadPoolExecutor(1, "clew-drop")  # its thread comes with the first one


async def pieces(request: Request, largest: int) -> AsyncIterator[bytes]:
    """Yield the body in pieces of about 1 MiB. Raises BadInput past `largest` bytes."""
    held, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > largest:
            raise BadInput("More bytes came than were announced. Start this upload again.")
        held += chunk
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


async def receive(request: Request, viewer: Viewer, largest: int) -> Stored:
    """Store the whole body as one object and return it; the caller commits a row or drops it.

    Not a byte is taken from somebody without a live session: he could fill the disk.
    """
    await run_in_threadpool(prove, viewer)
    gathered = [piece async for piece in pieces(request, min(largest, PIECE))] if _small(request) else None
    if gathered is not None:
        return await run_in_threadpool(vault().blobs.put, gathered)
    writer = await run_in_threadpool(vault().blobs.writer)
    try:
        async for piece in pieces(request, largest):
            await run_in_threadpool(writer.write, piece)
        return await run_in_threadpool(writer.finish)
    finally:
        await run_in_threadpool(writer.abort)


@contextmanager
def needed(stored: Stored) -> Iterator[None]:
    """Drop `stored` when the act inside is refused, and only then.

    An act that ends without an answer may have committed a row that needs the object: the worker's sweep decides.
    """
    try:
        yield
    except Unavailable:
        raise
    except ClewError:
        vault().blobs.drop(stored.object_name)
        raise


def drop_later(stored: Stored) -> None:
    """Drop an object that is not needed, behind the answer's back: bytes that are known must not take longer to bring.

    What a crash leaves of it the worker sweeps.
    """
    _DROPS.submit(vault().blobs.drop, stored.object_name)


def _small(request: Request) -> bool:
    length = request.headers.get("content-length")
    return length is not None and length.isdigit() and int(length) <= PIECE
