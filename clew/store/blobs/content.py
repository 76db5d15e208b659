"""The store of sealed content: begin, read, drop, sweep. Whoever holds no data key reads nothing here."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import islice
from time import time

from clew.kernel.errors import BadInput, Damaged
from clew.store.blobs.frames import FRAME, HEADER, REMEDY, TAG, Bytes, Layout, Opener, sealed_size
from clew.store.blobs.places import Found, Place, Reading
from clew.store.blobs.writer import BlobWriter, Stored

GRACE = timedelta(days=1)  # far longer than any transaction between an object and its row


class Blobs:
    """Sealed objects in one place, named by a keyed hash of their content and a salt of their own."""

    def __init__(self, place: Place, object_key: bytes) -> None:
        self._place = place
        self._object_key = object_key

    def writer(self) -> BlobWriter:
        """Begin an object: `with blobs.writer() as writer: writer.write(...); stored = writer.finish()`."""
        return BlobWriter(self._place.draft(), self._object_key)

    def put(self, chunks: Iterable[Bytes]) -> Stored:
        """Store a whole stream as one object; on any error nothing stays."""
        with self.writer() as writer:
            for chunk in chunks:
                writer.write(chunk)
            return writer.finish()

    def read(self, object_name: str, data_key: bytes) -> Iterator[bytes]:
        """Yield the content in pieces of at most 1 MiB; raise Damaged when missing or changed.

        Each piece is proven before it is given out; that the object is whole is proven by its last one.
        """
        return self.read_range(object_name, data_key, 0, None)

    def read_range(self, object_name: str, data_key: bytes, start: int,
                   length: int | None) -> Iterator[bytes]:
        """Yield `length` bytes from `start` (to the end: None); what lies past the end is left out."""
        if start < 0 or (length is not None and length < 0):
            raise BadInput("A range begins at 0 or later and is not negative.")
        reading = self._place.open(object_name)
        if reading is None:
            raise Damaged(f"The stored content is missing. {REMEDY}")
        with closing(reading):
            layout = Layout.of(reading.sealed_size)
            opener = Opener(data_key, reading.at(0, HEADER), layout)
            end = layout.size if length is None else min(layout.size, start + length)
            if start < end or layout.size == 0:
                yield from self._pieces(reading, opener, layout, start, end)

    def _pieces(self, reading: Reading, opener: Opener, layout: Layout, start: int,
                end: int) -> Iterator[bytes]:
        after = max(end - 1, 0) // FRAME + 1
        for first in range(start // FRAME, after, self._place.read_ahead):
            offset, length = layout.span(first, min(self._place.read_ahead, after - first))
            sealed = memoryview(reading.at(offset, length))
            for index, at in enumerate(range(0, length, FRAME + TAG), first):  # what is missing fails to open
                plain = opener.open(index, sealed[at:at + FRAME + TAG])
                low, high = max(start - index * FRAME, 0), end - index * FRAME
                yield plain if low == 0 and high >= len(plain) else plain[low:high]

    def read_all(self, object_name: str, data_key: bytes) -> bytes:
        """Return the whole content; for files that fit into memory."""
        return b"".join(self.read(object_name, data_key))

    def looks_whole(self, object_name: str, size: int) -> bool:
        """Return whether an object is there with the length that `size` plain bytes have; cheap, opens no frame."""
        reading = self._place.open(object_name)
        if reading is None:
            return False
        with closing(reading):
            return reading.sealed_size == sealed_size(size)

    def drop(self, object_name: str) -> None:
        """Remove an object: an upload that lost to an equal one, or one whose last key was erased."""
        self._place.drop(object_name)

    def found(self) -> Iterator[Found]:
        """List every object of the place in order of name."""
        return self._place.found()

    def sweep(self, known: Callable[[Collection[str]], Collection[str]], *, grace: timedelta = GRACE) -> int:
        """Remove crash leftovers older than `grace`: drafts, and objects that got no row.

        `known` is asked with up to 1,000 names and returns those that have a row. Returns how many went.
        """
        removed = self._place.sweep(grace)
        horizon = time() - grace.total_seconds()
        old = (found.name for found in self._place.found() if found.written < horizon)
        while names := list(islice(old, 1000)):
            kept = set(known(names))
            for name in names:
                if name not in kept:
                    self._place.drop(name)
                    removed += 1
        return removed
